import { expect } from '@jest/globals';
import { ask, type Name, nextMutation, post } from './subgraph.ts';

/** One mutation with an input; its payload. */
export async function send(who: Name, name: string, type: string, input: object, fields: string) {
  const text = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${fields} problems { __typename ... on UserError { message path } } } }`;
  const { data, errors } = await ask(who, text, { input: { clientMutationId: nextMutation(), ...input } });
  expect(errors).toBeUndefined();
  return data.payload;
}

/** The id of a post that was written. */
export async function wrote(who: Name, threadId: string, body: string, over: Record<string, unknown> = {}) {
  const { post: made, problems } = await post(who, threadId, body, over);
  expect(problems).toEqual([]);
  return made?.id as string;
}

export async function read(who: Name, text: string, variables: object = {}) {
  const { data, errors } = await ask(who, text, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** One field of a post, as this reader gets it; null where he may not see it. */
export const postOf = async (who: Name, id: string, fields: string) =>
  (
    await read(who, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Post { ${fields} } } }`, {
      r: [{ __typename: 'Post', id }],
    })
  )._entities[0];
