import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType, isNonNullType, isUnionType } from 'graphql';
import { createMember, type Member } from '../people.ts';
import { group, net } from './actors.ts';
import { describeElsewhere, linked } from './elsewhere.cases.ts';
import { makeRecords, source } from './records.ts';
import { answersProblems, inputsOf, mutations, schema, send } from './send.ts';
import { en, hashOf, type Stage, setStage } from './stage.ts';
import type { Who } from './table.ts';

/** Mutations that need no `clientMutationId`, and why the same one sent again has one effect without it. */
const idempotent: Record<string, string> = {
  adoptPlan: 'what the same decisions have adopted is left as it is',
  amendPlan: 'gives the amendment that there is',
  joinPlan: 'a client id of one’s own; `resume` takes one up again',
  pushPlanEdits: 'by editId',
  setPlanPresence: 'nothing is stored',
  setRsvp: 'sets what is answered',
  setThreadStatus: 'sets what it is',
};
/** It may be left out where it came later than the mutation, and of uploads, whose parts have numbers. */
const sinceLater = [
  ...['archivePlan', 'deletePost', 'editPost', 'finishUpload', 'markAllRead', 'removeAttachment', 'requestPlanChanges'],
  ...['revokeRole', 'submitPlanForReview', 'uploadPart', 'withdrawMembership'],
];
/** Those of the live road, which answer codes: they are sent many times a second, and a client reacts to each code by itself. */
const byCodes = ['joinPlan', 'pushPlanEdits', 'setPlanPresence'];

