import { expect, test } from '@jest/globals';
import { rules } from './decisions.ts';
import { did, hashOf, soon } from './library.ts';
import { am, ask, db, type Name, nextMutation, useSubgraph } from './subgraph.ts';

useSubgraph(rules);

const text = (locale: string, title: string, more: object = {}) => ({
  locale,
  title,
  summary: `${title} in short`,
  ...more,
});
const item = (over: object = {}) => ({
  networkIds: [am],
  kind: 'GOOD_PRACTICE',
  originalLocale: 'es',
  texts: [text('es', 'Práctica'), text('en', 'Practice')],
  ...over,
});
const step = (found: { id: string; version: number }, more: object = {}) => ({
  knowledgeItemId: found.id,
  expectedVersion: found.version,
  ...more,
});
const added = (over: object = {}, who: Name = 'americas-rep', fields?: string) =>
  did(who, 'addKnowledge', item(over), fields);
const published = async (over: object = {}, who: Name = 'americas-rep', by: Name = who) =>
  did(by, 'publishKnowledge', step(await added(over, who)));

test('a safety officer takes a name out of every text for good', async () => {
  const found = await published({
    texts: [
      text('es', 'Con Sample Persona 4'),
      text('en', 'With SAMPLE PERSONA 4', { body: 'sample persona 4 helped' }),
    ],
    tags: ['sample persona 4'],
  });
  await did('group-rep', 'recordReuse', { knowledgeItemId: found.id, networkId: am, note: 'With Sample Persona 4' });
  const redact = async (who: Name, over: object = {}) => {
    const input = {
      clientMutationId: nextMutation(),
      typename: 'KnowledgeItem',
      id: found.id,
      words: 'Sample Persona 4',
      reason: 'A name (sample)',
      ...over,
    };
    const query =
      'mutation ($i: RedactRecordInput!) { redactRecord(input: $i) { places problems { __typename ... on UserError { path } } } }';
    return (await ask(who, query, { i: input })).data.redactRecord;
  };
  for (const who of ['americas-coordinator', 'americas-rep', 'safety-officer', 'operator', 'partner'] as const)
    expect((await redact(who)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
  expect((await redact('safety-officer-am', { reason: 'It is sample persona 4' })).problems).toMatchObject([
    { path: ['input', 'reason'] },
  ]);
  expect((await redact('safety-officer-am', { words: 'x' })).problems).toMatchObject([{ path: ['input', 'words'] }]);
  expect((await redact('safety-officer-am', { typename: 'Thread' })).problems).toMatchObject([
    { path: ['input', 'typename'] },
  ]);
  const found2 =
    'id title(locale: "es") { text } text(locale: "en") { text } tags redactedAt reuse { records { note } }';
  expect(await redact('safety-officer-am')).toEqual({ places: 7, problems: [] });
  expect(await redact('safety-officer-am')).toEqual({ places: 0, problems: [] });
  const { data } = await ask(
    'americas-rep',
    `{ knowledgeItem(id: "${found.id}") { ${found2} } knowledge(filter: { text: "persona" }) { edges { node { id } } } }`,
  );
  expect(data.knowledgeItem).toMatchObject({
    title: { text: 'Con ▇▇▇' },
    text: { text: '▇▇▇ helped' },
    tags: ['▇▇▇'],
    redactedAt: expect.any(String),
    reuse: { records: [{ note: 'With ▇▇▇' }] },
  });
  expect(data.knowledge.edges).toEqual([]);
  const dump = await db.query(
    `SELECT (SELECT string_agg(k::text, '') FROM discussions.knowledge_item k) || (SELECT string_agg(r::text, '') FROM discussions.knowledge_reuse r) AS all,
       (SELECT count(*)::int FROM discussions.mutation WHERE result_id = $1 AND input_hash <> '') AS kept`,
    [found.id],
  );
  expect(dump.rows[0].all).not.toMatch(/persona/i);
  expect(dump.rows[0].kept).toBe(0);
  const { rows } = await db.query(
    "SELECT network_id, target_id, reason FROM audit.entry WHERE action = 'TEXT_REDACTED'",
  );
  expect(rows).toEqual(Array(2).fill({ network_id: am, target_id: found.id, reason: 'A name (sample)' }));
});

test('out of minutes and statements too, whose hashes stay those of the words decided on', async () => {
  const draft = {
    networkIds: [am],
    originalLocale: 'en',
    texts: [{ locale: 'en', title: 'With Nobody X', body: 'Nobody X said so' }],
  };
  const { id } = await did('americas-coordinator', 'draftStatement', draft);
  await did('americas-coordinator', 'circulateStatement', { statementId: id, expectedVersion: 1 });
  const input = {
    ...{ networkIds: [am], kind: 'NETWORK', languages: [], timeZone: 'America/Lima' },
    startsAt: soon(3),
  };
  let meeting = await did('americas-coordinator', 'scheduleMeeting', {
    ...input,
    title: [{ locale: 'en', text: 'Nobody X speaks' }],
  });
  const step = () => ({ meetingId: meeting.id, expectedVersion: meeting.version });
  for (const name of ['openMeeting', 'closeMeeting']) meeting = await did('americas-coordinator', name, step());
  await did('americas-coordinator', 'recordAttendance', {
    meetingId: meeting.id,
    attendance: [{ alias: 'nobody x', rsvp: 'ATTENDED' }],
  });
  const text = [{ locale: 'en', text: 'Thanks to Nobody X.' }];
  meeting = await did('americas-coordinator', 'writeMinutes', { ...step(), text, originalLocale: 'en' });
  const redact = (typename: string, of: string) =>
    ask(
      'safety-officer-am',
      'mutation ($i: RedactRecordInput!) { redactRecord(input: $i) { places problems { __typename } } }',
      {
        i: { clientMutationId: nextMutation(), typename, id: of, words: 'NOBODY x', reason: 'A name (sample)' },
      },
    );
  expect((await redact('Statement', id)).data.redactRecord).toEqual({ places: 2, problems: [] });
  expect((await redact('Meeting', meeting.id)).data.redactRecord).toEqual({ places: 3, problems: [] });
  const { data } = await ask(
    'americas-rep',
    `{ statement(id: "${id}") { title { text } contentHash canonicalText redactedAt }
       meeting(id: "${meeting.id}") { title { text } minutes { text { text } contentHash } attendance { alias } redactedAt } }`,
  );
  expect(data.statement).toEqual({
    ...{ title: { text: 'With ▇▇▇' }, canonicalText: null, redactedAt: expect.any(String) },
    contentHash: hashOf('{"en":{"body":"Nobody X said so","title":"With Nobody X"}}'),
  });
  expect(data.meeting).toEqual({
    title: { text: '▇▇▇ speaks' },
    minutes: { text: { text: 'Thanks to ▇▇▇.' }, contentHash: hashOf('{"en":"Thanks to Nobody X."}') },
    attendance: [{ alias: '▇▇▇' }],
    redactedAt: expect.any(String),
  });
});
