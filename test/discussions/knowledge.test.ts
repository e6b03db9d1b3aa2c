import { expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { mayReadKnowledge } from '../../subgraphs/discussions/knowledge-policy.ts';
import { rules } from './decisions.ts';
import { did, refused, soon } from './library.ts';
import { activity, actors, af, am, ask, db, eventsOf, group, type Name, names, useSubgraph } from './subgraph.ts';

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
const seenBy = async (id: string) => {
  const see: string[] = [];
  for (const who of names) {
    const r = [
      { __typename: 'Network', id: am },
      { __typename: 'KnowledgeItem', id },
      { __typename: 'Activity', id: activity },
    ];
    const list = 'knowledge(first: 100) { edges { node { id } } }';
    const query = `query ($r: [_Any!]!) { knowledgeItem(id: "${id}") { id } ${list}
      _entities(representations: $r) { ... on KnowledgeItem { id } ... on Network { ${list} } ... on Activity { ofActivity: knowledge { id } } } }`;
    const { data, errors } = await ask(who, query, { r });
    expect(errors).toBeUndefined();
    const [network, entity, linked] = data._entities;
    // biome-ignore lint/suspicious/noExplicitAny: connections
    const within = (connection: any) => connection.edges.find(({ node }: any) => node.id === id)?.node.id;
    const activityHas = linked.ofActivity.find((one: { id: string }) => one.id === id)?.id;
    expect(
      new Set([data.knowledgeItem?.id, entity?.id, within(network.knowledge), within(data.knowledge), activityHas])
        .size,
    ).toBe(1);
    if (data.knowledgeItem) see.push(who);
  }
  const columns =
    'network_ids AS "networkIds", body_id AS "bodyId", visibility, shown, organisation_id AS "organisationId"';
  const { rows } = await db.query(`SELECT ${columns} FROM discussions.knowledge_item WHERE id = $1`, [id]);
  expect(names.filter((who) => mayReadKnowledge(actors[who] as Actor, rows[0]))).toEqual(see);
  return see;
};

test('is its organisation’s draft, then for those it is meant for: the same on every path', async () => {
  const over = { visibility: 'PARTNERS', activityIds: [activity] };
  const draft = await added(over);
  expect(await seenBy(draft.id)).toEqual(['americas-coordinator', 'americas-rep']);
  expect(await eventsOf(draft.id)).toEqual([]);
  // Beyond its networks somebody who leads one of them answers for it.
  expect(await refused('americas-rep', 'publishKnowledge', step(draft))).toBe('ForbiddenError');
  const reading = await did('americas-rep', 'startPeerReading', step(draft));
  const members = ['americas-coordinator', 'americas-editor', 'americas-rep', 'group-rep', 'expert-lead'];
  expect(await seenBy(draft.id)).toEqual([...members, 'safety-officer-am', 'un-liaison', 'other-group-rep']);
  const out = await did(
    'americas-coordinator',
    'publishKnowledge',
    step(reading),
    'id version status visibility publishedAt',
  );
  expect(out).toMatchObject({ status: 'PUBLISHED', visibility: 'PARTNERS', publishedAt: expect.any(String) });
  expect(await seenBy(draft.id)).toEqual(
    names.filter(
      (who) => !['observer', 'operator', 'nobody', 'partner-africa', 'partner-public', 'gateway'].includes(who),
    ),
  );
  const [event, ...more] = await eventsOf(draft.id);
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    ...{ network_id: am, type: 'GOOD_PRACTICE_PUBLISHED', visibility: 'PARTNERS', subject: `knowledge/${draft.id}` },
    data: { knowledgeItemId: draft.id, kind: 'GOOD_PRACTICE', articles: [], version: 3 },
  });
  expect(await refused('americas-rep', 'editKnowledge', step(out, { tags: ['x'] }))).toBe('ForbiddenError');
  await did('americas-coordinator', 'editKnowledge', step(out, { tags: [' Governments ', 'governments'] }));
  for (const who of [
    'africa-rep',
    'un-liaison',
    'observer',
    'partner',
    'operator',
    'nobody',
    'safety-officer-am',
  ] as const)
    expect(await refused(who, 'addKnowledge', item())).toBe('ForbiddenError');
  expect(await refused('americas-rep', 'addKnowledge', item({ bodyId: group, visibility: 'GROUP' }))).toBe(
    'ForbiddenError',
  );
  const ofGroup = await published(
    { bodyId: group, visibility: 'GROUP', kind: 'CHALLENGE', activityIds: [activity] },
    'group-rep',
  );
  expect(await seenBy(ofGroup.id)).toEqual(['group-rep', 'expert-lead']);
  expect((await eventsOf(ofGroup.id)).map((e) => [e.type, e.visibility, e.body_ids])).toEqual([
    ['KNOWLEDGE_PUBLISHED', 'GROUP', [group]],
  ]);
});

