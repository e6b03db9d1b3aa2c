import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { type NetworksWorld, observer, operator, partner, representative, seat, startNetworks } from '../networks.ts';
import {
  af,
  am,
  change,
  conclude,
  countSaid,
  editorOfAmericas,
  expectDone,
  lastSaid,
  leadOfAmericas,
  nextMutation,
  type Payload,
  refusal,
  repOfAmericas,
  steeringOfAfrica,
} from './governing.ts';

let world: NetworksWorld;
beforeAll(async () => {
  world = await startNetworks();
});
afterAll(() => world?.stop());

const fields = `guidelines { id status edition version contentHash canonicalText visibility adoptedOn consultationEndsOn note recordLocale
  title { locale text } body { locale text } supersedes { id status } supersededBy { id } adoptedByDecision { id } draftedBy { id }
  revisions { number contentHash body } editions { id } network { slug } }`;
const inputs = {
  draftGuidelines: 'DraftGuidelinesInput',
  updateGuidelines: 'UpdateGuidelinesInput',
  translateGuidelines: 'TranslateGuidelinesInput',
  circulateGuidelines: 'CirculateGuidelinesInput',
  reviseGuidelines: 'TakeBackGuidelinesInput',
  withdrawGuidelines: 'TakeBackGuidelinesInput',
  adoptGuidelines: 'AdoptGuidelinesInput',
};
const act = (actor: Actor, name: keyof typeof inputs, input: object): Promise<Payload> =>
  change(world, actor, name, inputs[name], fields, input);

const text = { recordLocale: 'es', title: 'Directrices', body: '# Quórum\nLa mitad más uno.\n# Actas\nEn español.' };
const draft = async (over: object = {}, actor: Actor = editorOfAmericas) =>
  expectDone(await act(actor, 'draftGuidelines', { networkId: am, ...text, ...over })).guidelines;
const circulated = async (over: object = {}) => {
  const { id, version } = await draft(over);
  return expectDone(await act(leadOfAmericas, 'circulateGuidelines', { id, expectedVersion: version })).guidelines;
};
const decide = (guidelines: Payload, over: object = {}) =>
  conclude(world, {
    subject: { typename: 'Guidelines', id: guidelines.id },
    contentHash: guidelines.contentHash,
    ...over,
  });
const adopt = (guidelines: Payload, decisionId: string, over: object = {}, actor: Actor = leadOfAmericas) =>
  act(actor, 'adoptGuidelines', { id: guidelines.id, decisionId, contentHash: guidelines.contentHash, ...over });
const adopted = async (over: object = {}) => {
  const guidelines = await circulated(over);
  return expectDone(await adopt(guidelines, await decide(guidelines))).guidelines;
};
const read = async (actor: Actor, id: string, selection = 'id status') =>
  (await world.get(actor, `query ($id: ID!) { guidelines(id: $id) { ${selection} } }`, { id })).guidelines;

