import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { RequestContext } from './context.ts';
import { type Log, markError } from './log.ts';

/** Which operation a log line is about. */
interface About extends Record<string, unknown> {
  requestId: string;
  operation: string | undefined;
  kind?: string | undefined;
  ms?: number;
}

/** A line with the codes of an operation's errors; an error without one is told in full under `unexpected`, with the same request id. */
export function logFailure(log: Log, about: About, errors: readonly GraphQLError[]): void {
  for (const error of errors) markError(error, about.requestId);
  const codes = [...new Set(errors.map(({ extensions }) => extensions.code ?? 'INTERNAL'))];
  const isOurs = codes.some((code) => code === 'INTERNAL' || code === 'INTERNAL_SERVER_ERROR');
  log[isOurs ? 'error' : 'info']('operation failed', { ...about, codes });
}

/** Each operation over HTTP: its failure, and at the level `debug` that it was run and how long it took. */
export function logOperations<C extends RequestContext>(log: Log): ApolloServerPlugin<C> {
  return {
    async requestDidStart({ contextValue: { requestId } }) {
      const began = performance.now();
      const describe = ({
        operationName,
        operation,
      }: Pick<GraphQLRequestContext<C>, 'operationName' | 'operation'>) => ({
        requestId,
        operation: operationName ?? undefined,
        kind: operation?.operation,
        ms: Math.round(performance.now() - began),
      });
      return {
        async didEncounterErrors(request) {
          logFailure(log, describe(request), request.errors);
        },
        async willSendResponse(request) {
          if (!request.errors?.length) log.debug('operation', describe(request));
        },
      };
    },
  };
}
