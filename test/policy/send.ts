import { readFileSync } from 'node:fs';
import { getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { createPlanner } from '../../gateway/planner.ts';
import type { Answer, Member } from '../people.ts';

/** As clients see it. */
export const schema = createPlanner(
  readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'),
).schema;
export const mutations = schema.getMutationType()!.getFields();
export type Mutation = (typeof mutations)[string];

/** Fields of a mutation's `input`, and its arguments beside it: whatever it takes. */
export const inputsOf = ({ args }: Mutation) =>
  args.flatMap((arg) => {
    const type = getNamedType(arg.type);
    return arg.name === 'input' && isInputObjectType(type) ? Object.values(type.getFields()) : [arg];
  });

/** Whether it answers a payload with the problems that kept it from being done. */
export const answersProblems = ({ type }: Mutation): boolean => {
  const payload = getNamedType(type);
  return isObjectType(payload) && payload.getFields().problems !== undefined;
};

export type Problem = { __typename: string; message: string; currentVersion?: number; homeRegion?: string | null };
export interface Sent {
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many shapes
  payload: any;
  problems: Problem[];
  errors: NonNullable<Answer['errors']>;
}

let serial = 0;

/**
 * Sends a mutation with these values, wherever it takes them, and a `clientMutationId` of its own.
 * @param pick fields of its payload
 */
export async function send(
  member: Member,
  name: string,
  values: Record<string, unknown>,
  pick = '__typename',
): Promise<Sent> {
  const field = mutations[name];
  if (!field) throw new Error(`the graph has no mutation ${name}`);
  const named = inputsOf(field).some((input) => input.name === 'clientMutationId');
  const given = named ? { clientMutationId: `policy-${++serial}`, ...values } : values;
  const hasInput = field.args.some((arg) => arg.name === 'input');
  const variables = hasInput ? { input: given } : given;
  const used = field.args.filter((arg) => arg.name in variables);
  const problems = `problems { __typename ... on UserError { message } ... on ConflictError { currentVersion }
    ... on ForbiddenError { homeRegion } }`;
  const selection = isObjectType(getNamedType(field.type))
    ? `{ ${pick} ${answersProblems(field) ? problems : ''} }`
    : '';
  const heads = used.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const passed = used.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const text = `mutation${heads && ` (${heads})`} { ${name}${passed && `(${passed})`} ${selection} }`;
  const { data, errors = [] } = await member.ask(text, variables);
  return { payload: data?.[name] ?? null, problems: data?.[name]?.problems ?? [], errors };
}

/** @throws when it was not done */
export async function done(member: Member, name: string, values: Record<string, unknown>, pick?: string) {
  const { payload, problems, errors } = await send(member, name, values, pick);
  if (errors.length > 0 || problems.length > 0) throw new Error(`${name}: ${JSON.stringify([errors, problems])}`);
  return payload;
}

/** What is said of a thing that the reader may not see: as if it were not there. */
const hidden = /no such (membership|guidelines|export)/;

/** @throws when the platform answered neither of the two, as for an input that the graph does not take */
export function verdictOf({ problems, errors }: Pick<Sent, 'problems' | 'errors'>): 'allowed' | 'refused' {
  const codes = errors.map(({ extensions }) => extensions?.code);
  if (codes.includes('FORBIDDEN') || problems.some(({ __typename }) => __typename === 'ForbiddenError'))
    return 'refused';
  if (problems.some(({ __typename, message }) => __typename === 'ValidationError' && hidden.test(message))) {
    return 'refused';
  }
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return 'allowed';
}
