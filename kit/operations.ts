import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { createHandler, type OperationArgs, type RequestParams } from 'graphql-http';
import { readJson } from './body.ts';
import type { RequestContext } from './context.ts';
import { ApiError } from './errors.ts';
import type { Log } from './log.ts';
import { logFailure } from './operation-log.ts';

type Prepared = { document: DocumentNode } | { errors: readonly GraphQLError[] };

const perToken = 500; // bytes that a token's part of a read document takes, measured
const perCharacter = 4;

/**
 * Documents by their text, parsed and validated once: the gateway sends the same ones again and again.
 * @param most bytes that they may take, about: a document takes a hundred times its text
 */
export function createDocuments(schema: GraphQLSchema, most = 32 * 1024 * 1024) {
  const known = new Map<string, Prepared>();
  let size = 0;
  const prepare = (query: string): Prepared => {
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return { errors: [code(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] };
    }
    const errors = validate(schema, document);
    return errors.length > 0
      ? { errors: errors.map((error) => code(error, 'GRAPHQL_VALIDATION_FAILED')) }
      : { document };
  };
  return (query: string): Prepared => {
    let prepared = known.get(query);
    if (prepared) return prepared;
    prepared = prepare(query);
    if ('errors' in prepared) return prepared;
    const weight = query.length * perCharacter + (prepared.document.tokenCount ?? query.length) * perToken;
    if (weight > most) return prepared;
    size += weight;
    if (size > most) {
      known.clear();
      size = weight;
    }
    known.set(query, prepared);
    return prepared;
  };
}

const code = ({ message, nodes, source, positions, path }: GraphQLError, name: string) =>
  new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { code: name },
  });

/**
 * Answers one operation over HTTP (GraphQL over HTTP, by POST). Variables that do not fit are BAD_USER_INPUT. A failure is logged, and at the level
 * `debug` every operation with the time it took, ms.
 * @throws an error with `status` for a request that is none
 */
export function answerOperations<C extends RequestContext>(options: {
  schema: GraphQLSchema;
  log: Log;
  /** What a client may see of an error. */
  format(error: GraphQLError): Error;
  /** Bytes of a request. */
  limit: number;
}): (request: IncomingMessage, response: ServerResponse, context: C) => Promise<void> {
  const { schema, log } = options;
  const find = createDocuments(schema);
  const handle = createHandler<IncomingMessage, { context: C; began: number }>({
    // What is no GraphQLError says what of the request is none.
    formatError: (error) =>
      options.format(error instanceof GraphQLError ? error : new ApiError('BAD_REQUEST', `${error.message}.`)),
    onSubscribe({ context: { context } }, { query, operationName, variables }: RequestParams) {
      const prepared = find(query);
      if ('errors' in prepared) return told(context, { query, operationName }, prepared.errors);
      const { document } = prepared;
      const operation = getOperationAST(document, operationName)?.operation;
      if (!operation)
        return told(context, { query, operationName }, [
          new ApiError('OPERATION_RESOLUTION_FAILURE', 'The document has no such operation.'),
        ]);
      if (operation === 'subscription')
        return told(context, { query, operationName }, [
          new ApiError('BAD_REQUEST', 'Subscriptions go over a WebSocket.'),
        ]);
      return {
        schema,
        document,
        operationName,
        variableValues: variables,
        contextValue: context,
      } as OperationArgs<undefined>;
    },
    onOperation({ context: { context, began } }, args, result) {
      const { errors } = result as ExecutionResult;
      const kind = getOperationAST(args.document, args.operationName)?.operation;
      const ms = Math.round(performance.now() - began);
      const about = { requestId: context.requestId, operation: args.operationName ?? undefined, kind, ms };
      if (!errors?.length) return void log.debug('operation', about);
      if ('data' in result) return void logFailure(log, about, errors);
      // Execution has not begun: the variables did not fit.
      const coded = errors.map((error) => (error.extensions.code ? error : code(error, 'BAD_USER_INPUT')));
      logFailure(log, about, coded);
      return { errors: coded };
    },
  });

  function told(
    context: C,
    { operationName }: Pick<RequestParams, 'query' | 'operationName'>,
    errors: readonly GraphQLError[],
  ) {
    logFailure(log, { requestId: context.requestId, operation: operationName ?? undefined }, errors);
    return errors;
  }

  return async (request, response, context) => {
    if (request.method !== 'POST') throw Object.assign(new Error('by POST alone'), { status: 405 });
    const body = (await readJson(request, options.limit)) as Record<string, unknown>;
    const [text, init] = await handle({
      url: request.url ?? '/',
      method: request.method ?? 'POST',
      headers: request.headers,
      body,
      raw: request,
      context: { context, began: performance.now() },
    });
    // The headers ask for something else than JSON, or bring it.
    if (text === null) throw Object.assign(new Error(init.statusText), { status: init.status });
    response.writeHead(init.status, { ...init.headers, 'content-length': Buffer.byteLength(text) }).end(text);
  };
}
