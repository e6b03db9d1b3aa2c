import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { assertionHeader, createAssertionVerifier } from './assertion.ts';
import type { RequestContext } from './context.ts';
import { ApiError, ConfigurationError, publicError } from './errors.ts';
import { answerFile, type FindFile, fileIdOf } from './files.ts';
import { describeError, type Log } from './log.ts';
import { logFailure } from './operation-log.ts';
import { answerOperations } from './operations.ts';
import { inTrace, traceHeader } from './trace.ts';

export interface RunningServer {
  url: string;
  /** Ends new requests, finishes running ones, closes sockets with 1001. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Of every HTTP server here, in ms: a client has so long to send its headers, and its whole request; a connection that is kept stays open for so long without
 * one. Node's own 5 s are too near to when clients and proxies leave: one that had no turn for some seconds, or keeps connections for a minute, sent its request
 * into a connection that was just closed, and could not know whether it was done.
 */
export const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Takes no new connections, lets running requests be answered for `grace` ms, then ends what is left. Sockets that were
 * upgraded are not ended here, but waited for.
 */
export async function drainHttp(server: ReturnType<typeof createServer>, grace: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), 50); // those whose last answer has just been sent
  const force = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}

const gracePeriod = 4_000; // ms for running requests when stopping
const closeTimeout = 1_000; // ms until a client must have answered the close of its socket
const maxMessage = 8 * 1024 * 1024; // bytes of a request: 256 KiB of a client's, and the keys of the entities to join

/** @param setting that the port comes from @throws ConfigurationError when the port is taken or not allowed */
export async function listen(
  server: ReturnType<typeof createServer>,
  port: number,
  host: string,
  setting = 'PORT',
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken by another program: stop it, or set another ${setting}`
          : error.code === 'EACCES'
            ? `port ${port} is not allowed to this user: set a ${setting} above 1023`
            : error.message;
      reject(new ConfigurationError(`${setting}: ${why}.`));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Serves a subgraph on /graphql, over HTTP and graphql-ws, to the gateway alone: an operation without a fresh assertion
 * for this subgraph gets UNAUTHENTICATED (HTTP 401) before anything of it is parsed.
 * @param port 0 chooses a free one
 */
export async function serveSubgraph<C extends RequestContext>(options: {
  name: string;
  schema: GraphQLSchema;
  secret: string;
  port?: number;
  host?: string;
  log: Log;
  createContext: (request: RequestContext) => C;
  /** Of a subgraph that has files: answers GET /files/<id>. */
  files?: FindFile;
}): Promise<RunningServer> {
  const { name, schema, log } = options;
  const verify = createAssertionVerifier(options.secret, name);
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError((cause as GraphQLError)?.originalError ?? cause) });
  const httpServer = createServer(timeouts, (request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ server: httpServer, path: '/graphql', maxPayload: maxMessage });

  const disposable = useServer(
    {
      schema,
      context: (_ctx, _id, payload) => (payload as { context?: C }).context,
      async onSubscribe(_ctx, _id, payload) {
        try {
          const actor = await verify(payload.extensions?.actor);
          const requestId = String(payload.extensions?.requestId ?? randomUUID());
          (payload as { context?: C }).context = options.createContext({ actor, requestId });
        } catch (error) {
          // All subscriptions share the gateway's socket: anything thrown here would close it.
          if (error instanceof GraphQLError) return [error];
          return [new GraphQLError('', { originalError: error as Error })];
        }
      },
      onNext(_ctx, _id, _payload, args, result) {
        if (!result.errors) return result;
        const { requestId } = args.contextValue as C;
        const kind = args.document.definitions.flatMap((one) => ('operation' in one ? [one.operation] : []))[0];
        logFailure(log, { requestId, operation: args.operationName ?? undefined, kind }, result.errors);
        return { ...result, errors: result.errors.map((e) => publicError(e.toJSON(), e, report)) as never };
      },
      onError(_ctx, _id, payload, errors) {
        const requestId = (payload as { context?: C }).context?.requestId ?? '';
        logFailure(log, { requestId, operation: payload.operationName ?? undefined }, errors);
        return errors.map((e) => publicError(e.toJSON(), e, report)) as never;
      },
    },
    sockets,
  );

  const operations = answerOperations<C>({
    schema,
    log,
    limit: maxMessage,
    format: (error) => publicError(error.toJSON(), error, report) as GraphQLError,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = request.url?.split('?', 1)[0];
      if (path === '/health' && request.method === 'GET')
        return sendJson(response, 200, { status: 'ok', service: name });
      const fileId = options.files && fileIdOf(path ?? '');
      if (path !== '/graphql' && fileId === undefined) throw Object.assign(new Error('no such path'), { status: 404 });
      const actor = await verify(request.headers[assertionHeader]);
      if (options.files && fileId !== undefined)
        return await answerFile(options.files, actor, fileId, request, response);
      const requestId = String(request.headers['x-request-id'] ?? randomUUID());
      const context = options.createContext({ actor, requestId });
      await inTrace(request.headers[traceHeader], () => operations(request, response, context));
    } catch (error) {
      answerFailure(response, error, report);
    }
  }

  const port = await listen(httpServer, options.port ?? 0, options.host ?? '127.0.0.1');
  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    stop: () => {
      stopping ??= (async () => {
        const late = setTimeout(() => {
          for (const client of sockets.clients) client.terminate(); // does not answer the close
        }, closeTimeout);
        await Promise.all([disposable.dispose(), drainHttp(httpServer, gracePeriod)]);
        clearTimeout(late);
      })();
      return stopping;
    },
  };
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));

/** A GraphQL answer for whatever was thrown before GraphQL began. */
function answerFailure(
  response: ServerResponse,
  error: unknown,
  report: (correlationId: string, cause: unknown) => void,
): void {
  if (response.headersSent) return void response.destroy();
  const isMissing = error instanceof ApiError && error.code === 'NOT_FOUND';
  const isRefused = error instanceof GraphQLError;
  const status = isMissing ? 404 : isRefused ? 401 : Number((error as { status?: number }).status ?? 500);
  const known =
    error instanceof GraphQLError || status >= 500 ? error : new ApiError('BAD_REQUEST', 'The body is not a request.');
  const formatted = known instanceof GraphQLError ? known.toJSON() : { message: '' };
  sendJson(response, status, { errors: [publicError(formatted, error, report)] });
}
