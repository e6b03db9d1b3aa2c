import { expect, test } from '@jest/globals';
import { af, am, oneOff, stage } from './domain-stage.ts';

const text = (words: string) => [{ locale: 'en', text: words }];
type Edges = { edges: { node: { id: string } }[] } | null;
const ids = (list: Edges) => list?.edges.map(({ node }) => node.id) ?? [];

test('an expert group prepares its input to a constructive dialogue', async () => {
  const { see, until, act, refused, decide, heard } = stage;
  const group = 'body:am-5';
  const source = { url: 'https://www.unodc.org/unodc/en/ngos/constructive-dialogues.html' };
  const dialogue = {
    ...{ networkId: am, kind: 'CONSTRUCTIVE_DIALOGUE', status: 'ANNOUNCED', startsOn: '2030-06-10', source },
    ...{ title: text('Constructive dialogue (sample)'), topics: ['TECHNICAL_ASSISTANCE'] },
    deadlines: [{ kind: 'STATEMENT', dueOn: '2030-05-01' }],
  };
  const { id: eventId } = await act('americas-coordinator', 'upsertReviewEvent', dialogue, 'event { id }');
  const everywhere = ['REVIEW_EVENT_CHANGED net4u-africa', 'REVIEW_EVENT_CHANGED net4u-americas'];
  for (const who of ['observer', 'partner', 'africa-rep']) {
    expect((await heard(who, eventId)).filter((one) => !one.endsWith('asia'))).toEqual(everywhere);
  }

  // The lead opens the work in the group, and the coordinator seats a second member in it.
  const circle = { networkId: am, bodyId: group, visibility: 'GROUP' };
  const input = {
    ...{
      ...circle,
      track: 'CONSTRUCTIVE_DIALOGUE',
      kind: 'CONSTRUCTIVE_DIALOGUE_STATEMENT',
      status: 'PLANNED',
      eventId,
    },
    ...{ dueOn: '2030-04-20', summary: text('What we ask for (sample)'), organisationIds: ['org:s06'] },
  };
  const { id } = await act('expert-lead', 'recordEngagement', input, 'engagement { id }');
  const room = { networkIds: [am], bodyId: group, visibility: 'GROUP' };
  const first = { anchor: { typename: 'ReviewEngagement', id }, locale: 'es', body: '¿Qué pedimos? (muestra)' };
  const { id: threadId } = await act('expert-lead', 'startThread', { ...room, ...first }, 'thread { id }');
  const seat = { seatId: 'seat:s03', role: 'MEMBER_REP', networkId: am, bodyId: group };
  await act('americas-coordinator', 'assignRole', seat, 'seat { id }');
  const page = `query ($id: ID!, $threadId: ID!, $eventId: ID!) {
    reviewEngagement(id: $id) { status dueOn statements { id } threads { id } history { to } answer { text } }
    thread(id: $threadId) { posts(first: 5) { edges { node { id } } } }
    reviewEvent(id: $eventId) { engagements(first: 5) { edges { node { id } } } }
    reviewDeadlines(from: "2030-01-01", until: "2030-12-31", networkId: "${am}") { kind dueOn }
    network(id: "${am}") { reviewEngagements(first: 20) { edges { node { id } } } } }`;
  const read = (who: string) => see(who, page, { id, threadId, eventId });
  await until('americas-rep', `{ thread(id: "${threadId}") { id } }`, ({ thread }) => thread);
  const answer = { threadId, locale: 'es', body: 'Formación para fiscalías. (muestra)' };
  await act('americas-rep', 'post', answer, 'post { id }');
  const seen = await read('americas-rep');
  expect(seen.reviewEngagement).toMatchObject({ status: 'PLANNED', threads: [{ id: threadId }] });
  expect(seen.thread.posts.edges).toHaveLength(2);
  const own = { kind: 'ENGAGEMENT', dueOn: '2030-04-20' };
  expect(seen.reviewDeadlines).toEqual([own, { kind: 'STATEMENT', dueOn: '2030-05-01' }]);
  const outside = ['africa-rep', 'africa-coordinator', 'observer', 'partner', 'operator'];
  for (const who of ['americas-editor', 'americas-coordinator', 'un-liaison', ...outside]) {
    const { reviewEngagement, thread, reviewEvent, network, reviewDeadlines } = await read(who);
    expect({ who, reviewEngagement, thread }).toEqual({ who, reviewEngagement: null, thread: null });
    expect([...ids(reviewEvent.engagements), ...ids(network.reviewEngagements)]).not.toContain(id);
    expect(reviewDeadlines).not.toContainEqual(own);
    expect([...(await heard(who, id)), ...(await heard(who, threadId))]).toEqual([]);
  }

  // The text: drafted by the lead, circulated by the coordinator, agreed to by the group.
  const draft = {
    ...{ networkIds: [am], originalLocale: 'en', reviewEngagementId: id, forum: 'Constructive dialogue (sample)' },
    texts: [{ locale: 'en', title: 'Training for prosecutors (sample)', body: 'We ask for training. (sample)' }],
  };
  const { id: statementId } = await act('expert-lead', 'draftStatement', draft, 'statement { id }');
  const statement = `{ statement(id: "${statementId}") { status } }`;
  for (const who of ['americas-rep', ...outside]) expect(await see(who, statement)).toEqual({ statement: null });
  const circulate = { statementId, expectedVersion: 1 };
  expect(await refused('expert-lead', 'circulateStatement', circulate)).toContain('ForbiddenError');
  const { contentHash } = await act(
    'americas-coordinator',
    'circulateStatement',
    circulate,
    'statement { contentHash reviewEngagement { id } }',
  );
  const decisionId = await decide({
    ...{ by: 'expert-lead', voices: ['expert-lead', 'americas-rep'], ...room, contentHash },
    subject: { typename: 'Statement', id: statementId },
  });
  for (const who of ['americas-editor', ...outside]) {
    expect(await see(who, `{ decision(id: "${decisionId}") { id } }`)).toEqual({ decision: null });
    expect(await heard(who, decisionId)).toEqual([]);
  }

  // What the group has prepared it shows to its network, and takes to the dialogue.
  let version = 1;
  const step = async (mutation: string, more: object) => {
    const given = { id, expectedVersion: version, ...more };
    ({ version } = await act('expert-lead', mutation, given, 'engagement { version status }'));
  };
  await step('updateEngagement', { visibility: 'NETWORK', answerVisibility: 'NETWORK' });
  await step('setEngagementStatus', { status: 'SUBMITTED' });
  await step('setEngagementStatus', { status: 'ACCEPTED', answer: text('Three minutes (sample)') });
  await step('setEngagementStatus', { status: 'DELIVERED' });
  for (const who of ['americas-editor', 'americas-coordinator', 'un-liaison', 'expert-lead']) {
    const { reviewEngagement, thread, reviewEvent, network } = await read(who);
    expect(reviewEngagement).toMatchObject({
      ...{ status: 'DELIVERED', answer: { text: 'Three minutes (sample)' }, statements: [{ id: statementId }] },
      history: ['PLANNED', 'SUBMITTED', 'ACCEPTED', 'DELIVERED'].map((to) => ({ to })),
    });
    expect([ids(reviewEvent.engagements), ids(network.reviewEngagements)]).toEqual([[id], [id]]);
    expect({ who, thread: thread !== null }).toEqual({ who, thread: who === 'expert-lead' });
    expect(await heard(who, id)).toContain('ENGAGEMENT_RECORDED net4u-americas');
  }
  for (const who of outside) {
    expect((await read(who)).reviewEngagement).toBeNull();
    expect(await heard(who, id)).toEqual([]);
  }
});

