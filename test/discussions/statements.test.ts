import { expect, test } from '@jest/globals';
import { rules } from './decisions.ts';
import { adopted, did, hashOf, refused, run } from './library.ts';
import { af, am, ask, db, eventsOf, type Name, names, nextMutation, useSubgraph } from './subgraph.ts';

useSubgraph(rules);

const text = (locale: string, title: string, body = `${title}: the text`, machine = false) => ({
  locale,
  title,
  body,
  machine,
});
const hash = (texts: Record<string, string>) =>
  hashOf(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(texts).map(([locale, title]) => [locale, { body: `${title}: the text`, title }]),
      ),
    ),
  );
const drafted = (over: object = {}, who: Name | 'joint' = 'americas-coordinator') =>
  did(who, 'draftStatement', {
    networkIds: [am],
    originalLocale: 'es',
    texts: [text('es', 'Uno'), text('en', 'One')],
    ...over,
  });
const step = (statement: { id: string; version: number }, more: object = {}) => ({
  statementId: statement.id,
  expectedVersion: statement.version,
  ...more,
});
const fields =
  'id version status contentHash contentLocales canonicalText translations { locale state } body(locale: "en") { text locale }';
const circulated = async (over: object = {}, who: Name | 'joint' = 'americas-coordinator') =>
  did(who, 'circulateStatement', step(await drafted(over, who)), fields);
const own = { networkIds: [am] };
/** Of the Americas, decided for by their representative. */
async function consented(over: object = {}) {
  const statement = await circulated(over);
  const id = await adopted('Statement', statement.id, statement.contentHash, own, 'americas-coordinator', [
    'americas-rep',
  ]);
  const input = step(statement, { contentHash: statement.contentHash, decisionIds: [id] });
  return did('americas-coordinator', 'consentStatement', input, `${fields} decisions { id }`);
}
const read = async (who: Name, id: string, more = '') =>
  (await ask(who, `{ statement(id: "${id}") { id status title { text } body { text } ${more} } }`)).data.statement;

test('is drafted among those who draft, circulated with a hash, and seen by its networks from then on', async () => {
  const statement = await drafted();
  const seen = async () => {
    const see: string[] = [];
    for (const who of names) {
      const r = [
        { __typename: 'Network', id: am },
        { __typename: 'Statement', id: statement.id },
      ];
      const list = 'statements(first: 100) { edges { node { id } } }';
      const query = `query ($r: [_Any!]!) { statement(id: "${statement.id}") { id } _entities(representations: $r) { ... on Statement { id } ... on Network { ${list} } } }`;
      const { data } = await ask(who, query, { r });
      const [network, entity] = data._entities;
      const listed = network.statements.edges.find(({ node }: { node: { id: string } }) => node.id === statement.id);
      expect(new Set([data.statement?.id, entity?.id, listed?.node.id]).size).toBe(1);
      if (data.statement) see.push(who);
    }
    return see;
  };
  expect(await seen()).toEqual(['americas-coordinator', 'expert-lead']);
  expect(await refused('americas-rep', 'circulateStatement', step(statement))).toBe('ForbiddenError');
  expect(await refused('expert-lead', 'circulateStatement', step(statement))).toBe('ForbiddenError');
  const out = await did('americas-coordinator', 'circulateStatement', step(statement), fields);
  const contentHash = hash({ en: 'One', es: 'Uno' });
  expect(out).toMatchObject({ status: 'CIRCULATED', contentHash, contentLocales: ['en', 'es'] });
  expect(hashOf(out.canonicalText)).toBe(contentHash);
  expect(await seen()).toEqual([
    ...['americas-coordinator', 'americas-editor', 'americas-rep', 'group-rep', 'expert-lead'],
    ...['safety-officer-am', 'un-liaison', 'other-group-rep'],
  ]);
  expect((await eventsOf(statement.id)).map((e) => [e.network_id, e.type, e.visibility, e.data.contentHash])).toEqual([
    [am, 'STATEMENT_CIRCULATED', 'NETWORK', contentHash],
  ]);
  for (const who of ['americas-rep', 'un-liaison', 'observer', 'partner', 'operator', 'africa-coordinator'] as const) {
    const input = { ...own, originalLocale: 'en', texts: [text('en', 'x')] };
    expect(await refused(who, 'draftStatement', input)).toBe('ForbiddenError');
  }
});

