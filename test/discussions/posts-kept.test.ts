import { describe, expect, test } from '@jest/globals';
import { af, am, db, group, type Name, started, useSubgraph } from './subgraph.ts';
import { postOf, read, send, wrote } from './talking.ts';

useSubgraph();

const refused = (kind: string) => [expect.objectContaining({ __typename: kind })];
const edit = async (who: Name, id: string, body: string, expectedVersion?: number, clientMutationId?: string) =>
  (
    await read(
      who,
      `mutation ($id: ID!, $body: String!, $v: Int, $m: ID) { editPost(id: $id, body: $body, expectedVersion: $v, clientMutationId: $m) {
        post { version body { text } } problems { __typename ... on ConflictError { currentVersion } } } }`,
      { id, body, v: expectedVersion, m: clientMutationId },
    )
  ).editPost;
const historyOf = async (who: Name, id: string) =>
  (await read(who, `{ postHistory(postId: "${id}") { version text } }`)).postHistory;
const redact = (who: Name, postId: string, over: object = {}) =>
  send(
    who,
    'redactPost',
    'RedactPostInput',
    { postId, reason: 'A name', ...over },
    'post { id body { text } redactedAt redactionReason }',
  );

/** Everything that the subgraph's tables, the feed and the audit log hold, as one text. */
async function wholeDatabase(): Promise<string> {
  const { rows: tables } = await db.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('discussions', 'feed', 'audit')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await db.query(`SELECT t::text AS row FROM ${name} t`);
    texts.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return texts.join('\n');
}

describe('editing', () => {
  test('counts versions, refuses an edit of what is no longer there, and happens once', async () => {
    const thread = await started('americas-rep');
    const id = await wrote('americas-rep', thread, 'one');
    expect(await edit('americas-rep', id, 'two', 1, 'edit-1')).toMatchObject({
      post: { version: 2, body: { text: 'two' } },
    });
    expect(await edit('americas-rep', id, 'two', 1, 'edit-1')).toMatchObject({ post: { version: 2 }, problems: [] });
    expect(await edit('americas-rep', id, 'three', 1)).toEqual({
      post: null,
      problems: [{ __typename: 'ConflictError', currentVersion: 2 }],
    });
    expect((await edit('americas-rep', id, 'three', 1, 'edit-1')).problems).toEqual(refused('ValidationError'));
    expect(await edit('americas-rep', id, 'two', 2)).toMatchObject({ post: { version: 2 } });
    await Promise.all(['a', 'b', 'c'].map((body) => edit('americas-rep', id, body)));
    expect(await postOf('americas-rep', id, 'version')).toEqual({ version: 5 });
  });

  test('what was said before is for the safety officers of the author’s networks, and that they looked is on record', async () => {
    const joint = await started('un-liaison', { networkIds: [am, af] });
    const id = await wrote('americas-rep', joint, 'first words');
    await edit('americas-rep', id, 'second words');
    await edit('americas-rep', id, 'third words');
    for (const who of [
      'americas-rep',
      'americas-coordinator',
      'africa-coordinator',
      'safety-officer',
      'partner',
      'operator',
    ] as const)
      expect(await historyOf(who, id)).toEqual([]);
    expect(await historyOf('safety-officer-am', id)).toEqual([
      { version: 1, text: 'first words' },
      { version: 2, text: 'second words' },
    ]);
    const { rows } = await db.query(`SELECT network_id, action FROM audit.entry WHERE target_id = $1`, [id]);
    expect(rows).toEqual([{ network_id: am, action: 'EDIT_HISTORY_READ' }]);
  });
});