test('from a draft to a text in force, and to the edition after it: nothing adopted changes', async () => {
  const first = await draft();
  expect(first).toMatchObject({ status: 'DRAFT', edition: 1, version: 1, network: { slug: 'net4u-americas' } });
  expect(first).toMatchObject({ draftedBy: { id: 'seat:MEMBER_EDITOR:net:americas' }, revisions: [], adoptedOn: null });
  expect(first.contentHash).toBe(createHash('sha256').update(first.canonicalText).digest('hex'));
  const [id, rest] = [first.id, { id: first.id }];

  const changed = await act(editorOfAmericas, 'updateGuidelines', { ...rest, expectedVersion: 1, title: 'Normas' });
  expect(changed.guidelines).toMatchObject({ version: 2, title: { locale: 'es', text: 'Normas' } });
  expect(changed.guidelines.contentHash).not.toBe(first.contentHash);

  expect(refusal(await act(editorOfAmericas, 'circulateGuidelines', { ...rest, expectedVersion: 2 }))).toBe(
    'ForbiddenError',
  );
  const sent = await act(leadOfAmericas, 'circulateGuidelines', {
    ...{ id, expectedVersion: 2, consultationEndsOn: '2999-01-31' },
  });
  expect(sent.guidelines).toMatchObject({ status: 'CONSULTATION', consultationEndsOn: '2999-01-31' });
  expect(await lastSaid(world)).toEqual({
    type: 'GUIDELINES_CIRCULATED',
    subject: `guidelines/${id}`,
    visibility: 'NETWORK',
    data: {
      ...{ guidelinesId: id, networkId: am, edition: 1, revision: 1, version: 3 },
      ...{ contentHash: sent.guidelines.contentHash, consultationEndsOn: '2999-01-31' },
    },
  });
  // Its text stands still, until it is taken back.
  expect(refusal(await act(editorOfAmericas, 'updateGuidelines', { ...rest, expectedVersion: 3, body: 'x' }))).toBe(
    'ValidationError input.id',
  );
  const back = await act(leadOfAmericas, 'reviseGuidelines', { ...rest, expectedVersion: 3, note: 'El quórum' });
  expect(back.guidelines).toMatchObject({ status: 'DRAFT', note: 'El quórum', consultationEndsOn: null });
  await act(editorOfAmericas, 'updateGuidelines', { ...rest, expectedVersion: 4, body: '# Quórum\nDos tercios.' });
  const again = expectDone(await act(leadOfAmericas, 'circulateGuidelines', { ...rest, expectedVersion: 5 }));
  expect(again.guidelines.revisions.map(({ number, body }: Payload) => [number, body])).toEqual([
    [2, '# Quórum\nDos tercios.'],
    [1, text.body],
  ]);

  const decisionId = await decide(again.guidelines);
  const done = expectDone(await adopt(again.guidelines, decisionId));
  expect(done.guidelines).toMatchObject({ status: 'ADOPTED', adoptedByDecision: { id: decisionId } });
  expect(done.guidelines.adoptedOn).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(await lastSaid(world)).toMatchObject({
    type: 'GUIDELINES_ADOPTED',
    visibility: 'ALL_NETWORKS',
    data: { guidelinesId: id, decisionId, supersedes: null, edition: 1 },
  });
  const [audited] = (await world.owner.query(`SELECT * FROM audit.entry WHERE action = 'GUIDELINES_ADOPTED'`)).rows;
  expect(audited).toMatchObject({ target_id: id, network_id: am, actor_seat_id: leadOfAmericas.seatId });
  const said = await countSaid(world);
  expect(expectDone(await adopt(again.guidelines, decisionId)).guidelines.version).toBe(done.guidelines.version);
  expect(await countSaid(world)).toBe(said);

  const next = await draft({ supersedes: id, recordLocale: null, title: null, body: `${text.body}\n# Nuevo\nAlgo.` });
  expect(next).toMatchObject({ edition: 2, title: { text: 'Normas' }, supersedes: { id, status: 'ADOPTED' } });
  const second = await act(editorOfAmericas, 'draftGuidelines', { networkId: am, ...text, supersedes: id });
  expect(refusal(second)).toBe('ValidationError input.supersedes');
  await act(leadOfAmericas, 'circulateGuidelines', { id: next.id, expectedVersion: 1 });
  const took = expectDone(await adopt(next, await decide(next)));
  expect(took.guidelines).toMatchObject({ status: 'ADOPTED', supersedes: { id, status: 'SUPERSEDED' } });
  expect(took.guidelines.editions.map((one: Payload) => one.id)).toEqual([next.id, id]);
  expect(await read(leadOfAmericas, id, 'status supersededBy { id }')).toEqual({
    status: 'SUPERSEDED',
    supersededBy: { id: next.id },
  });
  // Not even by hand.
  await expect(world.owner.query(`UPDATE networks.guidelines SET body = 'x' WHERE id = $1`, [id])).rejects.toThrow(
    'adopted guidelines do not change',
  );
});

test('what is in force and becomes less visible is so in the log, too, and stays so there', async () => {
  const { id, version } = await adopted({ visibility: 'PUBLIC' });
  const set = async (visibility: string, expectedVersion: number) => {
    expectDone(await act(leadOfAmericas, 'updateGuidelines', { id, expectedVersion, visibility }));
    const said = 'SELECT visibility FROM feed.event WHERE subject = $1 ORDER BY position';
    const { rows } = await world.owner.query(said, [`guidelines/${id}`]);
    return rows.map((row) => row.visibility);
  };
  expect(await set('PARTNERS', version)).toEqual(['NETWORK', 'PARTNERS']);
  expect(await set('NETWORK', version + 1)).toEqual(['NETWORK', 'NETWORK']);
  expect(await set('PUBLIC', version + 2)).toEqual(['NETWORK', 'NETWORK']);
});

