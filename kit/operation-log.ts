import type { GraphQLError } from 'graphql';
import { type Log, markError } from './log.ts';

/** Which operation a log line is about. */
export interface About extends Record<string, unknown> {
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
