import { expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { as, concluded, hashOf, inRound, take, type Who } from './decisions.ts';
import { af, am, askAs, nextMutation } from './subgraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any;

const inputs: Record<string, string> = {
  agreeToMeeting: 'MeetingStepInput',
  announceMeeting: 'MeetingStepInput',
  openMeeting: 'MeetingStepInput',
  closeMeeting: 'MeetingStepInput',
  circulateStatement: 'StatementStepInput',
  checkStatementSafety: 'CheckStatementInput',
  endorseStatement: 'StatementStanceInput',
  dissentFromStatement: 'StatementStanceInput',
  withdrawStance: 'WithdrawStanceInput',
  startPeerReading: 'KnowledgeStepInput',
  publishKnowledge: 'KnowledgeStepInput',
  retireKnowledge: 'KnowledgeStepInput',
};
const problemFields =
  'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';

/** Sends one mutation of a meeting, statement or knowledge item. @param fields of the thing it answers with */
export async function run(who: Who | Actor, step: string, input: object, fields = 'id version status'): Promise<Any> {
  const type = inputs[step] ?? `${step[0]?.toUpperCase()}${step.slice(1)}Input`;
  const thing = /Statement|Stance/.test(step)
    ? 'statement'
    : /Knowledge|Reading|Reuse/.test(step)
      ? 'knowledgeItem'
      : 'meeting';
  const text = `mutation ($input: ${type}!) { answer: ${step}(input: $input) { thing: ${thing} { ${fields} } ${problemFields} } }`;
  const variables = { input: { clientMutationId: nextMutation(), ...input } };
  const { data, errors } = await askAs(typeof who === 'string' ? as(who) : who, text, variables);
  if (errors) throw new Error(errors[0]?.message);
  return data.answer;
}
/** Sends one and expects no problem. @returns the thing as it is then */
export async function did(who: Who | Actor, step: string, input: object, fields?: string): Promise<Any> {
  const { thing, problems } = await run(who, step, input, fields);
  expect(problems).toEqual([]);
  return thing;
}
/** Sends one that is refused. @returns the kind of the problem, and where it lies */
export async function refused(who: Who | Actor, step: string, input: object): Promise<string> {
  const { thing, problems } = await run(who, step, input);
  expect(thing).toBeNull();
  const [{ __typename, path }] = problems;
  return path ? `${__typename} ${path.slice(1).join('.')}` : __typename;
}

/** A decision that each of its networks adopted by one voice. @returns its id */
export async function adopted(
  typename: string,
  id: string,
  contentHash: string,
  over: Record<string, unknown> = {},
  who: Who = 'joint',
  voices: Who[] = ['americas-rep', 'africa-rep'],
): Promise<string> {
  const question = {
    networkIds: [am, af],
    subject: { typename, id },
    contentHash,
    method: 'MAJORITY',
    quorum: 1,
    ...over,
  };
  let decision = await inRound(question, {}, who);
  for (const voice of voices) decision = await take(voice, decision, 'YES', { contentHash });
  return (await concluded(decision, who)).id;
}

export { hashOf };

const now = Math.ceil(Date.now() / 1000) * 1000; // one moment for all: what is so many hours later is that at each call
export const soon = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