describe('a decision counts', () => {
  test.each<[string, object, string]>([
    [
      'about these guidelines',
      { subject: { typename: 'Guidelines', id: 'guidelines:other' } },
      'ValidationError input.decisionId',
    ],
    ['about guidelines', { subject: { typename: 'Network', id: am } }, 'ValidationError input.decisionId'],
    ['that adopted', { outcome: 'NOT_ADOPTED' }, 'ValidationError input.decisionId'],
    ['of this network', { networkIds: [af] }, 'DECISION_NOT_YET_KNOWN'],
    ['of the network, not of a body', { bodyIds: ['body:am-1'] }, 'ValidationError input.decisionId'],
    ['on this very text', { contentHash: '0'.repeat(64) }, 'ConflictError'],
  ])('only %s', async (_what, over, expected) => {
    const guidelines = await circulated();
    expect(refusal(await adopt(guidelines, await decide(guidelines, over)))).toBe(expected);
    expect((await read(leadOfAmericas, guidelines.id)).status).toBe('CONSULTATION');
    await act(leadOfAmericas, 'withdrawGuidelines', { id: guidelines.id, expectedVersion: 2 });
  });

  test('only when it is there, on the text that is there, and as it was said last', async () => {
    const guidelines = await circulated();
    const { id, contentHash } = guidelines;
    expect(refusal(await adopt(guidelines, 'decision:none'))).toBe('DECISION_NOT_YET_KNOWN');
    expect(refusal(await adopt(guidelines, 'not an id'))).toBe('ValidationError input.decisionId');
    const decisionId = await decide(guidelines);
    expect(refusal(await adopt(guidelines, decisionId, { contentHash: `${contentHash.slice(1)}0` }))).toBe(
      'ConflictError',
    );
    await decide(guidelines, { decisionId, outcome: 'WITHDRAWN' });
    expect(refusal(await adopt(guidelines, decisionId))).toBe('ValidationError input.decisionId');
    await decide(guidelines, { decisionId });
    await act(leadOfAmericas, 'reviseGuidelines', { id, expectedVersion: 2 });
    expect(refusal(await adopt(guidelines, decisionId))).toBe('ValidationError input.id'); // DRAFT
    await act(leadOfAmericas, 'circulateGuidelines', { id, expectedVersion: 3 });
    const both = await Promise.all([1, 2, 3].map(() => adopt(guidelines, decisionId)));
    for (const one of both) expect(expectDone(one).guidelines).toMatchObject({ status: 'ADOPTED', version: 5 });
  });
});

test('who may do what, and who may read what', async () => {
  const guidelines = await draft({ visibility: 'PUBLIC' });
  const readers = [leadOfAmericas, repOfAmericas, seat('UN_LIAISON', am), seat('SAFETY_OFFICER', am)];
  const others: Actor[] = [representative, steeringOfAfrica, observer, operator, partner([am]), gatewayActor];
  for (const actor of readers) expect(await read(actor, guidelines.id)).not.toBeNull();
  const reference = [{ __typename: 'Guidelines', id: guidelines.id }];
  for (const actor of others) {
    expect(await read(actor, guidelines.id)).toBeNull();
    expect((await world.entities(actor, reference, '... on Guidelines { id }'))._entities).toEqual([null]);
    const { network } = await world
      .get(actor, `{ network(id: "${am}") { guidelines(status: DRAFT) { id } } }`)
      .then((data) => ({ network: data.network ?? { guidelines: [] } }));
    expect(network.guidelines).toEqual([]);
    // As if it were not there.
    const refused = await act(actor, 'updateGuidelines', { id: guidelines.id, expectedVersion: 1, title: 'x' });
    expect(refusal(refused)).toBe('ValidationError input.id');
    expect(refusal(await act(actor, 'draftGuidelines', { networkId: am, ...text }))).toBe('ForbiddenError');
  }
  for (const name of ['updateGuidelines', 'circulateGuidelines', 'withdrawGuidelines'] as const) {
    expect(refusal(await act(repOfAmericas, name, { id: guidelines.id, expectedVersion: 1 }))).toBe('ForbiddenError');
  }
  await act(leadOfAmericas, 'circulateGuidelines', { id: guidelines.id, expectedVersion: 1 });
  expect(await read(partner([am]), guidelines.id)).toBeNull();
  expect(refusal(await adopt(guidelines, 'decision:x', {}, editorOfAmericas))).toBe('ForbiddenError');
  expectDone(await adopt(guidelines, await decide(guidelines)));
  // Adopted, it is as visible as it was made; what led to it stays in the network.
  for (const actor of [observer, partner([af])]) {
    expect(await read(actor, guidelines.id, 'status revisions { number }')).toEqual({
      status: 'ADOPTED',
      revisions: [],
    });
  }
  const narrow = await act(editorOfAmericas, 'updateGuidelines', {
    ...{ id: guidelines.id, expectedVersion: 3, visibility: 'NETWORK' },
  });
  expect(refusal(narrow)).toBe('ForbiddenError');
  expectDone(
    await act(leadOfAmericas, 'updateGuidelines', { id: guidelines.id, expectedVersion: 3, visibility: 'NETWORK' }),
  );
  expect(await read(observer, guidelines.id)).toBeNull();
});