test('a changed original makes its translations stale; they and machines’ are not circulated; a new text is a new hash', async () => {
  let statement = await drafted({ texts: [text('es', 'Uno'), text('en', 'One'), text('fr', 'Un', undefined, true)] });
  statement = await did(
    'americas-coordinator',
    'reviseStatement',
    step(statement, { texts: [text('es', 'Dos')] }),
    fields,
  );
  expect(statement.translations).toEqual([
    { locale: 'es', state: 'ORIGINAL' },
    { locale: 'en', state: 'STALE' },
    { locale: 'fr', state: 'STALE' },
  ]);
  statement = await did(
    'americas-coordinator',
    'reviseStatement',
    step(statement, { texts: [text('fr', 'Deux', undefined, true)] }),
    fields,
  );
  statement = await did('americas-coordinator', 'circulateStatement', step(statement), fields);
  expect(statement).toMatchObject({ contentLocales: ['es'], contentHash: hash({ es: 'Dos' }) });
  expect(statement.translations).toEqual([
    { locale: 'es', state: 'ORIGINAL' },
    { locale: 'en', state: 'STALE' },
    { locale: 'fr', state: 'MACHINE' },
  ]);
  // What was circulated is revised; a translation beside it changes nothing of what is decided on.
  expect(await refused('expert-lead', 'reviseStatement', step(statement, { texts: [text('es', 'Tres')] }))).toBe(
    'ForbiddenError',
  );
  expect(await refused('americas-coordinator', 'translateStatement', step(statement, { text: text('es', 'x') }))).toBe(
    'ValidationError text.locale',
  );
  statement = await did('expert-lead', 'translateStatement', step(statement, { text: text('en', 'Two') }), fields);
  expect(statement).toMatchObject({ contentHash: hash({ es: 'Dos' }), body: { text: 'Two: the text', locale: 'en' } });
  await did('americas-rep', 'endorseStatement', { statementId: statement.id, contentHash: statement.contentHash });
  statement = await did(
    'americas-coordinator',
    'reviseStatement',
    step(statement, { texts: [text('es', 'Tres')] }),
    `${fields} endorsers { id } viewerStance`,
  );
  expect(statement).toMatchObject({ status: 'CIRCULATED', contentHash: hash({ es: 'Tres' }), endorsers: [] });
  expect(
    await refused('americas-rep', 'endorseStatement', { statementId: statement.id, contentHash: hash({ es: 'Dos' }) }),
  ).toBe('ConflictError');
  expect((await eventsOf(statement.id)).map(({ type }) => type)).toEqual([
    'STATEMENT_CIRCULATED',
    'STATEMENT_CIRCULATED',
  ]);
});