describe('taking words out', () => {
  const secret = 'Xochiquetzal Quillango';

  /** A post with all that can hang on one. */
  async function grow(who: Name, thread: string): Promise<string> {
    const id = await wrote(who, thread, `About ${secret}`, {
      links: [{ url: 'https://example.org/v', title: secret, textAlternative: secret }],
      mentionSeatIds: ['seat:s01'],
    });
    await edit(who, id, `More about ${secret}`);
    const translation = { postId: id, locale: 'es', text: `Sobre ${secret}`, sourceVersion: 2 };
    expect((await send(who, 'translatePost', 'TranslatePostInput', translation, 'post { id }')).problems).toEqual([]);
    await send(who, 'setReaction', 'SetReactionInput', { postId: id, key: 'agree', on: true }, 'post { id }');
    return id;
  }

  test('by redaction: out of every table, search, history, reports and hashes; the reason and the place stay', async () => {
    const thread = await started('americas-rep');
    const id = await grow('americas-rep', thread);
    const reply = await wrote('americas-editor', thread, 'a reply', { replyToId: id });
    const report = { postId: id, reason: 'names somebody' };
    expect((await send('americas-editor', 'reportPost', 'ReportPostInput', report, 'reportId')).problems).toEqual([]);
    expect(await wholeDatabase()).toContain(secret);
    expect(await wholeDatabase()).toContain('xochiquetzal');
    for (const who of ['americas-rep', 'americas-coordinator', 'safety-officer', 'operator', 'partner'] as const)
      expect((await redact(who, id)).problems).toEqual(refused('ForbiddenError'));
    expect((await redact('safety-officer-am', id, { reason: ' ' })).problems).toEqual(refused('ValidationError'));
    const done = await redact('safety-officer-am', id, { clientMutationId: 'redact-1' });
    expect(done).toMatchObject({
      post: { body: { text: '' }, redactionReason: 'A name', redactedAt: expect.any(String) },
    });
    expect(await redact('safety-officer-am', id, { clientMutationId: 'redact-1' })).toEqual(done);
    const held = await wholeDatabase();
    expect(held).not.toContain(secret);
    expect(held.toLowerCase()).not.toContain('xochiquetzal');
    const { rows } = await db.query(`SELECT 1 FROM discussions.mutation WHERE result_id = $1 AND input_hash <> ''`, [
      id,
    ]);
    expect(rows).toEqual([]);
    expect(
      await postOf(
        'americas-editor',
        reply,
        'replyTo { id deletedAt mentions { id } attachments { id } reactions { key } translations { locale } }',
      ),
    ).toEqual({
      replyTo: { id, deletedAt: expect.any(String), mentions: [], attachments: [], reactions: [], translations: [] },
    });
    const { rows: audit } = await db.query(`SELECT network_id, action FROM audit.entry WHERE target_id = $1`, [id]);
    expect(audit).toEqual([{ network_id: am, action: 'TEXT_REDACTED' }]);
    expect((await edit('americas-rep', id, 'again')).problems).toEqual(refused('ValidationError'));
  });

  test('a group’s post is taken out by an officer who does not read the group; a title too', async () => {
    const thread = await started('expert-lead', {
      visibility: 'GROUP',
      bodyId: group,
      title: [{ locale: 'en', text: secret }],
    });
    const id = await wrote('group-rep', thread, `Here is ${secret}`);
    expect(await postOf('safety-officer-am', id, 'id')).toBeNull();
    const input = { postId: id, reason: 'endangers somebody' };
    expect((await send('safety-officer-am', 'reportPost', 'ReportPostInput', input, 'reportId')).problems).toEqual(
      refused('ForbiddenError'),
    );
    const { reportId } = await send('expert-lead', 'reportPost', 'ReportPostInput', input, 'reportId');
    const reports = async (who: Name, networkId = am) =>
      (
        await read(
          who,
          `{ postReports(networkId: "${networkId}") { edges { node { id postId reason reportedText reportedBy { id } } } } }`,
        )
      ).postReports.edges.filter((edge: { node: { postId: string } }) => edge.node.postId === id);
    expect(await reports('safety-officer-am')).toEqual([
      {
        node: {
          id: reportId,
          postId: id,
          reason: 'endangers somebody',
          reportedText: `Here is ${secret}`,
          reportedBy: { id: 'seat:s06' },
        },
      },
    ]);
    for (const who of ['safety-officer', 'americas-coordinator', 'expert-lead', 'operator', 'partner'] as const)
      expect(await reports(who)).toEqual([]);
    expect(await reports('safety-officer', af)).toEqual([]);
    expect(await redact('safety-officer-am', id)).toEqual({ post: null, problems: [] });
    const title = { threadId: thread, reason: 'A name' };
    expect((await send('expert-lead', 'redactThread', 'RedactThreadInput', title, 'thread { id }')).problems).toEqual(
      refused('ForbiddenError'),
    );
    expect(
      (await send('safety-officer-am', 'redactThread', 'RedactThreadInput', title, 'thread { id }')).problems,
    ).toEqual([]);
    const closing = { reportId, outcome: 'Taken out' };
    expect((await send('safety-officer', 'closeReport', 'CloseReportInput', closing, 'reportId')).problems).toEqual(
      refused('ForbiddenError'),
    );
    expect((await send('safety-officer-am', 'closeReport', 'CloseReportInput', closing, 'reportId')).problems).toEqual(
      [],
    );
    expect(await reports('safety-officer-am')).toEqual([]);
    expect(await wholeDatabase()).not.toContain(secret);
  });

  test('by its author: nothing of it stays but what was reported before, which closing the report forgets', async () => {
    const thread = await started('americas-rep');
    const id = await grow('americas-rep', thread);
    const { reportId } = await send(
      'americas-editor',
      'reportPost',
      'ReportPostInput',
      { postId: id, reason: 'a threat' },
      'reportId',
    );
    await read('americas-rep', `mutation { deletePost(id: "${id}") { post { id } } }`);
    expect((await wholeDatabase()).split('\n').filter((row) => row.includes(secret))).toEqual([
      expect.stringMatching(/^discussions\.post_report /),
    ]);
    await send('safety-officer-am', 'closeReport', 'CloseReportInput', { reportId, outcome: 'Spoken to' }, 'reportId');
    expect(await wholeDatabase()).not.toContain(secret);
  });
});