test.each<[string, object]>([
  ['networkId', { networkId: 'net:nowhere' }],
  ['recordLocale', { recordLocale: null }],
  ['title', { title: ' \u0007' }],
  ['title', { title: 'x'.repeat(201) }],
  ['body', { body: null }],
  ['body', { body: 'x'.repeat(60_001) }],
  ['visibility', { visibility: 'SEAT_ONLY' }],
  ['supersedes', { supersedes: 'guidelines:none' }],
  ['sourceUrl', { sourceUrl: 'javascript:alert(1)' }],
  ['clientMutationId', { clientMutationId: 'with space' }],
])('a wrong %s is named', async (field, over) => {
  const everywhere = {
    ...leadOfAmericas,
    roles: [am, 'net:nowhere'].map((networkId) => ({ role: 'COORDINATOR' as const, networkId, bodyId: null })),
  };
  const refused = await act(everywhere, 'draftGuidelines', { networkId: am, ...text, ...over });
  expect(refusal(refused)).toBe(`ValidationError input.${field}`);
});

test('translations: those of the text as it is are shown in its place, stale ones are told apart, and change no decision', async () => {
  const { id, contentHash } = await draft();
  const english = { locale: 'en', title: 'Guidelines', body: '# Quorum\nHalf and one.' };
  const translate = (hash: string, over: object = {}) =>
    act(editorOfAmericas, 'translateGuidelines', { id, contentHash: hash, ...english, ...over });
  expectDone(await translate(contentHash));
  expect(refusal(await translate('0'.repeat(64)))).toBe('ConflictError');
  expect(refusal(await translate(contentHash, { locale: 'es' }))).toBe('ValidationError input.locale');
  const look = `contentHash version title(locale: "en-GB") { locale text sourceLocale } es: translation(locale: "es") en: translation(locale: "en")
    fr: translation(locale: "fr") translations { locale state title sourceHash translatedBy { id } }`;
  const current = { locale: 'en', state: 'HUMAN_REVIEWED', title: 'Guidelines', sourceHash: contentHash };
  expect(await read(repOfAmericas, id, look)).toEqual({
    ...{ contentHash, version: 1, title: { locale: 'en', text: 'Guidelines', sourceLocale: 'es' } },
    ...{ es: 'ORIGINAL', en: 'HUMAN_REVIEWED', fr: null },
    translations: [{ ...current, translatedBy: { id: editorOfAmericas.seatId } }],
  });
  await act(editorOfAmericas, 'updateGuidelines', { id, expectedVersion: 1, body: 'Otra cosa' });
  expect(await read(repOfAmericas, id, look)).toMatchObject({
    ...{ title: { locale: 'es', text: 'Directrices' }, en: 'STALE' },
    translations: [{ locale: 'en', state: 'STALE' }],
  });
  const { contentHash: now } = await read(repOfAmericas, id, 'contentHash');
  expectDone(await translate(now, { body: 'Something else' }));
  await act(leadOfAmericas, 'circulateGuidelines', { id, expectedVersion: 2 });
  const done = expectDone(await adopt({ id, contentHash: now }, await decide({ id, contentHash: now })));
  const late = { title: 'Diretrizes', body: 'Outra coisa', locale: 'pt' };
  expectDone(await translate(now, late));
  expect(await read(repOfAmericas, id, 'version contentHash body(locale: "pt") { text }')).toEqual({
    ...{ version: done.guidelines.version, contentHash: now, body: { text: 'Outra coisa' } },
  });
  // The next edition begins with the translations of this one.
  const next = await draft({ supersedes: id, recordLocale: null, title: null, body: null });
  expect(await read(repOfAmericas, next.id, 'translations { locale state }')).toEqual({
    translations: [
      { locale: 'en', state: 'HUMAN_REVIEWED' },
      { locale: 'pt', state: 'HUMAN_REVIEWED' },
    ],
  });
});