test('of two networks is consented to by a decision of each on this very text', async () => {
  const statement = await circulated({ networkIds: [af, am] }, 'joint');
  const { id, contentHash } = statement;
  const oneOff = `${contentHash.slice(0, 63)}${contentHash.endsWith('0') ? '1' : '0'}`;
  const inOne = await adopted('Statement', id, contentHash, own, 'americas-coordinator', ['americas-rep']);
  const inOther = await adopted('Statement', id, contentHash, { networkIds: [af] }, 'africa-coordinator', [
    'africa-rep',
  ]);
  const onOther = await adopted('Statement', id, oneOff, { networkIds: [af] }, 'africa-coordinator', ['africa-rep']);
  const consent = (...decisionIds: string[]) => step(statement, { contentHash, decisionIds });
  expect(await refused('joint', 'consentStatement', consent(inOne))).toBe('ValidationError decisionIds');
  expect(await refused('joint', 'consentStatement', consent(inOne, onOther))).toBe('ConflictError');
  expect(await refused('joint', 'consentStatement', { ...consent(inOne, inOther), contentHash: oneOff })).toBe(
    'ConflictError',
  );
  expect(await refused('africa-rep', 'consentStatement', consent(inOne, inOther))).toBe('ForbiddenError');
  const done = await did(
    'steering-member',
    'consentStatement',
    consent(inOne, inOther),
    'id version status decisions { id }',
  );
  // Each reader finds the decisions that are theirs to read.
  expect(done).toMatchObject({ status: 'CONSENTED', decisions: [{ id: inOther }] });
  expect(await refused('joint', 'reviseStatement', step(done, { texts: [text('es', 'x')] }))).toBe(
    'ValidationError statementId',
  );
  // Each network has it checked for dangers; one network's officer does not speak for the other.
  const check = { statementId: id, contentHash, passed: true };
  expect(await refused('joint', 'publishStatement', step(done, { contentHash }))).toBe('ValidationError contentHash');
  await did('safety-officer', 'checkStatementSafety', check);
  expect(await refused('joint', 'publishStatement', step(done, { contentHash }))).toBe('ValidationError contentHash');
  await did('safety-officer-am', 'checkStatementSafety', check);
  await did('joint', 'publishStatement', step(done, { contentHash }));
  expect((await eventsOf(id)).map((e) => `${e.network_id} ${e.type} ${e.visibility}`)).toEqual([
    ...[`${af} STATEMENT_CIRCULATED NETWORK`, `${af} STATEMENT_PUBLISHED PUBLIC`],
    ...[`${am} STATEMENT_CIRCULATED NETWORK`, `${am} STATEMENT_PUBLISHED PUBLIC`],
  ]);
});

test('is published after a safety check by an officer, or by a second person who neither drafted nor publishes', async () => {
  const statement = await consented();
  const { id, contentHash } = statement;
  const check = { statementId: id, contentHash, passed: true };
  const publish = () => refused('americas-coordinator', 'publishStatement', step(statement, { contentHash }));
  expect(await publish()).toBe('ValidationError contentHash');
  // The coordinator drafted it.
  for (const who of ['americas-coordinator', 'americas-rep', 'un-liaison'] as const)
    expect(await refused(who, 'checkStatementSafety', check)).toBe('ForbiddenError');
  expect(await refused('safety-officer', 'checkStatementSafety', check)).toBe('ForbiddenError');
  expect(await refused('expert-lead', 'checkStatementSafety', { ...check, contentHash: hash({ es: 'x' }) })).toBe(
    'ConflictError',
  );
  expect(await refused('expert-lead', 'checkStatementSafety', { ...check, passed: false })).toBe(
    'ValidationError note',
  );
  await did('expert-lead', 'checkStatementSafety', check);
  // An officer's no stands over a second person's yes, until the officer says yes.
  await did('safety-officer-am', 'checkStatementSafety', {
    ...check,
    passed: false,
    note: 'It names a village (sample)',
  });
  expect(await publish()).toBe('ValidationError contentHash');
  const { safetyChecks } = await read('americas-rep', id, 'safetyChecks { network { id } byOfficer passed note }');
  expect(safetyChecks).toEqual([
    { network: { id: am }, byOfficer: true, passed: false, note: 'It names a village (sample)' },
    { network: { id: am }, byOfficer: false, passed: true, note: null },
  ]);
  await did('safety-officer-am', 'checkStatementSafety', check);
  const input = { ...step(statement, { contentHash }), clientMutationId: nextMutation() };
  const all = `${fields} visibility publishedAt`;
  const out = await did('americas-coordinator', 'publishStatement', input, all);
  expect(out).toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLIC', publishedAt: expect.any(String) });
  expect(await did('americas-coordinator', 'publishStatement', input, all)).toEqual(out);
  expect((await eventsOf(id)).map((e) => `${e.type} ${e.visibility}`)).toEqual([
    'STATEMENT_CIRCULATED NETWORK',
    'STATEMENT_PUBLISHED PUBLIC',
  ]);
  for (const who of ['observer', 'partner', 'operator', 'africa-rep'] as const)
    expect(await read(who, id, 'safetyChecks { passed }')).toMatchObject({
      body: { text: 'Uno: the text' },
      safetyChecks: [],
    });
  // Taken back, it is still known to have been made, and its text is its networks' own again.
  expect(await refused('americas-coordinator', 'withdrawStatement', step(out, { reason: ' ' }))).toBe(
    'ValidationError reason',
  );
  await did('americas-coordinator', 'withdrawStatement', step(out, { reason: 'It was misread (sample)' }));
  expect(await read('observer', id, 'withdrawalReason canonicalText')).toMatchObject({
    ...{ status: 'WITHDRAWN', body: null, canonicalText: null, withdrawalReason: 'It was misread (sample)' },
  });
  expect(await read('americas-rep', id)).toMatchObject({ body: { text: 'Uno: the text' } });
  expect((await eventsOf(id)).at(-1)).toMatchObject({ type: 'STATEMENT_WITHDRAWN', visibility: 'PUBLIC' });
});

