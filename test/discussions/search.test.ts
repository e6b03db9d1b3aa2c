import { describe, expect, test } from '@jest/globals';
import { Posts1763794000000 } from '../../subgraphs/discussions/migrations/2026-11-22-posts.ts';
import { af, am, ask, db, group, type Name, openTables, started, useSubgraph } from './subgraph.ts';
import { read, send, wrote } from './talking.ts';

useSubgraph();

const refused = (kind: string) => [expect.objectContaining({ __typename: kind })];

describe('search', () => {
  const search = async (who: Name, text: string, rest = '') => {
    const found = await read(
      who,
      `query ($t: String!) { searchPosts(text: $t${rest}) { edges { node { id } locale snippet { text isMatch } } pageInfo { hasNextPage endCursor } } }`,
      { t: text },
    );
    return found.searchPosts;
  };
  const ids = async (who: Name, text: string, rest = '') =>
    (await search(who, text, rest)).edges.map((edge: { node: { id: string } }) => edge.node.id);

  test('finds forms of words in four languages, with and without accents, in translations too', async () => {
    const thread = await started('americas-rep');
    const say = (locale: string, body: string) => wrote('americas-rep', thread, body, { locale });
    const en = await say('en', 'The traffickers were trafficking quietly');
    const es = await say('es', 'Los tratantes operaban en la región andina');
    const fr = await say('fr', 'Les enquêtes régionales avancent');
    const pt = await say('pt-BR', 'As investigações avançaram na fronteira');
    const sw = await say('sw', 'Biashara haramu ya silaha');
    expect(await ids('americas-rep', 'trafficker')).toEqual([en]);
    expect(await ids('americas-rep', 'tratante')).toEqual([es]);
    expect(await ids('americas-rep', 'region')).toEqual([es]);
    expect(await ids('americas-rep', 'enquete régionale')).toContain(fr);
    expect(await ids('americas-rep', 'enquetes')).toEqual([fr]);
    expect(await ids('americas-rep', 'investigação')).toContain(pt);
    expect(await ids('americas-rep', 'investigacoes')).toEqual([pt]);
    expect(await ids('americas-rep', 'silaha')).toEqual([sw]);
    expect(await ids('americas-rep', '"trafficking quietly"')).toEqual([en]);
    expect(await ids('americas-rep', 'traffickers -quietly')).toEqual([]);
    await send(
      'americas-editor',
      'translatePost',
      'TranslatePostInput',
      { postId: sw, locale: 'en', text: 'Illicit trade in firearms', sourceVersion: 1 },
      'post { id }',
    );
    const { edges } = await search('americas-rep', 'firearm');
    expect(edges).toEqual([
      {
        node: { id: sw },
        locale: 'en',
        snippet: [
          { text: 'Illicit trade in ', isMatch: false },
          { text: 'firearms', isMatch: true },
        ],
      },
    ]);
    expect(await ids('americas-rep', 'silaha', ', locale: "en"')).toEqual([]);
    await read('americas-rep', `mutation { editPost(id: "${en}", body: "Nothing of the kind") { post { id } } }`);
    expect(await ids('americas-rep', 'trafficker')).toEqual([]);
  });

  test('finds only what the reader may read, in the network asked for, in pages; and takes any text', async () => {
    const home = await started('americas-rep', { body: 'zanzibarite in Americas' });
    const joint = await started('un-liaison', { networkIds: [am, af], body: 'zanzibarite in both' });
    const inner = await started('expert-lead', {
      visibility: 'GROUP',
      bodyId: group,
      body: 'zanzibarite zanzibarite inside',
    });
    const open = await started('americas-rep', { visibility: 'PUBLIC', body: 'zanzibarite for all' });
    const { rows } = await db.query('SELECT id, thread_id FROM discussions.post WHERE thread_id = ANY($1)', [
      [home, joint, inner, open],
    ]);
    const of = (...threads: string[]) =>
      rows
        .filter((r) => threads.includes(r.thread_id))
        .map((r) => r.id)
        .sort();
    const sorted = async (who: Name, rest = '') => (await ids(who, 'zanzibarite', rest)).sort();
    expect(await sorted('group-rep')).toEqual(of(home, joint, inner, open));
    expect(await sorted('americas-rep')).toEqual(of(home, joint, open));
    expect(await sorted('africa-rep')).toEqual(of(joint, open));
    expect(await sorted('americas-rep', `, networkId: "${af}"`)).toEqual(of(joint));
    for (const who of ['observer', 'operator', 'nobody', 'partner'] as const)
      expect(await sorted(who)).toEqual(of(open));
    expect(await sorted('gateway')).toEqual([]);
    const seen: string[] = [];
    let after = '';
    for (let more = true; more; ) {
      const page = await search('group-rep', 'zanzibarite', `, first: 1${after && `, after: "${after}"`}`);
      seen.push(...page.edges.map((edge: { node: { id: string } }) => edge.node.id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen.sort()).toEqual(of(home, joint, inner, open));
    for (const text of ['\'"!&|()<->:*\\', "'; DROP TABLE post; --", '%', '-', '🎈', 'a\u0000b'])
      expect([text, Array.isArray((await search('americas-rep', text)).edges)]).toEqual([text, true]);
    for (const text of ['', ' ', 'x'.repeat(201)])
      expect(
        (await ask('americas-rep', 'query ($t: String!) { searchPosts(text: $t) { edges { cursor } } }', { t: text }))
          .errors?.[0]?.extensions.code,
      ).toBe('BAD_USER_INPUT');
  });
});

describe('the inbox', () => {
  const inbox = async (who: Name, filter: string) => {
    const { inbox: page } = await read(
      who,
      `{ inbox(filter: ${filter}, first: 100) { edges { node { id unread unreadMentions } } } }`,
    );
    return page.edges.map(({ node }: { node: object }) => node);
  };
  const mark = (who: Name, threadId: string, over: object = {}) =>
    send(who, 'markThreadRead', 'MarkThreadReadInput', { threadId, ...over }, 'thread { unread unreadMentions }');

  test('counts posts of others since the last one read, mentions first, and only goes forward', async () => {
    for (const who of ['americas-editor', 'africa-rep'] as const) await read(who, 'mutation { markAllRead { done } }');
    expect(await inbox('americas-editor', 'UNREAD')).toEqual([]);
    const quiet = await started('americas-rep');
    const calling = await started('americas-rep', { body: '' });
    const first = await wrote('americas-rep', calling, 'one');
    await wrote('americas-rep', calling, 'two', { mentionSeatIds: ['seat:s02', 'seat:s09'] });
    await wrote('americas-editor', calling, 'my own');
    const later = await wrote('americas-rep', quiet, 'latest');
    expect(await inbox('americas-editor', 'UNREAD')).toEqual([
      { id: calling, unread: 2, unreadMentions: 1 },
      { id: quiet, unread: 2, unreadMentions: 0 },
    ]);
    expect(await inbox('americas-editor', 'MENTIONS')).toEqual([{ id: calling, unread: 2, unreadMentions: 1 }]);
    expect(await inbox('americas-rep', 'UNREAD')).toContainEqual({ id: calling, unread: 1, unreadMentions: 0 });
    // A seat that may not read the thread never learns that it was named there.
    expect(await inbox('africa-rep', 'UNREAD')).toEqual([]);
    expect((await mark('africa-rep', calling)).problems).toEqual(refused('ForbiddenError'));

    expect((await mark('americas-editor', calling, { upToPostId: first })).thread).toEqual({
      unread: 1,
      unreadMentions: 1,
    });
    expect((await mark('americas-editor', calling)).thread).toEqual({ unread: 0, unreadMentions: 0 });
    expect((await mark('americas-editor', calling, { upToPostId: first })).thread).toEqual({
      unread: 0,
      unreadMentions: 0,
    });
    expect((await mark('americas-editor', calling, { upToPostId: first, back: true })).thread).toEqual({
      unread: 1,
      unreadMentions: 1,
    });
    expect((await mark('americas-editor', calling, { upToPostId: later })).problems).toMatchObject([
      { path: ['input', 'upToPostId'] },
    ]);
    await read('americas-rep', `mutation { deletePost(id: "${later}") { post { id } } }`);
    expect(await inbox('americas-editor', 'UNREAD')).toContainEqual({ id: quiet, unread: 1, unreadMentions: 0 });
    await read('americas-editor', 'mutation { markAllRead { done } }');
    expect(await inbox('americas-editor', 'UNREAD')).toEqual([]);
    for (const who of ['operator', 'partner'] as const) expect(await inbox(who, 'UNREAD')).toEqual([]);
  });

  test('comes in pages whose cursors are their own', async () => {
    await read('americas-editor', 'mutation { markAllRead { done } }');
    const threads: string[] = [];
    for (let n = 0; n < 5; n += 1) threads.push(await started('americas-rep', { body: n % 2 ? 'plain' : '' }));
    for (const id of threads)
      await wrote('americas-rep', id, 'x', id === threads[1] ? { mentionSeatIds: ['seat:s02'] } : {});
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const {
        inbox: page,
      }: { inbox: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
        await read(
          'americas-editor',
          'query ($a: Cursor) { inbox(filter: UNREAD, first: 2, after: $a) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
          { a: after },
        );
      seen.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual([threads[1], threads[4], threads[3], threads[2], threads[0]]);
    const foreign = await ask('americas-editor', 'query ($a: Cursor) { inbox(after: $a) { edges { cursor } } }', {
      a: after,
    });
    expect(foreign.errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
  });
});

test('posts that were there before are found by their words once the tables are brought up to date', async () => {
  const tables = await openTables();
  const runner = tables.source.createQueryRunner();
  try {
    const migration = new Posts1763794000000();
    await migration.down(runner);
    await migration.up(runner);
  } finally {
    await runner.release();
    await tables.stop();
  }
  const { searchPosts } = await read(
    'americas-rep',
    '{ searchPosts(text: "organizaciones publicas") { edges { node { id author { id } } } } }',
  );
  expect(searchPosts.edges).toEqual([{ node: { id: 'post:am-network-1', author: { id: 'seat:s01' } } }]);
  const { rows } = await db.query(
    `SELECT author_network_ids, version FROM discussions.post WHERE id = 'post:am-network-1'`,
  );
  expect(rows).toEqual([{ author_network_ids: [am], version: 1 }]);
});

test('ids that are none find nothing, and are told to be none', async () => {
  const { data, errors } = await ask(
    'americas-rep',
    'query ($n: ID) { searchPosts(text: "x", networkId: $n) { edges { rank } } }',
    {
      n: 'a\u0000b',
    },
  );
  expect([errors, data]).toEqual([undefined, { searchPosts: { edges: [] } }]);
  const edited = await ask(
    'americas-rep',
    'mutation ($id: ID!) { editPost(id: $id, body: "x", clientMutationId: "rubbish") { problems { __typename } } }',
    { id: 'a\u0000b' },
  );
  expect([edited.errors, edited.data?.editPost.problems]).toEqual([undefined, [{ __typename: 'ForbiddenError' }]]);
});