describe('every mutation', () => {
  const all = Object.values(mutations);

  test('takes a clientMutationId, or has one effect without', () => {
    const without = all.filter((one) => !inputsOf(one).some(({ name }) => name === 'clientMutationId'));
    expect(without.map(({ name }) => name).sort()).toEqual(Object.keys(idempotent).sort());
    const optional = all.filter((one) =>
      inputsOf(one).some(({ name, type }) => name === 'clientMutationId' && !isNonNullType(type)),
    );
    expect(optional.map(({ name }) => name).sort()).toEqual([...sinceLater].sort());
  });

  test('answers what kept it from being done as one of three problems', () => {
    expect(
      all
        .filter((one) => !answersProblems(one))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(byCodes);
    const problem = schema.getType('MutationProblem');
    if (!isUnionType(problem)) throw new Error('MutationProblem is no union');
    expect(
      problem
        .getTypes()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['ConflictError', 'ForbiddenError', 'ValidationError']);
    for (const type of problem.getTypes()) {
      expect(type.getInterfaces().map(({ name }) => name)).toEqual(['UserError']);
    }
    expect(
      String(
        problem
          .getTypes()
          .find(({ name }) => name === 'ConflictError')!
          .getFields().currentVersion!.type,
      ),
    ).toBe('Int!');
    const rigid: string[] = [];
    for (const one of all.filter(answersProblems)) {
      const payload = getNamedType(one.type);
      const { problems, ...rest } = 'getFields' in payload ? payload.getFields() : {};
      expect([one.name, String((problems as { type: unknown } | undefined)?.type)]).toEqual([
        one.name,
        '[MutationProblem!]!',
      ]);
      // What was done may be null, so that a problem is not lost with it; lists may be empty.
      const never = Object.entries(rest).filter(([, { type }]) => isNonNullType(type) && !String(type).startsWith('['));
      if (never.length > 0) rigid.push(`${one.name}: ${never.map(([name]) => name).join(', ')}`);
    }
    expect(rigid).toEqual(['markAllRead: done']); // true or false
  });
});

/** What is named by a mutation, with who may do it; `input` goes beside a stale `expectedVersion`. In the order in which a record lives. */
type Case = { by?: Who; input: Record<string, unknown> };
let stage: Stage;
let cases: Record<string, Case>;

beforeAll(async () => {
  stage = await setStage(linked);
  cases = await makeCases(await stage.as('coordinator'), await stage.as('rep'));
});
afterAll(() => stage?.stop());

async function makeCases(coordinator: Member, rep: Member): Promise<Record<string, Case>> {
  const made = await makeRecords(coordinator, rep, stage);
  const { review, engagement, partner, programme, event, proposal: proposalId, inputs } = made;
  const { milestone: milestoneId, indicator: indicatorId, statement: statementId, item: knowledgeItemId } = made;
  const { alliance, programme: work, session, statement: words, line, spanish } = inputs;
  const { decision, meeting: meetingId, guidelines, plans, objectives, activities, membership } = stage;
  const text = { contentHash: hashOf('none'), decisionIds: ['decision:none'] };
  return {
    updateNetwork: { input: { id: net, contactMailbox: 'office@example.org' } },
    setParentNetwork: { input: { id: net, parentId: null } },
    upsertBody: {
      input: {
        id: group,
        networkId: net,
        kind: 'EXPERT_GROUP',
        thematicArea: 'TRAFFICKING_IN_PERSONS',
        name: en('A group'),
      },
    },
    setBodyTerm: { input: { id: group, startsOn: '2026-01-01', endsOn: '2027-12-31' } },
    closeBody: { input: { id: group } },
    reopenBody: { input: { id: group } },
    updateGuidelines: { input: { id: guidelines, title: 'A better title' } },
    circulateGuidelines: { input: { id: guidelines } },
    reviseGuidelines: { input: { id: guidelines } },
    withdrawGuidelines: { input: { id: guidelines } },
    translateCharter: { input: { proposalId, locale: 'es', mission: 'Una voz', objectives: ['Unir'] } },
    withdrawCharterProposal: { input: { proposalId } },
    setReviewStage: { input: { id: review, networkId: net, stage: 'DIALOGUE', source } },
    updateCountryReview: { input: { id: review, networkId: net, reviewGroup: 1 } },
    upsertReviewInput: { input: { ...line, text: en('Other words') } },
    upsertReviewCluster: {
      input: { networkId: net, code: 'I', articles: ['UNTOC:5'], title: en('Cluster I'), source },
    },
    upsertReviewEvent: { input: { ...session, id: event, title: en('Another session') } },
    updateEngagement: { input: { id: engagement, office: 'Sample ministry' } },
    setEngagementStatus: { input: { id: engagement, status: 'SUBMITTED' } },
    upsertExternalPartner: { input: { ...alliance, id: partner, name: en('Another alliance') } },
    upsertProgramme: { input: { ...work, id: programme, name: en('Another programme') } },
    updateWebhook: { by: 'partner', input: { id: stage.webhook, mode: 'BINARY' } },
    pauseWebhook: { by: 'partner', input: { id: stage.webhook } },
    resumeWebhook: { by: 'partner', input: { id: stage.webhook } },
    deleteWebhook: { by: 'partner', input: { id: stage.webhook } },
    updateOrganisation: { by: 'rep', input: { id: 'org:s09', shortName: 'S9' } },
    updateSeat: { by: 'rep', input: { seatId: 'seat:s09', alias: 'Our seat' } },
    reviewApplication: { input: { membershipId: membership, to: 'UNDER_REVIEW' } },
    setNotifications: { by: 'rep', input: { digest: 'DAILY' } },
    setObjectiveNetworks: { input: { objectiveId: objectives.other, networkIds: [net] } },
    setActivityStatus: { input: { activityId: activities.any, status: 'PLANNED' } },
    setMilestoneStatus: { input: { milestoneId, status: 'REACHED' } },
    setIndicatorActual: { input: { indicatorId, actual: '3' } },
    submitPlanForReview: { input: { planId: plans.draft } },
    advanceDecision: { input: { decisionId: decision.id, to: 'CLARIFYING' } },
    startDecisionRound: { input: { decisionId: decision.id } },
    concludeDecision: { input: { decisionId: decision.id } },
    withdrawDecision: { input: { decisionId: decision.id } },
    agreeToMeeting: { input: { meetingId } },
    announceMeeting: { input: { meetingId } },
    changeMeeting: { input: { meetingId, place: 'Kampala' } },
    changeAgenda: { input: { meetingId, agenda: [] } },
    setMeetingMaterials: { input: { meetingId, knowledgeItemIds: [] } },
    openMeeting: { input: { meetingId } },
    closeMeeting: { input: { meetingId } },
    writeMinutes: { input: { meetingId, text: en('Said'), originalLocale: 'en' } },
    adoptMinutes: { input: { meetingId, ...text } },
    cancelMeeting: { input: { meetingId } },
    reviseStatement: { input: { statementId, texts: [{ locale: 'en', ...words, body: 'Other words' }] } },
    translateStatement: { input: { statementId, text: { locale: 'es', ...words } } },
    circulateStatement: { input: { statementId } },
    consentStatement: { input: { statementId, ...text } },
    publishStatement: { input: { statementId, contentHash: text.contentHash } },
    withdrawStatement: { input: { statementId, reason: 'For a test' } },
    editKnowledge: { input: { knowledgeItemId, tags: ['tag'] } },
    reviewKnowledge: { input: { knowledgeItemId } },
    startPeerReading: { input: { knowledgeItemId } },
    publishKnowledge: { input: { knowledgeItemId } },
    retireKnowledge: { input: { knowledgeItemId } },
    translatePost: { by: 'rep', input: { ...spanish, text: 'Otras palabras' } },
    editPost: { by: 'rep', input: { id: stage.post, body: 'Edited' } },
  };
}

const locking = Object.values(mutations)
  .filter((one) => inputsOf(one).some(({ name }) => name === 'expectedVersion'))
  .map(({ name }) => name);
const stale = 1_000_000;

describe('a change of what has been changed since', () => {
  test('is tried of every mutation that takes an expectedVersion', () => {
    expect(Object.keys(cases).sort()).toEqual([...locking].sort());
  });

  // In the order of the cases: some steps come after others.
  test('is a ConflictError with the current version, under which it is no conflict', async () => {
    for (const [name, { by = 'coordinator', input }] of Object.entries(cases)) {
      const member = await stage.as(by);
      const { problems, errors } = await send(member, name, { ...input, expectedVersion: stale });
      expect([name, errors, problems]).toEqual([
        name,
        [],
        [{ __typename: 'ConflictError', message: expect.any(String), currentVersion: expect.any(Number) }],
      ]);
      const { currentVersion } = problems[0]!;
      const again = await send(member, name, { ...input, expectedVersion: currentVersion });
      // What is wrong besides is said now: the state it is in, or that a text it names is another one.
      expect([name, again.errors]).toEqual([name, []]);
      const said = again.problems.map(({ __typename, message }) => `${__typename}: ${message}`);
      expect([name, said]).not.toEqual([name, [`ConflictError: ${problems[0]!.message}`]]);
      expect([name, said.filter((one) => one.startsWith('ForbiddenError'))]).toEqual([name, []]);
    }
  });
});

/** Rights are read again within a second; asked until they are, as there is nothing to listen to. */
async function becomes<T>(wanted: T, look: () => Promise<T>): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until && (await look()) !== wanted; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await look()).toBe(wanted);
}