test('organisations sign one by one; those that disagree are counted and named to nobody', async () => {
  const statement = await circulated();
  const { id, contentHash } = statement;
  const say = (who: Parameters<typeof did>[0], name: string) =>
    did(who, name, { statementId: id, contentHash }, 'viewerStance dissenters endorsers { id }');
  expect(await say('americas-rep', 'endorseStatement')).toEqual({
    viewerStance: 'ENDORSES',
    dissenters: 0,
    endorsers: [{ id: 'org:s03' }],
  });
  await say('americas-rep-second', 'endorseStatement');
  expect(await say('group-rep', 'dissentFromStatement')).toEqual({
    viewerStance: 'DISSENTS',
    dissenters: 1,
    endorsers: [{ id: 'org:s03' }],
  });
  expect(await say('africa-rep-in-am', 'endorseStatement')).toMatchObject({
    endorsers: [{ id: 'org:s03' }, { id: 'org:s09' }],
  });
  for (const who of ['americas-coordinator', 'americas-editor', 'un-liaison', 'expert-lead', 'africa-rep'] as const)
    expect(await refused(who, 'endorseStatement', { statementId: id, contentHash })).toBe('ForbiddenError');
  // Whoever asks, on whatever path, the one that disagrees is not there.
  for (const who of names)
    expect(JSON.stringify(await read(who, id, 'dissenters endorsers { id }'))).not.toContain('org:s05');
  // Against it in the decision that consented: counted too, and nobody twice.
  const question = { ...own, quorum: 1 };
  const { inRound, take, concluded } = await import('./decisions.ts');
  const round = await inRound({ ...question, subject: { typename: 'Statement', id }, contentHash, method: 'MAJORITY' });
  for (const who of ['americas-rep', 'africa-rep-in-am', 'lead-and-rep'] as const)
    await take(who, round, 'YES', { contentHash });
  for (const who of ['group-rep', 'other-group-rep'] as const) await take(who, round, 'NO', { contentHash });
  const decision = await concluded(round);
  await did('americas-coordinator', 'consentStatement', step(statement, { contentHash, decisionIds: [decision.id] }));
  expect(await say('group-rep', 'dissentFromStatement')).toMatchObject({ dissenters: 2 });
  expect(await did('group-rep', 'withdrawStance', { statementId: id }, 'viewerStance dissenters')).toEqual({
    viewerStance: null,
    dissenters: 2,
  });
  expect(await did('americas-rep', 'withdrawStance', { statementId: id }, 'endorsers { id }')).toEqual({
    endorsers: [{ id: 'org:s09' }],
  });
});

test.each<[string, object, string]>([
  ['no text in the language of record', { originalLocale: 'pt' }, 'originalLocale'],
  ['a language twice', { texts: [text('es', 'a'), text('es', 'b')] }, 'texts.1'],
  ['an empty body', { texts: [text('es', 'a', ' ')] }, 'texts.0.body'],
  ['a long title', { texts: [text('es', 'x'.repeat(301))] }, 'texts.0.title'],
  ['an original by a machine', { texts: [text('es', 'a', 'b', true)] }, 'texts.0'],
  ['11 languages', { texts: ['es', ...'abcdefghij'].map((l) => text(l.padStart(2, 'a'), 'x')) }, 'texts'],
  ['publication to a group', { visibility: 'GROUP' }, 'visibility'],
  ['no network', { networkIds: [] }, 'networkIds'],
])('a draft with %s is refused', async (_what, over, path) => {
  const input = { networkIds: [am], originalLocale: 'es', texts: [text('es', 'a')], ...over };
  expect(await refused('americas-coordinator', 'draftStatement', input)).toBe(`ValidationError ${path}`);
});

