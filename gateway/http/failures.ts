import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ApiError, publicError } from '../../kit/errors.ts';
import { describeError, type Log } from '../../kit/log.ts';

const statusOf: Partial<Record<string, number>> = {
  PERSISTED_QUERY_NOT_FOUND: 200, // a question to the client, who answers it
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404, // of a file
  RATE_LIMITED: 429,
  ISSUER_UNAVAILABLE: 503,
  SUBGRAPH_UNAVAILABLE: 503,
  SERVICE_STOPPING: 503,
};

const graphqlJson = 'application/graphql-response+json';
/** Of a well-formed request with a document that cannot be run: what GraphQL over HTTP answers 200 to who knows only application/json. */
const wrongDocument = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

const knowsGraphql = (accept: string | undefined) => accept?.includes(graphqlJson) === true;

/** As the GraphQL over HTTP specification has it; a document over a limit gets 400 whatever is accepted. */
export const statusFor = (code: unknown, accept: string | undefined): number =>
  wrongDocument.has(code) && !knowsGraphql(accept) ? 200 : (statusOf[String(code)] ?? 400);

const wrongBody: Record<number, string> = {
  413: 'The request body is over 256 KiB.',
  415: 'The request body has an encoding or charset that is not understood: send UTF-8.',
};

/** A GraphQL answer for whatever was thrown before GraphQL began. */
export type AnswerFailure = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

export function createFailureAnswer(log: Log): AnswerFailure {
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError(cause) });
  return (error, { headers: { accept } }, response) => {
    if (response.headersSent) return void response.destroy();
    const answer = (status: number, formatted: GraphQLFormattedError) => {
      const type = knowsGraphql(accept) ? graphqlJson : 'application/json';
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
      response.end(JSON.stringify({ errors: [formatted] }));
    };
    if (error instanceof GraphQLError) {
      const { code, retryAfterMs } = error.extensions as { code?: string; retryAfterMs?: number };
      const status = statusFor(code, accept);
      if (status === 429) response.setHeader('retry-after', Math.ceil(Number(retryAfterMs) / 1_000));
      if (status === 401) response.setHeader('www-authenticate', 'Bearer');
      return answer(status, publicError(error.toJSON(), error, report));
    }
    const { status, statusCode } = (error ?? {}) as { status?: number; statusCode?: number };
    const known = status ?? statusCode ?? 500;
    if (known >= 500) return answer(500, publicError({ message: '' }, error, report));
    answer(known, new ApiError('BAD_REQUEST', wrongBody[known] ?? 'The request body is not JSON.').toJSON());
  };
}
