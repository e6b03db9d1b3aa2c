import type { SubgraphResponse } from '../execute/index.ts';
import { AnswerError } from './failure.ts';

/**
 * @param status of HTTP; absent: it came over a socket
 * @throws AnswerError when this is no answer of a GraphQL server: what reads it further on relies on its shape
 */
export function asAnswer(value: unknown, subgraph: string, status = 200): SubgraphResponse {
  const { data, errors } = (isObject(value) ? value : {}) as Record<string, unknown>;
  const isAnswer =
    (data === undefined || data === null || isObject(data)) &&
    (errors === undefined || errors === null || (Array.isArray(errors) && errors.every(isError)));
  if (!isObject(value) || !isAnswer)
    throw new AnswerError(`${subgraph} answered with JSON that is not of GraphQL.`, status);
  return value as SubgraphResponse;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isError = (error: unknown) =>
  isObject(error) &&
  typeof error.message === 'string' &&
  (error.path === undefined || error.path === null || Array.isArray(error.path)) &&
  (error.extensions === undefined || error.extensions === null || isObject(error.extensions));
