import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { GraphQLError } from 'graphql';
import { ApiError, publicError } from '../kit/errors.ts';
import { describeError, type Log } from '../kit/log.ts';
import type { Actors } from './actors.ts';
import type { Authenticate } from './auth.ts';
import type { Request as Operation, Operations } from './operations.ts';
import { type Locals, prefersEvents } from './sse.ts';

/** Before anything of a request is read: is it one of GraphQL over HTTP. */
export const allowMethods: RequestHandler = (request, response, next) => {
  if (request.method === 'POST' || request.method === 'GET') return next();
  response.status(405).set('allow', 'GET, POST');
  response.json({ errors: [new ApiError('BAD_REQUEST', 'Send GraphQL by POST, or queries by GET.').toJSON()] });
};

/** Who asks. */
export function signIn(authenticate: Authenticate, actors: Actors): RequestHandler {
  return async (request, response, next) => {
    const requestId = randomUUID();
    response.set('x-request-id', requestId);
    const principal = await authenticate(request.headers.authorization, request.headers['x-net4u-seat']);
    Object.assign(response.locals, {
      principal,
      context: { actor: await actors.resolve(principal), requestId },
    } satisfies Locals);
    next();
  };
}

/**
 * Limits, validation and plan, before Apollo Server reads the document, where a bomb would already have cost what it costs.
 * Apollo Server runs only what was prepared here.
 */
export function prepare(operations: Operations): RequestHandler {
  return (request, response, next) => {
    const locals = response.locals as Locals;
    const operation = readOperation(request);
    if (!operation) return next(); // Apollo Server says what is wrong with the request
    try {
      locals.context.prepared = operations.prepare(operation, locals.context.actor);
    } catch (error) {
      if (request.method !== 'POST' || !prefersEvents(request)) throw error;
      locals.refused = error;
    }
    next();
  };
}

/** Subscriptions are for the transports that stream. */
export const refuseSubscriptions: RequestHandler = (request, response, next) => {
  const { prepared } = (response.locals as Locals).context;
  if (request.method === 'POST' && prepared?.planned.kind === 'subscription') {
    throw new ApiError(
      'BAD_REQUEST',
      'A subscription is answered over WebSocket, or as an event stream: send `accept: text/event-stream`.',
    );
  }
  next();
};

/** The operation, read as Apollo Server reads it; undefined where Apollo Server would refuse to. */
function readOperation(request: Request): Operation | undefined {
  const { query, operationName, variables } =
    request.method === 'GET' ? readSearch(request.url) : readBody(request.body);
  if (typeof query !== 'string' || query === '') return undefined;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return undefined;
  if (variables !== undefined && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return { query, operationName, variables: variables as Operation['variables'] };
}

const readBody = (body: unknown) => (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;

/** Express would stop reading after 1,000 parameters and Apollo Server does not: both must see the same query. */
function readSearch(url: string): Record<string, unknown> {
  const search = new URLSearchParams(url.split('?').slice(1).join('?'));
  const once = (name: string) => (search.getAll(name).length === 1 ? search.get(name) : undefined);
  return { query: once('query'), operationName: once('operationName') };
}

const statusOf: Partial<Record<string, number>> = {
  UNAUTHENTICATED: 401,
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

/** The last handler: a GraphQL answer for whatever was thrown before GraphQL began. */
export function answerFailure(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const { accept } = request.headers;
    if (knowsGraphql(accept)) response.type(`${graphqlJson}; charset=utf-8`);
    const report = (correlationId: string, cause: unknown) =>
      log.error('unexpected', { correlationId, ...describeError(cause) });
    if (error instanceof GraphQLError) {
      const { code } = error.extensions as { code?: string };
      const status = statusFor(code, accept);
      if (status === 401) response.set('www-authenticate', 'Bearer');
      response.status(status).json({ errors: [publicError(error.toJSON(), error, report)] });
      return;
    }
    const status: number = error.status ?? error.statusCode ?? 500;
    if (status < 500) {
      const message = wrongBody[status] ?? 'The request body is not JSON.';
      response.status(status).json({ errors: [new ApiError('BAD_REQUEST', message).toJSON()] });
      return;
    }
    response.status(500).json({ errors: [publicError({ message: '' }, error, report)] });
  };
}