test('a good practice travels from one region to the other', async () => {
  const { see, act, refused, heard } = stage;
  const africa = ['africa-rep', 'africa-editor', 'steering-member'];
  const outside = ['observer', 'partner', 'operator'];
  const given = {
    ...{ networkIds: [am], kind: 'GOOD_PRACTICE', visibility: 'ALL_NETWORKS', originalLocale: 'es', tags: ['Travels'] },
    ...{ articles: ['UNTOC:31'], thematicAreas: ['GENERAL_UNTOC'], reviewOn: '2027-06-01' },
    texts: [
      { locale: 'es', title: 'Mesas con fiscalías (muestra)', summary: 'Una mesa mensual. (muestra)' },
      { locale: 'en', title: 'Tables with prosecutors (sample)', summary: 'One table a month. (sample)' },
    ],
  };
  const made = await act('americas-rep', 'addKnowledge', given, 'knowledgeItem { id version sourceRevision }');
  const { id, sourceRevision } = made;
  let { version } = made;
  const step = async (who: string, mutation: string) => {
    const input = { knowledgeItemId: id, expectedVersion: version };
    ({ version } = await act(who, mutation, input, 'knowledgeItem { version status }'));
  };
  const page = `query ($id: ID!) { knowledgeItem(id: $id) { status title(locale: "en") { text } contributedBy { name }
      translations { locale state } reuse { organisations acrossNetworks networks { network { slug } organisations } records { organisation { name } note } } }
    knowledge(filter: { tag: "travels" }) { edges { node { id } } } }`;
  const find = async (who: string) => {
    const { knowledgeItem, knowledge } = await see(who, page, { id });
    expect({ who, listed: ids(knowledge) }).toEqual({ who, listed: knowledgeItem ? [id] : [] });
    return knowledgeItem;
  };
  for (const who of ['americas-editor', ...africa, ...outside]) expect(await find(who)).toBeNull();
  await step('americas-rep', 'startPeerReading');
  const reading = {
    knowledgeItemId: id,
    sourceRevision,
    verdict: 'RECOMMENDS',
    note: 'It worked for us too. (sample)',
  };
  await act('americas-editor', 'giveReading', reading, 'knowledgeItem { id }');
  const publish = { knowledgeItemId: id, expectedVersion: version };
  expect(await refused('americas-rep', 'publishKnowledge', publish)).toContain('ForbiddenError');
  for (const who of [...africa, ...outside]) {
    expect(await find(who)).toBeNull();
    expect(await heard(who, id)).toEqual([]);
  }
  await step('americas-coordinator', 'publishKnowledge');

  for (const who of ['americas-editor', ...africa]) {
    expect(await find(who)).toMatchObject({
      ...{ status: 'PUBLISHED', title: { text: 'Tables with prosecutors (sample)' } },
      ...{ contributedBy: { name: 'Organización de muestra EC-1' }, reuse: { organisations: 0, acrossNetworks: 0 } },
    });
    expect(await heard(who, id)).toEqual(['GOOD_PRACTICE_PUBLISHED net4u-americas']);
  }
  const use = (who: string, networkId: string, more: object = {}) =>
    act(who, 'recordReuse', { knowledgeItemId: id, networkId, ...more }, 'knowledgeItem { id }');
  await use('africa-rep', af, { activityId: 'plan:joint-2027/a1.1.2', note: 'Held with one office. (sample)' });
  await use('africa-editor', af);
  await use('africa-editor', af); // said again, it is still one organisation
  await use('americas-editor', am);
  expect(await refused('americas-rep', 'recordReuse', { knowledgeItemId: id, networkId: am })).toContain('Forbidden');
  for (const who of ['americas-rep', 'americas-coordinator', ...africa]) {
    const { reuse } = await find(who);
    expect(reuse).toMatchObject({ organisations: 3, acrossNetworks: 2 });
    expect(reuse.networks).toEqual(
      expect.arrayContaining([
        { network: { slug: 'net4u-africa' }, organisations: 2 },
        { network: { slug: 'net4u-americas' }, organisations: 1 },
      ]),
    );
    const told = { organisation: { name: 'Sample Organisation UG-3' }, note: 'Held with one office. (sample)' };
    expect(reuse.records).toContainEqual(told);
  }
  for (const who of outside) {
    expect(await find(who)).toBeNull();
    expect(await heard(who, id)).toEqual([]);
  }
});