test('a partner’s key is told once, is one of two, is changed by the partner itself, and ends within a second', async () => {
  const steering = await stage.as('steering');
  const issue = (clientMutationId: string) =>
    send(
      steering,
      'issuePartnerKey',
      { clientMutationId, partnerId: 'partner:stage', label: 'A system' },
      'key partner { keys { id label } }',
    );
  const first = await issue('first');
  expect(first.problems).toEqual([]);
  expect((await issue('first')).payload.key).toBeNull();
  expect((await issue('second')).payload.partner.keys).toHaveLength(2);
  expect((await issue('third')).problems).toMatchObject([{ __typename: 'ValidationError' }]);
  const works = async (key: string) =>
    (await createMember(stage.world.url, key).ask('{ networks { id } }')).data != null;
  expect(await works(first.payload.key)).toBe(true);
  const held = createMember(stage.world.url, first.payload.key);
  const rotated = await send(held, 'rotatePartnerKey', { overlapDays: 0 }, 'key');
  expect(rotated.problems).toEqual([]);
  await becomes(false, () => works(first.payload.key));
  expect(await works(rotated.payload.key)).toBe(true);
  expect(
    (await send(await stage.as('coordinator'), 'revokePartnerKey', { partnerId: 'partner:stage' })).problems,
  ).toEqual([]);
  await becomes(false, () => works(rotated.payload.key));
  const rows = await stage.sql('SELECT key_sha256 FROM networks.partner_token');
  for (const key of [first.payload.key, rotated.payload.key]) expect(JSON.stringify(rows)).not.toContain(key);
  const log = `{ auditLog(networkId: "${net}", actions: [PARTNER_KEY_ISSUED, PARTNER_KEY_REVOKED]) { edges { node { action targetId } } } }`;
  const { edges } = (await steering.ask(log)).data.auditLog;
  expect(edges.map(({ node }: { node: { action: string } }) => node.action).sort()).toEqual([
    ...['PARTNER_KEY_ISSUED', 'PARTNER_KEY_ISSUED', 'PARTNER_KEY_ISSUED', 'PARTNER_KEY_REVOKED'],
  ]);
});

test('an operator freezes a seat, and gives it back, when somebody of its network has asked, and not twice', async () => {
  const [operator, coordinator] = await Promise.all([stage.as('operator'), stage.as('coordinator')]);
  const problems = async (member: Member, name: string, more: object = {}) =>
    (await send(member, name, { seatId: 'seat:s12', reason: 'For a test', ...more })).problems.map(
      (one) => one.__typename,
    );
  expect(await problems(operator, 'freezeSeat')).toEqual(['ForbiddenError']);
  expect(await problems(coordinator, 'askToFreezeSeat', { lift: true })).toEqual(['ValidationError']);
  expect(await problems(coordinator, 'askToFreezeSeat')).toEqual([]);
  expect(await problems(coordinator, 'freezeSeat')).toEqual(['ForbiddenError']);
  expect(await problems(operator, 'freezeSeat')).toEqual([]);
  const unfreeze = async () =>
    (await send(operator, 'unfreezeSeat', { seatId: 'seat:s12' })).problems.map((one) => one.__typename);
  expect(await unfreeze()).toEqual(['ForbiddenError']);
  expect(await problems(coordinator, 'askToFreezeSeat', { lift: true })).toEqual([]);
  expect(await unfreeze()).toEqual([]);
  expect(await problems(operator, 'freezeSeat')).toEqual(['ForbiddenError']);
  const log = `{ auditLog(networkId: "${net}", actions: [FREEZE_ASKED]) { edges { node { reason detail } } } }`;
  const reasons = async (member: Member) =>
    (await member.ask(log)).data.auditLog.edges.map(({ node }: { node: { reason: string | null } }) => node.reason);
  expect(await reasons(operator)).toEqual([null, null]);
  expect(await reasons(await stage.as('officer'))).toEqual(['For a test', 'For a test']);
});

describeElsewhere(() => ({ stage, cases }));
