import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { GraphQLError } from 'graphql';
import { createAssertionSigner } from '../kit/assertion.ts';
import { ApiError, publicError } from '../kit/errors.ts';
import { describeError, type Log } from '../kit/log.ts';
import { listen, type RunningServer } from '../kit/server.ts';
import { type Actors, createActors } from './actors.ts';
import { type Authenticate, createAuthenticator, type OidcOptions } from './auth.ts';
import { execute } from './execute/index.ts';
import { createDocumentReader } from './limits.ts';
import { createOperations, type Operations } from './operations.ts';
import { createPlanner, type Planner } from './planner.ts';
import { createWire, type GatewayContext, type Wire } from './send.ts';
import { type Locals, serveEvents } from './sse.ts';
import { createStreams } from './streams.ts';
import { serveSockets } from './subscriptions.ts';
import { servePage } from './web.ts';

export interface GatewayOptions {
  /** Where each subgraph answers, by its name in the supergraph; each url ends in /graphql. */
  subgraphs: Record<string, string>;
  /** The composed supergraph's SDL. */
  supergraph: string;
  /** GATEWAY_SECRET: signs actors for the subgraphs. */
  secret: string;
  oidc: OidcOptions;
  /** 0 chooses a free one. */
  port: number;
  host?: string;
  production: boolean;
  /** Origins of pages that may open sockets; in development also any page on this machine. */
  allowedOrigins?: readonly string[];
  /** The built page and what it is told; absent: no page. */
  page?: { root: string; config: Record<string, unknown> };
  /** Handlers at paths of their own, before everything else: the development issuer. */
  mounts?: readonly { path: string; handler: (request: IncomingMessage, response: ServerResponse) => void }[];
  log: Log;
}

const gracePeriod = 5_000; // ms for running requests when stopping

/** @throws Error when the supergraph is not one; ConfigurationError when the port cannot be had */
export async function start(options: GatewayOptions): Promise<RunningServer> {
  const { log, production } = options;
  const planner = createPlanner(options.supergraph);
  const missing = [...planner.subgraphs.keys()].filter((name) => !options.subgraphs[name]);
  if (missing.length > 0) throw new Error(`No address was given for the subgraphs ${missing.join(', ')}.`);
  const wire = createWire(options.subgraphs, createAssertionSigner(options.secret));
  const authenticate = createAuthenticator(options.oidc);
  const actors = createActors(wire.send);
  const read = createDocumentReader();
  const operations = createOperations({ planner, read, wire, production, log });
  const streams = createStreams(actors);

  const app = express();
  app.disable('x-powered-by');
  const httpServer = createServer(app);
  httpServer.headersTimeout = 10_000;
  httpServer.requestTimeout = 30_000;
  const isOriginAllowed = (origin: string) =>
    options.allowedOrigins?.includes(origin) === true ||
    (!production && /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin));
  const sockets = serveSockets({ httpServer, authenticate, actors, operations, streams, isOriginAllowed });
  const drain = async () => {
    streams.stop();
    await sockets.stop();
  };
  const apollo = createApollo({ planner, wire, operations, production, log, drain, httpServer });
  await apollo.start();

  for (const { path, handler } of options.mounts ?? []) app.use(path, handler);
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', async (_request, response) => {
    const silent = await wire.findSilent();
    response
      .status(silent.length === 0 ? 200 : 503)
      .json(silent.length === 0 ? { status: 'ready' } : { status: 'waiting', for: silent });
  });
  app.use(
    '/graphql',
    signIn(authenticate, actors),
    express.json({ limit: '256kb' }),
    checkDocument(operations),
    serveEvents(operations, streams),
    expressMiddleware(apollo, { context: async ({ res }) => (res.locals as Locals).context }),
  );
  if (options.page) app.use(servePage(options.page.root, options.page.config, [new URL(options.oidc.issuer).origin]));
  app.use(answerFailure(log));

  const port = await listen(httpServer, options.port, options.host ?? '127.0.0.1').catch(async (error) => {
    actors.stop();
    await wire.stop();
    throw error;
  });
  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      stopping ??= (async () => {
        actors.stop();
        await apollo.stop();
        await wire.stop();
      })();
      return stopping;
    },
  };
}

function createApollo(parts: {
  planner: Planner;
  wire: Wire;
  operations: Operations;
  production: boolean;
  log: Log;
  drain: () => Promise<void>;
  httpServer: ReturnType<typeof createServer>;
}): ApolloServer<GatewayContext> {
  const { planner, wire, production, log, drain, httpServer } = parts;
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError((cause as GraphQLError)?.originalError ?? cause) });
  return new ApolloServer<GatewayContext>({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: planner.schema, coreSupergraphSdl: '' });
        return () => {};
      },
      load: async () => ({
        executor: async ({ document, operationName, request, context }) =>
          execute({
            planned: planner.plan(document, operationName ?? undefined),
            variables: request.variables ?? {},
            send: wire.send,
            context: context as GatewayContext,
          }) as never,
      }),
      stop: async () => {},
    },
    csrfPrevention: true,
    introspection: !production,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => publicError(formatted, error, report),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: gracePeriod }),
      { serverWillStart: async () => ({ drainServer: drain }) },
    ],
  });
}

/** Before anything of a request is read: who asks. */
function signIn(authenticate: Authenticate, actors: Actors): RequestHandler {
  return async (request, response, next) => {
    const principal = await authenticate(request.headers.authorization, request.headers['x-net4u-seat']);
    const requestId = randomUUID();
    response.set('x-request-id', requestId);
    Object.assign(response.locals, {
      principal,
      context: { actor: await actors.resolve(principal), requestId },
    } satisfies Locals);
    next();
  };
}

/** Limits come before Apollo Server parses and validates, where a bomb would already have cost what it costs. */
function checkDocument(operations: Operations): RequestHandler {
  return (request, response, next) => {
    const query = (request.method === 'GET' ? request.query : request.body)?.query;
    if (typeof query === 'string' && query !== '') operations.check(query, (response.locals as Locals).context.actor);
    next();
  };
}

const statusOf: Partial<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  ISSUER_UNAVAILABLE: 503,
  SUBGRAPH_UNAVAILABLE: 503,
};

/** The last handler: a GraphQL answer for whatever was thrown before GraphQL began. */
function answerFailure(log: Log): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const report = (correlationId: string, cause: unknown) =>
      log.error('unexpected', { correlationId, ...describeError(cause) });
    if (error instanceof GraphQLError) {
      const { code } = error.extensions as { code?: string };
      const status = statusOf[code ?? ''] ?? 400;
      if (status === 401) response.set('www-authenticate', 'Bearer');
      response.status(status).json({ errors: [publicError(error.toJSON(), error, report)] });
      return;
    }
    const status: number = error.status ?? error.statusCode ?? 500;
    if (status < 500) {
      const message = status === 413 ? 'The request body is over 256 KiB.' : 'The request body is not JSON.';
      response.status(status).json({ errors: [new ApiError('BAD_REQUEST', message).toJSON()] });
      return;
    }
    response.status(500).json({ errors: [publicError({ message: '' }, error, report)] });
  };
}
