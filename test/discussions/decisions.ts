import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { actors, af, am, askAs, eventsOf, grant, type Name, nextMutation, seat } from './subgraph.ts';

/** Who takes part: by their name in subgraph.ts, or made for these tests. */
export const people = {
  ...actors,
  /** Coordinator of both networks. */
  joint: seat('joint', grant('COORDINATOR', am), grant('COORDINATOR', af)),
  /** Organisation s03 again, from a second seat. */
  'americas-rep-second': { ...seat('s03b', grant('MEMBER_REP', am)), organisationId: 'org:s03' },
  /** Organisation s09 of Africa, represented in the Americas too. */
  'africa-rep-in-am': { ...seat('s09b', grant('MEMBER_REP', am)), organisationId: 'org:s09' },
  /** Leads the group and represents its organisation in it. */
  'lead-and-rep': seat('lead', grant('EXPERT_GROUP_LEAD', am, 'body:am-5'), grant('MEMBER_REP', am, 'body:am-5')),
} satisfies Record<string, object>;
export type Who = Name | keyof typeof people;
export const as = (who: Who) => people[who] as Actor;

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
export const first = hashOf('the first text');
export const second = hashOf('the second text');
export const plan = 'plan:joint-2027';

/** The clock of the rounds. Each file has its own: a Wednesday, 09:00 in London. */
export const clock = { now: new Date('2026-12-02T09:00:00.000Z') };
export const rules = { now: () => clock.now };
export const pass = (ms: number) => {
  clock.now = new Date(clock.now.getTime() + ms);
};
export const day = 86_400_000;

export const fields = `decision {
  id status version round contentHash opensAt closesAt concludedAt
  positions { organisation { id } seat { id } position reason networks { id } }
  tally { network { id } responded inFavour against abstaining quorumReached adopts }
  rounds { number contentHash shortReason opensAt closesAt positions { organisation { id } position } }
} problems { __typename ... on ValidationError { path } ... on ConflictError { currentVersion } }`;

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Payload = { decision: any; problems: { __typename: string; path?: string[]; currentVersion?: number }[] };
type Step =
  | 'openDecision'
  | 'advanceDecision'
  | 'startDecisionRound'
  | 'takePosition'
  | 'concludeDecision'
  | 'withdrawDecision';

/** Sends one mutation. @param url of another process */
export async function send(who: Who | Actor, step: Step, input: object, url?: string): Promise<Payload> {
  const type = `${step[0]?.toUpperCase()}${step.slice(1)}Input`;
  const text = `mutation ($input: ${type}!) { ${step}(input: $input) { ${fields} } }`;
  const variables = { input: { clientMutationId: nextMutation(), ...input } };
  const { data, errors } = await askAs(typeof who === 'string' ? as(who) : who, text, variables, url);
  if (errors) throw new Error(errors[0]?.message);
  return data[step];
}
/** Sends one and expects no problem. */
export async function done(who: Who | Actor, step: Step, input: object) {
  const { decision, problems } = await send(who, step, input);
  expect(problems).toEqual([]);
  return decision;
}
export const refusal = async (who: Who | Actor, step: Step, input: object) => {
  const { decision, problems } = await send(who, step, input);
  expect(decision).toBeNull();
  return problems;
};

export const question = (over: object = {}) => ({
  networkIds: [am],
  subject: { typename: 'WorkingPlan', id: plan },
  title: [
    { locale: 'en', text: 'Adopt the plan?' },
    { locale: 'es', text: '¿Adoptar el plan?' },
  ],
  contentHash: first,
  method: 'CONSENT',
  quorum: 2,
  ...over,
});
export const opened = (over: object = {}, who: Who = 'americas-coordinator') =>
  done(who, 'openDecision', question(over));

/** Leads a decision to its first round. @returns it as it is then */
export async function inRound(
  over: Record<string, unknown> = {},
  round: object = {},
  who: Who = 'americas-coordinator',
) {
  let decision = await opened(over, who);
  for (const to of over.method && over.method !== 'CONSENT' ? [] : ['CLARIFYING', 'REACTIONS']) {
    decision = await done(who, 'advanceDecision', {
      decisionId: decision.id,
      expectedVersion: decision.version,
      to,
    });
  }
  return done(who, 'startDecisionRound', { decisionId: decision.id, expectedVersion: decision.version, ...round });
}
export const take = (who: Who | Actor, decision: { id: string }, position: string, over: object = {}) =>
  done(who, 'takePosition', { decisionId: decision.id, contentHash: first, position, ...over });

/** Lets the round end, and concludes. */
export async function concluded(
  { id, version, closesAt }: { id: string; version: number; closesAt: string },
  who: Who = 'americas-coordinator',
) {
  clock.now = new Date(closesAt);
  return done(who, 'concludeDecision', { decisionId: id, expectedVersion: version });
}
export const said = async (id: string) =>
  (await eventsOf(id)).map(({ network_id, type, data }) => [network_id, type, data.outcome]);