test('a text that is revised while it is consented to is not consented to', async () => {
  const statement = await circulated();
  const { contentHash } = statement;
  const id = await adopted('Statement', statement.id, contentHash, own, 'americas-coordinator', ['americas-rep']);
  const answers = await Promise.all([
    run('americas-coordinator', 'reviseStatement', step(statement, { texts: [text('es', 'Otro')] })),
    run('americas-coordinator', 'consentStatement', step(statement, { contentHash, decisionIds: [id] })),
  ]);
  expect(answers.map(({ problems }) => problems.length).sort()).toEqual([0, 1]);
  const { rows } = await db.query('SELECT status, content_hash, version FROM discussions.statement WHERE id = $1', [
    statement.id,
  ]);
  const [row] = rows;
  expect(row.version).toBe(statement.version + 1);
  expect(row.status === 'CONSENTED').toBe(row.content_hash === contentHash);
});

test('goes to no more readers than its networks were asked about', async () => {
  const statement = await circulated({ visibility: 'ALL_NETWORKS' });
  const revise = (visibility: string) => step(statement, { texts: [], visibility });
  for (const wider of ['PARTNERS', 'PUBLIC'])
    expect(await refused('americas-coordinator', 'reviseStatement', revise(wider))).toBe('ValidationError visibility');
  const open = await circulated();
  const narrowed = step(open, { texts: [], visibility: 'PARTNERS' });
  const fewer = await did('americas-coordinator', 'reviseStatement', narrowed, 'publicationVisibility contentHash');
  expect(fewer).toEqual({ publicationVisibility: 'PARTNERS', contentHash: open.contentHash });
});

test('is read outside its networks as it was decided on: what is translated later stays within', async () => {
  const statement = await consented();
  const { id, contentHash } = statement;
  await did('safety-officer-am', 'checkStatementSafety', { statementId: id, contentHash, passed: true });
  const out = await did('americas-coordinator', 'publishStatement', step(statement, { contentHash }));
  await did('expert-lead', 'translateStatement', step(out, { text: text('fr', 'Un', 'Sample Persona 4') }));
  const more = 'translations { locale } fr: body(locale: "fr") { text locale } titled: title(locale: "fr") { text }';
  const inside = await read('americas-rep', id, more);
  expect(inside).toMatchObject({ fr: { text: 'Sample Persona 4', locale: 'fr' }, titled: { text: 'Un' } });
  for (const who of ['observer', 'partner', 'africa-rep', 'nobody'] as const) {
    const found = await read(who, id, more);
    expect(JSON.stringify(found)).not.toContain('Persona');
    expect(found).toMatchObject({
      translations: [{ locale: 'es' }, { locale: 'en' }],
      titled: { text: expect.stringMatching(/^(Uno|One)$/) },
    });
  }
});

test('is checked by nobody who has written of it, and again when it is said elsewhere', async () => {
  let statement = await drafted({}, 'americas-coordinator');
  // The lead writes it anew while it is a draft.
  statement = await did('expert-lead', 'reviseStatement', step(statement, { texts: [text('es', 'Dos')] }));
  statement = await did('americas-coordinator', 'circulateStatement', step(statement), fields);
  const check = { statementId: statement.id, contentHash: statement.contentHash, passed: true };
  expect(await refused('expert-lead', 'checkStatementSafety', check)).toBe('ForbiddenError');
  await did('safety-officer-am', 'checkStatementSafety', check);
  const elsewhere = step(statement, { texts: [], forum: 'At the house of Sample Persona 4' });
  const after = await did('americas-coordinator', 'reviseStatement', elsewhere, 'contentHash safetyChecks { passed }');
  expect(after).toEqual({ contentHash: statement.contentHash, safetyChecks: [] });
});