test('stands in several languages; what is translated from an earlier original is stale', async () => {
  const fields =
    'id version sourceRevision translations { locale state } title(locale: "fr") { text locale machineTranslated sourceLocale } text(locale: "en") { text }';
  let found = await added({}, 'americas-rep', fields);
  expect(found).toMatchObject({ sourceRevision: 1, title: { text: 'Práctica', locale: 'es' }, text: null });
  const edit = async (...texts: object[]) => {
    found = await did('americas-rep', 'editKnowledge', step(found, { texts }), fields);
    return found;
  };
  await edit(text('fr', 'Pratique', { machine: true }));
  expect(found).toMatchObject({
    title: { text: 'Pratique', machineTranslated: true, sourceLocale: 'es' },
    sourceRevision: 1,
  });
  const states = () =>
    found.translations.map(({ locale, state }: { locale: string; state: string }) => `${locale} ${state}`);
  expect(states()).toEqual(['es ORIGINAL', 'en HUMAN_REVIEWED', 'fr MACHINE']);
  await edit(text('es', 'Práctica')); // it says what it said
  expect(found.sourceRevision).toBe(1);
  await edit(text('es', 'Otra', { body: 'Todo' }), text('en', 'Another', { body: 'All' }));
  expect(found).toMatchObject({ sourceRevision: 2, text: { text: 'All' } });
  expect(states()).toEqual(['es ORIGINAL', 'en HUMAN_REVIEWED', 'fr STALE']);
  expect(
    await refused('americas-rep', 'editKnowledge', step(found, { texts: [text('es', 'x', { machine: true })] })),
  ).toBe('ValidationError texts.0');
});

test('research is published when two other organisations recommend it as it is', async () => {
  let found = await added({ kind: 'RESEARCH' });
  const publish = () => refused('americas-rep', 'publishKnowledge', step(found));
  expect(await publish()).toBe('ValidationError knowledgeItemId');
  const give = (sourceRevision: number, verdict = 'RECOMMENDS', note?: string) => ({
    knowledgeItemId: found.id,
    sourceRevision,
    verdict,
    note,
  });
  found = await did('americas-rep', 'startPeerReading', step(found));
  expect(await refused('americas-rep-second', 'giveReading', give(1))).toBe('ForbiddenError'); // the same organisation
  for (const who of ['un-liaison', 'safety-officer-am'] as const)
    expect(await refused(who, 'giveReading', give(1))).toBe('ForbiddenError');
  expect(await refused('africa-rep', 'giveReading', give(1))).toBe('ForbiddenError');
  expect(await refused('group-rep', 'giveReading', give(1, 'SUGGESTS_CHANGES'))).toBe('ValidationError note');
  await did('group-rep', 'giveReading', give(1));
  await did('expert-lead', 'giveReading', give(1, 'SUGGESTS_CHANGES', 'Name the source (sample)'));
  expect(await publish()).toBe('ValidationError knowledgeItemId');
  // A new text is to be read anew.
  found = await did('americas-rep', 'editKnowledge', step(found, { texts: [text('es', 'Mejor')] }));
  expect(await refused('group-rep', 'giveReading', give(1))).toBe('ConflictError');
  await did('group-rep', 'giveReading', give(2));
  const fields = 'version readings { organisation { id } verdict sourceRevision note }';
  const { readings } = await did('expert-lead', 'giveReading', give(2), fields);
  expect(readings).toHaveLength(2);
  expect(readings[0]).toEqual({
    organisation: { id: 'org:s06' },
    verdict: 'RECOMMENDS',
    sourceRevision: 2,
    note: null,
  });
  found = await did('americas-rep', 'publishKnowledge', step(found));
  expect(await refused('americas-rep', 'editKnowledge', step(found, { texts: [text('es', 'Otra')] }))).toBe(
    'ValidationError texts',
  );
  await did('americas-rep', 'editKnowledge', step(found, { texts: [text('en', 'Better')] }));
});