describe('reactions', () => {
  const react = (who: Name, postId: string, key: string, on = true) =>
    send(
      who,
      'setReaction',
      'SetReactionInput',
      { postId, key, on },
      'post { reactions { key count viewerReacted seats { id } } }',
    );

  test('are one for each seat and key, in a fixed order, and are taken back', async () => {
    const id = await wrote('americas-rep', await started('americas-rep'), 'words');
    await Promise.all(
      (['americas-rep', 'americas-editor', 'americas-editor'] as const).map((who) => react(who, id, 'thanks')),
    );
    expect((await react('americas-editor', id, 'agree')).post.reactions).toEqual([
      { key: 'agree', count: 1, viewerReacted: true, seats: [{ id: 'seat:s02' }] },
      { key: 'thanks', count: 2, viewerReacted: true, seats: expect.any(Array) },
    ]);
    expect((await react('americas-rep', id, 'thanks', false)).post.reactions[1]).toMatchObject({
      count: 1,
      viewerReacted: false,
    });
    expect((await react('americas-rep', id, '💩')).problems).toMatchObject([{ path: ['input', 'key'] }]);
    for (const who of ['africa-rep', 'observer', 'partner', 'operator'] as const)
      expect((await react(who, id, 'agree')).problems).toEqual(refused('ForbiddenError'));
  });
});

describe('translations', () => {
  const translate = (who: Name, postId: string, over: object) =>
    send(
      who,
      'translatePost',
      'TranslatePostInput',
      { postId, locale: 'fr', text: 'Bonjour', sourceVersion: 1, ...over },
      'post { id }',
    );
  const shown =
    'body(locale: "fr-CA") { locale text machineTranslated sourceLocale } translation(locale: "fr") wantedTranslations';

  test('are given by people, found by language, and stale once the original has changed', async () => {
    const id = await wrote('americas-rep', await started('americas-rep'), 'Good morning');
    const asked = { postId: id, locale: 'fr' };
    for (const who of ['americas-editor', 'americas-rep'] as const)
      expect((await send(who, 'requestTranslation', 'RequestTranslationInput', asked, 'post { id }')).problems).toEqual(
        [],
      );
    expect(await postOf('americas-rep', id, shown)).toEqual({
      body: { locale: 'en', text: 'Good morning', machineTranslated: false, sourceLocale: 'en' },
      translation: 'ORIGINAL',
      wantedTranslations: ['fr'],
    });
    expect((await translate('americas-editor', id, {})).problems).toEqual([]);
    expect(await postOf('americas-rep', id, shown)).toEqual({
      body: { locale: 'fr', text: 'Bonjour', machineTranslated: false, sourceLocale: 'en' },
      translation: 'HUMAN_REVIEWED',
      wantedTranslations: [],
    });
    await edit('americas-rep', id, 'Good evening');
    expect(await postOf('americas-rep', id, shown)).toMatchObject({ body: { text: 'Bonjour' }, translation: 'STALE' });
    expect((await translate('americas-editor', id, { text: 'Bonsoir' })).problems).toEqual(refused('ConflictError'));
    expect((await translate('americas-editor', id, { text: 'Bonsoir', sourceVersion: 2 })).problems).toEqual(
      refused('ConflictError'),
    );
    expect(
      (await translate('americas-editor', id, { text: 'Bonsoir', sourceVersion: 2, expectedVersion: 1 })).problems,
    ).toEqual([]);
    expect(await postOf('americas-rep', id, `${shown} translations { version state translator { id } }`)).toMatchObject(
      {
        body: { text: 'Bonsoir' },
        translation: 'HUMAN_REVIEWED',
        translations: [{ version: 2, state: 'HUMAN_REVIEWED', translator: { id: 'seat:s02' } }],
      },
    );
    expect((await translate('americas-editor', id, { locale: 'en' })).problems).toMatchObject([
      { path: ['input', 'locale'] },
    ]);
    expect((await translate('africa-rep', id, {})).problems).toEqual(refused('ForbiddenError'));
  });
});

test('threads hang on guidelines and on engagements with governments', async () => {
  for (const typename of ['Guidelines', 'ReviewEngagement'] as const) {
    const id = await started('americas-rep', { anchor: { typename, id: `${typename}:1` } });
    const text = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${typename} { threads { id anchor { __typename } } } } }`;
    const { _entities } = await read('americas-rep', text, { r: [{ __typename: typename, id: `${typename}:1` }] });
    expect(_entities[0].threads).toEqual([{ id, anchor: { __typename: typename } }]);
  }
});