test('one change wins, one mutation has one effect, and a network does not write without end', async () => {
  const asian = seat('COORDINATOR', 'net:asia');
  const clientMutationId = nextMutation();
  const same = { clientMutationId, networkId: 'net:asia', ...text };
  const five = await Promise.all([1, 2, 3, 4, 5].map(() => act(asian, 'draftGuidelines', same)));
  expect(new Set(five.map(({ guidelines }) => guidelines.id)).size).toBe(1);
  const { id } = five[0].guidelines;
  const titles = ['a', 'b', 'c'];
  const race = await Promise.all(
    titles.map((title) => act(asian, 'updateGuidelines', { id, expectedVersion: 1, title })),
  );
  expect(race.map(refusal).sort()).toEqual(['ConflictError', 'ConflictError', undefined]);
  const many = await Promise.all(
    Array.from({ length: 25 }, () => act(asian, 'draftGuidelines', { networkId: 'net:asia', ...text })),
  );
  expect(many.filter((one) => refusal(one) === 'ValidationError input.networkId')).toHaveLength(6);
  const { version } = await read(asian, id, 'version');
  expectDone(await act(asian, 'withdrawGuidelines', { id, expectedVersion: version, note: 'No' }));
  const { network } = await world.get(
    asian,
    '{ network(id: "net:asia") { guidelines { id } withdrawn: guidelines(status: WITHDRAWN) { id note } } }',
  );
  expect(network.guidelines).toHaveLength(19);
  expect(network.withdrawn).toEqual([{ id, note: 'No' }]);
});

describe('comparison', () => {
  const compare = async (actor: Actor, from: object, to: object, locale?: string) =>
    (
      await world.get(
        actor,
        `query ($from: GuidelinesTextInput!, $to: GuidelinesTextInput!, $locale: LocaleTag) { compareGuidelines(from: $from, to: $to, locale: $locale) {
          same fromLocale toLocale from { network { slug } } to { network { slug } } parts { heading change from to words { change text } } } }`,
        { from, to, locale },
      )
    ).compareGuidelines;

  test('two networks’ texts, in a language that both have', async () => {
    const ours = await adopted();
    const african = {
      networkId: af,
      recordLocale: 'en',
      title: 'Guidelines',
      body: '# 1. Quorum\nA third.\n# Funds\nNone.',
    };
    const { guidelines: theirs } = expectDone(await act(steeringOfAfrica, 'draftGuidelines', african));
    expect(await compare(leadOfAmericas, { id: ours.id }, { id: theirs.id })).toBeNull(); // a draft of others
    await act(steeringOfAfrica, 'circulateGuidelines', { id: theirs.id, expectedVersion: 1 });
    expectDone(await adopt(theirs, await decide(theirs, { networkIds: [af] }), {}, steeringOfAfrica));
    const apart = await compare(leadOfAmericas, { id: ours.id }, { id: theirs.id });
    expect(apart).toMatchObject({
      same: false,
      fromLocale: 'es',
      toLocale: 'en',
      from: { network: { slug: 'net4u-americas' } },
    });
    const english = { id: ours.id, contentHash: ours.contentHash, locale: 'en', title: 'Guidelines' };
    expectDone(
      await act(editorOfAmericas, 'translateGuidelines', {
        ...english,
        body: '# QUORUM\nA half.\n# Minutes\nIn Spanish.',
      }),
    );
    const together = await compare(representative, { id: ours.id }, { id: theirs.id });
    expect(together).toMatchObject({ fromLocale: 'en', toLocale: 'en' });
    expect(together.parts).toEqual([
      {
        ...{ heading: '1. Quorum', change: 'CHANGED', from: 'A half.', to: 'A third.' },
        words: [
          { change: 'SAME', text: 'A ' },
          { change: 'REMOVED', text: 'half.' },
          { change: 'ADDED', text: 'third.' },
        ],
      },
      { heading: 'Funds', change: 'ONLY_TO', from: null, to: 'None.', words: [] },
      { heading: 'Minutes', change: 'ONLY_FROM', from: 'In Spanish.', to: null, words: [] },
    ]);
    expect(await compare(observer, { id: ours.id }, { id: theirs.id })).toBeNull();
    expect(await compare(representative, { id: ours.id, revision: 1 }, { id: theirs.id })).toBeNull();
    const was = await compare(repOfAmericas, { id: ours.id, revision: 1 }, { id: ours.id });
    expect(was).toMatchObject({ same: true, fromLocale: 'es', toLocale: 'es' });
  });
});