test('reuse is counted once an organisation, in its own networks and beyond, and told to whom it concerns', async () => {
  const found = await published({ visibility: 'ALL_NETWORKS' }, 'americas-rep', 'americas-coordinator');
  const use = (who: Name | 'americas-rep-second', networkId: string, more: object = {}) =>
    did(
      who,
      'recordReuse',
      { knowledgeItemId: found.id, networkId, ...more },
      'reuse { organisations acrossNetworks networks { network { id } organisations } records { organisation { id } network { id } activity { id } note } }',
    );
  await use('group-rep', am, { note: 'With a ministry (sample)', activityId: activity });
  await use('africa-rep', af);
  await use('africa-coordinator', af);
  const { reuse } = await use('africa-rep', af, { note: 'Again' });
  expect(reuse).toMatchObject({
    organisations: 3,
    acrossNetworks: 2,
    networks: [
      { network: { id: af }, organisations: 2 },
      { network: { id: am }, organisations: 1 },
    ],
  });
  // Africa's members read of their own network alone; the item's own network of all.
  const names2 = (records: { organisation: { id: string } }[]) =>
    records.map(({ organisation }) => organisation.id).sort();
  const records = async (who: Name) =>
    names2(
      (
        await ask(
          who,
          `{ knowledgeItem(id: "${found.id}") { reuse { organisations records { organisation { id } } } } }`,
        )
      ).data.knowledgeItem.reuse.records,
    );
  expect(await records('americas-editor')).toEqual(['org:s05', 'org:s07', 'org:s09']);
  expect(await records('africa-rep')).toEqual(['org:s07', 'org:s09']);
  const refusals = [
    ['americas-rep', am],
    ['americas-rep-second', am],
    ['group-rep', af],
    ['un-liaison', am],
    ['observer', af],
  ] as const;
  for (const [who, networkId] of refusals)
    expect(await refused(who, 'recordReuse', { knowledgeItemId: found.id, networkId })).toBe('ForbiddenError');
  await did('africa-rep', 'withdrawReuse', { knowledgeItemId: found.id });
  expect(await refused('africa-rep', 'withdrawReuse', { knowledgeItemId: found.id })).toBe('ForbiddenError');
  const retired = await did('americas-coordinator', 'retireKnowledge', step(found));
  expect(await refused('africa-rep', 'recordReuse', { knowledgeItemId: found.id, networkId: af })).toBe(
    'ValidationError knowledgeItemId',
  );
  expect(retired.status).toBe('RETIRED');
});

test('what was published beyond its networks is changed by who answers for it, also once it is retired', async () => {
  const found = await published({ visibility: 'PUBLIC' }, 'americas-rep', 'americas-coordinator');
  const retired = await did('americas-rep', 'retireKnowledge', step(found));
  const texts = [text('es', 'Con Sample Persona 4')];
  expect(await refused('americas-rep', 'editKnowledge', step(retired, { texts }))).toBe('ForbiddenError');
  // Among its peers it is its organisation's own again, and nobody beyond sees it.
  const reading = await did('americas-rep', 'startPeerReading', step(retired));
  await did('americas-rep', 'editKnowledge', step(reading, { texts }));
  expect((await ask('observer', `{ knowledgeItem(id: "${found.id}") { id } }`)).data.knowledgeItem).toBeNull();
});

test('whose it is, is told only where it wants to be named', async () => {
  const found = await published({ named: false });
  const whose = async (who: Name) =>
    (await ask(who, `{ knowledgeItem(id: "${found.id}") { contributedBy { id } } }`)).data.knowledgeItem.contributedBy
      ?.id ?? null;
  expect(await whose('americas-rep')).toBe('org:s03');
  expect(await whose('americas-coordinator')).toBe('org:s03');
  for (const who of ['americas-editor', 'un-liaison', 'expert-lead'] as const) expect(await whose(who)).toBeNull();
});

