import { describe, expect, test } from '@jest/globals';
import {
  type Answer,
  af,
  am,
  ask,
  db,
  group,
  type Name,
  post,
  problemFields,
  started,
  useSubgraph,
} from './subgraph.ts';

useSubgraph();

describe('posts', () => {
  const act = async (who: Name, mutation: string) => (await ask(who, `mutation { answer: ${mutation} }`)).data.answer;
  const edit = (who: Name, id: string, body: string) =>
    act(who, `editPost(id: "${id}", body: "${body}") { post { body { text } editedAt } ${problemFields} }`);
  const remove = (who: Name, id: string) =>
    act(who, `deletePost(id: "${id}") { post { body { text } deletedAt } ${problemFields} }`);
  const setStatus = (who: Name, id: string, status: string) =>
    act(who, `setThreadStatus(id: "${id}", status: ${status}) { thread { status } ${problemFields} }`);
  const forbidden = [{ __typename: 'ForbiddenError' }];

  test('are answered by writers of a network of the thread; to others it is not there, or not theirs', async () => {
    const joint = await started('un-liaison', { networkIds: [am, af] });
    const home = await started('americas-rep', { visibility: 'PUBLIC' });
    const inner = await started('expert-lead', { visibility: 'GROUP', bodyId: group });
    const writes = async (who: Name, id: string) => (await post(who, id, 'words')).problems.map((p) => p.__typename);
    for (const who of ['americas-rep', 'africa-rep', 'un-liaison', 'safety-officer'] as const)
      expect(await writes(who, joint)).toEqual([]);
    for (const who of ['africa-rep', 'observer', 'partner', 'operator', 'gateway'] as const)
      expect(await writes(who, home)).toEqual(['ForbiddenError']);
    expect(await writes('group-rep', inner)).toEqual([]);
    expect(await writes('americas-coordinator', inner)).toEqual(['ForbiddenError']);
    expect(await writes('americas-rep', 'thread:none')).toEqual(['ForbiddenError']);
    expect((await post('americas-rep', home, ' \n')).problems[0]?.path).toEqual(['input', 'body']);
    expect((await post('americas-rep', home, 'x', { replyToId: 'post:am-network-1' })).problems[0]?.path).toEqual([
      'input',
      'replyToId',
    ]);
  });

  test('are edited and deleted by their author alone, and keep their place', async () => {
    const id = await started('americas-rep', { title: null });
    const first = await post('americas-rep', id, 'mistaken', { mentionSeatIds: ['seat:s01'] });
    const second = await post('americas-editor', id, 'reply', { replyToId: first.post?.id });
    const postId = first.post?.id as string;
    for (const who of ['americas-editor', 'americas-coordinator', 'africa-rep', 'partner'] as const) {
      expect((await edit(who, postId, 'mine')).problems).toEqual(forbidden);
      expect((await remove(who, postId)).problems).toEqual(forbidden);
    }
    expect((await edit('americas-rep', postId, 'corrected')).post).toEqual({
      body: { text: 'corrected' },
      editedAt: expect.any(String),
    });
    expect((await setStatus('americas-coordinator', id, 'LOCKED')).thread.status).toBe('LOCKED');
    expect((await edit('americas-rep', postId, 'late')).problems[0].path).toEqual(['id']);
    expect((await post('americas-rep', id, 'late')).problems[0]?.path).toEqual(['input', 'threadId']);
    const deleted = (await remove('americas-rep', postId)).post;
    expect(deleted).toEqual({ body: { text: '' }, deletedAt: expect.any(String) });
    expect((await remove('americas-rep', postId)).post).toEqual(deleted);
    const { data } = await ask(
      'americas-editor',
      `{ thread(id: "${id}") { title { text } posts { edges { node { id body { text } deletedAt mentions { id } replyTo { id body { text } } } } } } }`,
    );
    expect(data.thread.title).toBeNull();
    expect(data.thread.posts.edges.map((e: { node: { body: { text: string } } }) => e.node.body.text)).toEqual([
      'First words',
      '',
      'reply',
    ]);
    expect(data.thread.posts.edges[1].node.mentions).toEqual([]);
    expect(data.thread.posts.edges[2].node).toMatchObject({
      id: second.post?.id,
      replyTo: { id: postId, body: { text: '' } },
    });
  });

  test('status: the starter resolves and reopens; moderators lock; nobody else', async () => {
    const id = await started('americas-rep');
    expect((await setStatus('americas-rep', id, 'RESOLVED')).thread.status).toBe('RESOLVED');
    expect((await setStatus('americas-rep', id, 'OPEN')).thread.status).toBe('OPEN');
    for (const who of ['americas-editor', 'expert-lead', 'africa-coordinator', 'un-liaison', 'observer'] as const) {
      expect((await setStatus(who, id, 'RESOLVED')).problems).toEqual(forbidden);
    }
    expect((await setStatus('americas-rep', id, 'LOCKED')).problems).toEqual(forbidden);
    expect((await setStatus('safety-officer-am', id, 'LOCKED')).thread.status).toBe('LOCKED');
    expect((await setStatus('americas-rep', id, 'OPEN')).problems).toEqual(forbidden);
    const { data } = await ask(
      'americas-rep',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Network { threads(status: LOCKED, first: 100) { edges { node { id status } } } } } }`,
      { r: [{ __typename: 'Network', id: am }] },
    );
    const locked = data._entities[0].threads.edges.map((e: { node: object }) => e.node);
    expect(locked).toContainEqual({ id, status: 'LOCKED' });
    expect(new Set(locked.map((t: { status: string }) => t.status))).toEqual(new Set(['LOCKED']));
  });

  test('45 and those that come meanwhile: pages without gap or double', async () => {
    const id = await started('americas-rep', { body: '' });
    const write = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, n) => post(n % 2 ? 'americas-rep' : 'americas-editor', id, `post ${n}`)),
      );
    await write(45);
    const seen: string[] = [];
    const sizes: number[] = [];
    let after: string | null = null;
    let more = true;
    let arriving: Promise<unknown> = Promise.resolve();
    while (more) {
      if (sizes.length < 4) arriving = Promise.all([arriving, write(5)]);
      if (sizes.length === 4) await arriving;
      const { data }: Answer = await ask(
        'americas-rep',
        'query ($id: ID!, $after: Cursor) { thread(id: $id) { posts(first: 10, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }',
        { id, after },
      );
      const { edges, pageInfo } = data.thread.posts;
      seen.push(...edges.map((e: { node: { id: string } }) => e.node.id));
      sizes.push(edges.length);
      more = pageInfo.hasNextPage;
      after = pageInfo.endCursor;
    }
    const { rows } = await db.query(
      'SELECT id, position FROM discussions.post WHERE thread_id = $1 ORDER BY position',
      [id],
    );
    expect(rows.map((r) => r.position)).toEqual(Array.from({ length: 65 }, (_, n) => n + 1));
    expect(seen).toEqual(rows.map((r) => r.id));
  });

  test('inbox: latest activity first, in pages; foreign cursors and sizes are refused', async () => {
    const inbox = async (after: string | null, first = 3) =>
      ask(
        'africa-rep',
        'query ($first: Int, $after: Cursor) { inbox(first: $first, after: $after) { edges { cursor node { id lastActivityAt } } pageInfo { hasNextPage endCursor } } }',
        { first, after },
      );
    await post('africa-rep', 'thread:af-network', 'up again');
    const found: { id: string; lastActivityAt: string }[] = [];
    let page = (await inbox(null)).data.inbox;
    const cursor = page.edges[0].cursor;
    for (;;) {
      found.push(...page.edges.map((e: { node: object }) => e.node));
      if (!page.pageInfo.hasNextPage) break;
      page = (await inbox(page.pageInfo.endCursor)).data.inbox;
    }
    expect(found[0]?.id).toBe('thread:af-network');
    const times = found.map((t) => t.lastActivityAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(found.map((t) => t.id)).size).toBe(found.length);
    const { rows } = await db.query(
      `SELECT id FROM discussions.thread WHERE visibility IN ('PUBLIC', 'PARTNERS', 'ALL_NETWORKS') OR visibility = 'NETWORK' AND 'net:africa' = ANY(network_ids)`,
    );
    expect(new Set(found.map((t) => t.id))).toEqual(new Set(rows.map((r) => r.id)));
    const foreign = await ask(
      'africa-rep',
      'query ($after: Cursor) { thread(id: "thread:af-network") { posts(after: $after) { edges { cursor } } } }',
      { after: cursor },
    );
    expect(foreign.errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
    expect((await inbox(null, 101)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