test('a statement is published with endorsers and dissent', async () => {
  const { see, act, refused, decide, heard, audited } = stage;
  const outside = ['observer', 'partner', 'americas-rep', 'americas-coordinator', 'operator'];
  const draft = {
    ...{ networkIds: [af], originalLocale: 'en', forum: 'General review (sample)' },
    texts: [
      { locale: 'en', title: 'Who was consulted (sample)', body: 'We ask States to say whom they consulted. (sample)' },
      { locale: 'fr', title: 'Qui a été consulté (exemple)', body: 'Nous demandons qui a été consulté. (exemple)' },
    ],
  };
  let statement = await act('steering-member', 'draftStatement', draft, 'statement { id version }');
  const { id } = statement;
  const page = `query ($id: ID!) { statement(id: $id) { status body(locale: "fr") { text locale } contentHash endorsers { name } dissenters
    viewerStance decisions { id } safetyChecks { passed } } network(id: "${af}") { statements(first: 20) { edges { node { id } } } } }`;
  const expectNothing = async (readers: string[]) => {
    for (const who of readers) {
      const seen = await see(who, page, { id });
      expect({ who, statement: seen.statement }).toEqual({ who, statement: null });
      expect(ids(seen.network.statements)).not.toContain(id);
      expect({ who, heard: await heard(who, id) }).toEqual({ who, heard: [] });
    }
  };
  await expectNothing(['africa-rep', ...outside]);
  const step = async (mutation: string, more: object = {}) => {
    const given = { statementId: id, expectedVersion: statement.version, ...more };
    statement = await act('africa-coordinator', mutation, given, 'statement { version status contentHash }');
  };
  await step('circulateStatement');
  const { contentHash } = statement;
  const named = { statementId: id, contentHash };
  const second = 'persona:sample-11';
  const third = 'persona:sample-12';
  expect(await refused('africa-rep', 'endorseStatement', { ...named, contentHash: oneOff(contentHash) })).toContain(
    'ConflictError',
  );
  for (const who of ['africa-rep', second]) await act(who, 'endorseStatement', named, 'statement { viewerStance }');
  await act(third, 'dissentFromStatement', named, 'statement { viewerStance }');
  expect(await refused('americas-rep', 'endorseStatement', named)).toMatch(/Error/);

  const question = { by: 'africa-coordinator', voices: ['africa-rep', second], networkIds: [af] };
  const decisionId = await decide({ ...question, subject: { typename: 'Statement', id }, contentHash });
  await step('consentStatement', { contentHash, decisionIds: [decisionId] });
  const publish = { ...named, expectedVersion: statement.version };
  expect(await refused('africa-coordinator', 'publishStatement', publish)).toContain('safety check');
  await act('safety-officer', 'checkStatementSafety', { ...named, passed: true }, 'statement { id }');
  await expectNothing(outside);
  expect(await heard('africa-rep', id)).toEqual(['STATEMENT_CIRCULATED net4u-africa']);
  await step('publishStatement', { contentHash });

  const endorsers = [{ name: 'Sample Organisation Africa-2' }, { name: 'Sample Organisation UG-3' }];
  for (const who of ['africa-rep', ...outside]) {
    const seen = await see(who, page, { id });
    expect(seen.statement).toMatchObject({
      ...{ status: 'PUBLISHED', contentHash, dissenters: 1, endorsers: expect.arrayContaining(endorsers) },
      body: { text: draft.texts[1]?.body, locale: 'fr' },
    });
    expect(seen.statement.endorsers).toHaveLength(2);
    expect(JSON.stringify(seen)).not.toContain('Africa-3'); // who disagrees is counted, not named
    expect(ids(seen.network.statements)).toContain(id);
    expect(await heard(who, id)).toContain('STATEMENT_PUBLISHED net4u-africa');
  }
  const inside = (await see('africa-rep', page, { id })).statement;
  expect(inside).toMatchObject({ viewerStance: expect.any(String), decisions: [{ id: decisionId }] });
  const { decisions, safetyChecks } = (await see('partner', page, { id })).statement;
  expect([decisions, safetyChecks]).toEqual([[], []]);
  expect(await heard('partner', id)).toEqual(['STATEMENT_PUBLISHED net4u-africa']);
  expect(await audited('steering-member', af, id)).toEqual([`STATEMENT_PUBLISHED ${contentHash}`]);
  expect(await audited('africa-rep', af, id)).toEqual([]);
});
