import { createHash } from 'node:crypto';
import pg from 'pg';
import { appendEvents, feedChannel } from '../../kit/feed/publish.ts';
import type { DecisionConcluded } from '../../subgraphs/discussions/events.ts';
import {
  type Answer,
  af,
  am,
  createPlan,
  eventsOf,
  type Instance,
  type Name,
  nextMutation,
  type World,
} from './subgraph.ts';

const problems =
  'problems { __typename ... on UserError { message } ... on ConflictError { currentVersion } ... on ValidationError { path } }';
const planFields = `plan { id status version contentHash amends { id } amendedBy { id status } versions(first: 5) { edges { node {
  number kind label contentHash adoptedByDecisionIds createdBy { id } contributors { id } } } } } ${problems}`;
const versionFields = `version { id number kind label contentHash } ${problems}`;

// biome-ignore lint/suspicious/noExplicitAny: payloads of several mutations
export type Payload = any;

export const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** The fields of a plan as somebody reads it who may. */
export async function readFields(
  here: Instance,
  id: string,
  fields: string,
  who: Name = 'africa-rep',
): Promise<Payload> {
  const { data, errors } = await here.ask(who, `query ($id: ID!) { workingPlan(id: $id) { ${fields} } }`, { id });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.workingPlan;
}

const call = async (here: Instance, who: Name, name: string, args: string, given: string, variables: object) => {
  const fields = name === 'savePlanVersion' ? versionFields : planFields;
  const { data, errors }: Answer = await here.ask(
    who,
    `mutation (${args}) { ${name}(${given}) { ${fields} } }`,
    variables,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[name] as Payload;
};

export const submit = (here: Instance, who: Name, planId: string, expectedVersion: number, clientMutationId?: string) =>
  call(
    here,
    who,
    'submitPlanForReview',
    '$planId: ID!, $expectedVersion: Int!, $clientMutationId: ID',
    'planId: $planId, expectedVersion: $expectedVersion, clientMutationId: $clientMutationId',
    { planId, expectedVersion, clientMutationId },
  );
export const requestChanges = (
  here: Instance,
  who: Name,
  planId: string,
  note = 'Name the offices.',
  clientMutationId?: string,
) =>
  call(
    here,
    who,
    'requestPlanChanges',
    '$planId: ID!, $note: String!, $clientMutationId: ID',
    'planId: $planId, note: $note, clientMutationId: $clientMutationId',
    { planId, note, clientMutationId },
  );
export const adopt = (here: Instance, who: Name, planId: string, decisionIds: string[], contentHash: string) =>
  call(
    here,
    who,
    'adoptPlan',
    '$planId: ID!, $decisionIds: [ID!]!, $contentHash: String!',
    'planId: $planId, decisionIds: $decisionIds, contentHash: $contentHash',
    { planId, decisionIds, contentHash },
  );
export const amend = (here: Instance, who: Name, planId: string) =>
  call(here, who, 'amendPlan', '$planId: ID!', 'planId: $planId', { planId });
export const archive = (here: Instance, who: Name, planId: string, clientMutationId?: string) =>
  call(
    here,
    who,
    'archivePlan',
    '$planId: ID!, $clientMutationId: ID',
    'planId: $planId, clientMutationId: $clientMutationId',
    { planId, clientMutationId },
  );
export const save = (here: Instance, who: Name, planId: string, label = 'A draft', clientMutationId = nextMutation()) =>
  call(
    here,
    who,
    'savePlanVersion',
    '$planId: ID!, $label: String!, $clientMutationId: ID!',
    'planId: $planId, label: $label, clientMutationId: $clientMutationId',
    { planId, label, clientMutationId },
  );

/** A plan made, and the hash of its text after being submitted. */
export async function submitted(here: Instance, over: object = {}): Promise<{ id: string; hash: string }> {
  const id = await createPlan(here, 'both-editor', over);
  const { plan, problems } = await submit(here, 'americas-coordinator', id, 1);
  if (!plan) throw new Error(JSON.stringify(problems));
  return { id, hash: plan.contentHash };
}

let decisions = 0;

/** What discussions says when a decision about a plan is concluded: one event in each network that took it, in one transaction. */
export async function conclude(
  world: Pick<World, 'database' | 'hints'>,
  planId: string,
  contentHash: string,
  over: Partial<DecisionConcluded> & { hint?: boolean; meanwhile?: () => Promise<void> } = {},
): Promise<string> {
  const { hint = true, meanwhile, ...rest } = over;
  const data: DecisionConcluded = {
    decisionId: `decision:${++decisions}`,
    networkIds: [am, af],
    subject: { typename: 'WorkingPlan', id: planId },
    contentHash,
    outcome: 'ADOPTED',
    ...rest,
  };
  await sayDecision(world, data.networkIds, { ...data }, meanwhile);
  if (hint) world.hints.publish(feedChannel, '');
  return data.decisionId;
}

/** The same event with any data. On a connection of its own: tests say several at once. @param meanwhile before it is committed */
export async function sayDecision(
  world: Pick<World, 'database'>,
  networkIds: string[],
  data: Record<string, unknown>,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const client = new pg.Client(world.database.url);
  await client.connect();
  try {
    await client.query('BEGIN');
    await appendEvents(
      (sql, parameters) => client.query(sql, parameters),
      [
        {
          networkIds,
          type: 'DECISION_CONCLUDED',
          eventType: 'org.net4u.decision.concluded.v1',
          subject: 'decision/x',
          visibility: 'NETWORK',
          data,
        },
      ],
    );
    await meanwhile();
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** Submits a new plan, decides on it, adopts it. */
export async function adopted(world: World, over: object = {}): Promise<{ id: string; hash: string }> {
  const plan = await submitted(world.instance, over);
  const decision = await conclude(world, plan.id, plan.hash);
  const { problems } = await adopt(world.instance, 'steering-member', plan.id, [decision], plan.hash);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return plan;
}

/** What was said of a plan, in order, with the network and how widely. */
export async function saidOf(
  world: World,
  type: string,
  planId: string,
): Promise<[network: string, visibility: string, data: Payload][]> {
  const events = await eventsOf(world, type);
  return events
    .filter((event) => event.data.planId === planId)
    .map((event) => [event.network_id, event.visibility, event.data]);
}

export const problemOf = ({ problems }: Payload): [string, string] => [problems[0]?.__typename, problems[0]?.message];
