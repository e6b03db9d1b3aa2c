import { GraphQLError } from 'graphql';
import type { Resolve } from './subgraph.ts';

/** For `__resolveReference` of a subgraph that knows every entity by its key alone. Async: one that throws fails alone. */
export const byKey: Resolve = async (key) => key;

/** A refusal as our own subgraphs make them. */
export const refusal = (code: string, message = 'No.') => new GraphQLError(message, { extensions: { code } });

/** A resolver that refuses for some ids and answers `value` for the others. */
export const refuseFor =
  (ids: string[], value: (source: { id: string }) => unknown, code = 'NOT_FOUND'): Resolve =>
  async (source) => {
    if (ids.includes(source.id)) throw refusal(code, `${source.id} is refused.`);
    return value(source);
  };
