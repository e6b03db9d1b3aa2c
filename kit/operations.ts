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
import type { Log } from './log.ts';
import { logFailure } from './operation-log.ts';

type Prepared = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/** Documents by their text, parsed and validated once: the gateway sends the same ones again and again. */
export function createDocuments(schema: GraphQLSchema, most = 16 * 1024 * 1024 /* characters */) {
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
    size += query.length;
    if (size > most) {
      known.clear();
      size = query.length;
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
 * @throws an error with `status` for a body that is none
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
    formatError: (error) => options.format(error as GraphQLError),
    onSubscribe({ context: { context } }, { query, operationName, variables }: RequestParams) {
      const prepared = find(query);
      if ('errors' in prepared) return told(context, { query, operationName }, prepared.errors);
      const { document } = prepared;
      if (!getOperationAST(document, operationName)) {
        const error = new GraphQLError('The document has no such operation.', {
          extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
        });
        return told(context, { query, operationName }, [error]);
      }
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
    const body = (await readJson(request, options.limit)) as Record<string, unknown>;
    const [text, init] = await handle({
      url: request.url ?? '/',
      method: request.method ?? 'POST',
      headers: request.headers,
      body,
      raw: request,
      context: { context, began: performance.now() },
    });
    const length = text === null ? 0 : Buffer.byteLength(text);
    response.writeHead(init.status, { ...init.headers, 'content-length': length }).end(text ?? undefined);
  };
}
