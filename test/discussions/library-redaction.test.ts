import { describe, expect, test } from '@jest/globals';
import { appendEvents } from '../../kit/feed/publish.ts';
import { dropQuotes } from '../../subgraphs/discussions/quotes.ts';
import { inRound, rules, take } from './decisions.ts';
import { did, hashOf, soon } from './library.ts';
import {
  activity,
  af,
  am,
  ask,
  db,
  group,
  type Name,
  nextMutation,
  openTables,
  started,
  useSubgraph,
} from './subgraph.ts';
import { send, wrote } from './talking.ts';

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

const redacted = async (typename: string, id: string, words: string) => {
  const query =
    'mutation ($i: RedactRecordInput!) { redactRecord(input: $i) { places problems { __typename ... on UserError { message } } } }';
  const i = { clientMutationId: nextMutation(), typename, id, words, reason: 'A name (sample)' };
  const { data, errors } = await ask('safety-officer-am', query, { i });
  expect([errors, data?.redactRecord.problems]).toEqual([undefined, []]);
  return data.redactRecord.places as number;
};
const quoteOf = async (id: string) =>
  (await ask('americas-rep', `{ thread(id: "${id}") { anchorQuote } }`)).data.thread.anchorQuote;

test('a name goes also where a line ends within it, in an address, and from what threads quote; words of the platform stay', async () => {
  const links = [{ url: 'https://example.org/Host%20Persona', title: [{ locale: 'en', text: 'A page' }] }];
  const meeting = await did('americas-coordinator', 'scheduleMeeting', {
    ...{ networkIds: [am], kind: 'NETWORK', languages: [], timeZone: 'America/Lima', startsAt: soon(3), links },
    title: [
      { locale: 'en', text: 'Host\n Persona speaks' },
      { locale: 'id', text: 'Host Persona' },
    ],
    externalParticipants: [
      { role: 'HOST', office: [{ locale: 'en', text: 'Office of host  persona' }], country: 'PE' },
    ],
    agenda: [{ title: [{ locale: 'en', text: 'With host\tpersona' }], minutesAllotted: 5 }],
  });
  const anchor = { typename: 'Meeting', id: meeting.id, quote: 'as Host Persona said' };
  const thread = await started('americas-rep', { anchor });
  expect(await redacted('Meeting', meeting.id, 'host persona')).toBe(6);
  // A word that is also one of the platform's own.
  expect(await redacted('Meeting', meeting.id, 'host')).toBe(0);
  const fields =
    'title(locale: "id") { text } links { url } externalParticipants { id role office { text } country { code } } agenda { id title { text } }';
  const { data, errors } = await ask('americas-rep', `{ meeting(id: "${meeting.id}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  expect(data.meeting).toEqual({
    title: { text: '▇▇▇' },
    links: [{ url: '▇▇▇' }],
    externalParticipants: [
      { id: 'external-1', role: 'HOST', office: { text: 'Office of ▇▇▇' }, country: { code: 'PE' } },
    ],
    agenda: [{ id: `${meeting.id}/agenda-1`, title: { text: 'With ▇▇▇' } }],
  });
  expect(await quoteOf(thread)).toBe('as ▇▇▇ said');
});

test('out of a decision and its reasons', async () => {
  const contentHash = 'a'.repeat(64);
  const title = [{ locale: 'en', text: 'On Sample Persona 4' }];
  const decision = await inRound({ networkIds: [am], quorum: 1, contentHash, title }, {}, 'americas-coordinator');
  await take('americas-rep', decision, 'OBJECT', { contentHash, reason: 'Sample Persona 4 is in danger' });
  expect(await redacted('Decision', decision.id, 'sample persona 4')).toBe(2);
  const { data } = await ask(
    'americas-rep',
    `{ decision(id: "${decision.id}") { title { text } positions { reason } } }`,
  );
  expect(data.decision).toEqual({ title: { text: 'On ▇▇▇' }, positions: [{ reason: '▇▇▇ is in danger' }] });
});

test('what threads quote of a plan goes when text is redacted from it: of a node, or of all of it', async () => {
  const [planId, key] = activity.split('/') as [string, string];
  const quoting = (typename: string, id: string) =>
    started('americas-rep', { anchor: { typename, id, quote: 'Said' } });
  const [ofNode, ofOther, ofPlan, ofAnother] = [
    await quoting('Activity', activity),
    await quoting('Objective', `${planId}/o1`),
    await quoting('WorkingPlan', planId),
    await quoting('Activity', `${planId}2/${key}`),
  ];
  const quotes = async () => {
    const found = [];
    for (const id of [ofNode, ofOther, ofPlan, ofAnother]) found.push(await quoteOf(id));
    return found;
  };
  const tables = await openTables();
  const say = async (nodeId: string | null) => {
    const event = {
      ...{ networkIds: [am], type: 'PLAN_TEXT_REDACTED', eventType: 'org.net4u.plan.text-redacted.v1' },
      ...{ subject: `workingplan/${planId}`, visibility: 'NETWORK' as const, data: { planId, epoch: 2, nodeId } },
    };
    await db.query('BEGIN');
    await appendEvents((sql, parameters) => db.query(sql, parameters), [event]);
    await db.query('COMMIT');
    // Here or, in the same moment, in the process that follows the feed.
    await dropQuotes(tables);
  };
  expect(await quotes()).toEqual(['Said', 'Said', 'Said', 'Said']);
  await say(activity);
  expect(await quotes()).toEqual([null, 'Said', 'Said', 'Said']);
  await say(null);
  expect(await quotes()).toEqual([null, null, null, 'Said']);
  const kept = `SELECT 1 FROM discussions.mutation WHERE result_id = ANY ($1) AND input_hash <> ''`;
  expect((await db.query(kept, [[ofNode, ofOther, ofPlan]])).rows).toEqual([]);
  await tables.stop();
});

describe('where words still stand that were taken out of a plan', () => {
  const name = 'Pérez-Señal 9';
  const placesFor = async (who: Name, words: string): Promise<[string, string, number][]> => {
    const { data, errors } = await ask(
      who,
      `query ($words: String!) { textPlaces(words: $words) { places record { __typename ${['Post', 'Thread', 'Meeting', 'Statement', 'KnowledgeItem', 'Decision'].map((type) => `... on ${type} { id }`).join(' ')} } } }`,
      { words },
    );
    expect(errors).toBeUndefined();
    return data.textPlaces.map(({ places, record }: { places: number; record: { __typename: string; id: string } }) => [
      record.__typename,
      record.id,
      places,
    ]);
  };

  test('is told to the safety officer, in all that he may open of his networks, until it is taken out there', async () => {
    const thread = await started('americas-rep', {
      title: [{ locale: 'es', text: `Sobre ${name}` }],
      anchor: { typename: 'WorkingPlan', id: 'plan:joint-2027', quote: `as ${name.toUpperCase()} said` },
      body: 'A question',
    });
    const posts = [
      await wrote('americas-rep', thread, `The plan says: "con ${name.normalize('NFD')}"`),
      await wrote('americas-rep', thread, `See https://example.org/${encodeURIComponent(name)}`),
      await wrote('americas-rep', thread, 'Said by nobody'),
    ];
    const translation = { postId: posts[2], locale: 'es', text: `Dicho por PÉREZ-SEÑAL\n9`, sourceVersion: 1 };
    await send('americas-rep', 'translatePost', 'TranslatePostInput', translation, 'post { id }');
    const draft = {
      networkIds: [am],
      originalLocale: 'es',
      texts: [{ locale: 'es', title: 'Uno', body: `Con ${name}` }],
    };
    const statement = await did('americas-coordinator', 'draftStatement', draft);
    const meeting = await did('americas-coordinator', 'draftMeeting', {
      ...{ networkIds: [am], kind: 'NETWORK', languages: [], timeZone: 'America/Lima', startsAt: soon(3) },
      title: [{ locale: 'en', text: 'A meeting' }],
      agenda: [{ title: [{ locale: 'en', text: `Report of ${name}` }] }],
    });
    const practice = await published({ texts: [text('es', `Con ${name}`)] });
    const contentHash = 'b'.repeat(64);
    const decision = await inRound({ networkIds: [am], quorum: 1, contentHash }, {}, 'americas-coordinator');
    await take('americas-rep', decision, 'OBJECT', { contentHash, reason: `${name} is in danger` });
    // of a group that he does not sit in, of another network, and of one that he may read but not redact
    const own = { anchor: { typename: 'Body', id: group }, visibility: 'GROUP' };
    const hidden = await started('expert-lead', { ...own, body: `Of ${name}` });
    const elsewhere = { networkIds: [af], anchor: { typename: 'Network', id: af }, visibility: 'PUBLIC' };
    await started('africa-rep', { ...elsewhere, body: `Of ${name}` });

    const all: [string, string, number][] = [
      ...[...posts].sort().map((id): [string, string, number] => ['Post', id, 1]),
      ['Thread', thread, 2],
      ['KnowledgeItem', practice.id, 2],
      ['Decision', decision.id, 1],
    ];
    // a meeting that was not announced and a statement that was not circulated are their drafters' alone
    expect(await placesFor('safety-officer-am', name)).toEqual(all);
    await did('americas-coordinator', 'announceMeeting', { meetingId: meeting.id, expectedVersion: meeting.version });
    await did('americas-coordinator', 'circulateStatement', { statementId: statement.id, expectedVersion: 1 });
    const now = await placesFor('safety-officer-am', name.toLowerCase());
    expect(now).toEqual([
      ...all.slice(0, 4),
      ['Meeting', meeting.id, 1],
      ['Statement', statement.id, 1],
      ...all.slice(4),
    ]);
    expect(now.map(([, id]) => id)).not.toContain(hidden);
    for (const who of ['americas-coordinator', 'americas-rep', 'observer', 'operator', 'partner'] as const)
      expect([who, await placesFor(who, name)]).toEqual([who, []]);

    for (const [typename, id] of now) {
      const reason = 'A name (sample)';
      if (typename === 'Post')
        await send('safety-officer-am', 'redactPost', 'RedactPostInput', { postId: id, reason }, 'post { id }');
      else if (typename === 'Thread')
        await send('safety-officer-am', 'redactThread', 'RedactThreadInput', { threadId: id, reason }, 'thread { id }');
      else await redacted(typename, id, name);
    }
    expect(await placesFor('safety-officer-am', name)).toEqual([]);
  });

  test.each(['', ' x ', 'x'.repeat(201)])('is not asked for with %p', async (words) => {
    const { errors } = await ask('safety-officer-am', 'query ($w: String!) { textPlaces(words: $w) { places } }', {
      w: words,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