test('is found by its words in four languages, its facts and its review date, page by page', async () => {
  // The sample ones are to be looked at again in 2027: on whatever day this runs, that is not yet.
  await db.query("UPDATE discussions.knowledge_item SET review_on = '2099-01-01' WHERE id LIKE 'know:sample-%'");
  await published({
    texts: [
      text('es', 'Investigaciones financieras'),
      text('en', 'Financial investigations'),
      text('fr', 'Enquêtes financières'),
      text('pt', 'Investigações financeiras'),
    ],
    ...{
      tags: ['Money'],
      articles: ['UNTOC:6', 'TIP:9'],
      thematicAreas: ['GENERAL_UNTOC'],
      countries: ['PE'],
      reviewOn: '2026-01-31',
    },
  });
  const find = async (filter: string, who: Name = 'americas-rep') =>
    (
      await ask(
        who,
        `{ knowledge(filter: { ${filter} }) { edges { node { title(locale: "en") { text } needsReview } } } }`,
      )
    ).data.knowledge.edges.map((e: { node: { title: { text: string } } }) => e.node.title.text);
  const money = ['Financial investigations'];
  for (const words of [
    'investigating',
    'investigación',
    'enquête financière',
    'enquete',
    'investigacoes',
    '"financial investigations"',
  ])
    expect([words, await find(`text: ${JSON.stringify(words)}`)]).toEqual([words, money]);
  expect(await find('text: "investigation -financial"')).toEqual([]);
  for (const filter of ['tag: "MONEY"', 'article: "TIP:9"', 'country: "PE"', 'needsReview: true'])
    expect([filter, await find(filter)]).toEqual([filter, money]);
  expect(await find('kind: TRAINING_MATERIAL')).toEqual(['A half-day on the self-assessment questionnaire (sample)']);
  expect(await find('text: "financial"', 'africa-rep')).toEqual([]);
  expect(await find(`text: "${'\\u0000'}"`)).not.toEqual([]); // nothing is left of it: no filter
  const page = async (after: string | null) =>
    (
      await ask(
        'americas-rep',
        'query ($a: Cursor) { knowledge(first: 2, after: $a) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { a: after },
      )
    ).data.knowledge;
  const ids: string[] = [];
  for (
    let at: { pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null = null;
    at === null || at.pageInfo.hasNextPage;
  ) {
    const next = await page(at?.pageInfo.endCursor ?? null);
    ids.push(...next.edges.map((e: { node: { id: string } }) => e.node.id));
    at = next;
  }
  const { rows } = await db.query('SELECT id FROM discussions.knowledge_item WHERE id = ANY($1)', [ids]);
  expect(rows).toHaveLength(ids.length);
  expect(ids).toContain('know:sample-briefing');
});

test.each<[string, object, string]>([
  ['an article there is not', { articles: ['UNTOC:42'] }, 'articles.0'],
  ['an instrument there is not', { articles: ['UNCAC:1'] }, 'articles.0'],
  ['an empty tag', { tags: ['a', ' '] }, 'tags.1'],
  ['21 tags', { tags: Array.from({ length: 21 }, (_, n) => `${n}`) }, 'tags'],
  [
    'a script for a link',
    { links: [{ url: 'data:text/html,x', title: [{ locale: 'en', text: 'x' }] }] },
    'links.0.url',
  ],
  ['no summary', { texts: [{ locale: 'es', title: 'x', summary: '' }] }, 'texts.0.summary'],
  ['no text of record', { originalLocale: 'pt' }, 'originalLocale'],
  ['a group without a body', { visibility: 'GROUP' }, 'bodyId'],
])('an item with %s is refused', async (_what, over, path) => {
  expect(await refused('americas-rep', 'addKnowledge', item(over))).toBe(`ValidationError ${path}`);
});

test('is reviewed by a date, and handed out at trainings', async () => {
  const found = await published({ kind: 'TRAINING_MATERIAL', reviewOn: '2026-01-01' });
  const fields = 'id version needsReview reviewOn reviewedAt';
  const held = await did('americas-rep', 'reviewKnowledge', step(found, { reviewOn: '2099-01-01' }), fields);
  expect(held).toMatchObject({ needsReview: false, reviewOn: '2099-01-01', reviewedAt: expect.any(String) });
  const training = await did('americas-coordinator', 'scheduleMeeting', {
    ...{
      networkIds: [am],
      kind: 'TRAINING',
      title: [{ locale: 'en', text: 'Training' }],
      languages: [],
      visibility: 'PUBLIC',
    },
    ...{ startsAt: soon(5), timeZone: 'America/Lima' },
  });
  const set = (...knowledgeItemIds: string[]) => ({
    meetingId: training.id,
    expectedVersion: training.version,
    knowledgeItemIds,
  });
  expect(await refused('americas-coordinator', 'setMeetingMaterials', set('know:none'))).toBe(
    'ValidationError knowledgeItemIds.0',
  );
  await did('americas-coordinator', 'setMeetingMaterials', set(found.id, 'know:sample-facilitators'));
  const materials = async (who: Name) =>
    (await ask(who, `{ meeting(id: "${training.id}") { materials { id meetings { id } } } }`)).data.meeting.materials;
  expect(await materials('americas-rep')).toEqual([
    { id: found.id, meetings: [{ id: training.id }] },
    { id: 'know:sample-facilitators', meetings: [{ id: training.id }] },
  ]);
  expect(await materials('observer')).toEqual([]);
});
