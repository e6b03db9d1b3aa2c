import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApolloServer, type GraphQLRequest, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import type { DocumentNode, GraphQLError } from 'graphql';
import { createAssertionSigner } from '../kit/assertion.ts';
import { publicError } from '../kit/errors.ts';
import { describeError, type Log } from '../kit/log.ts';
import { drainHttp, listen, type RunningServer, timeouts } from '../kit/server.ts';
import { createActors } from './actors.ts';
import { createAuthenticator, type OidcOptions } from './auth.ts';
import { Cache } from './cache.ts';
import { execute } from './execute/index.ts';
import { allowMethods, answerFailure, prepare, refuseSubscriptions, signIn, statusFor } from './http.ts';
import { createDocumentReader, weigh } from './limits.ts';
import { createOperations } from './operations.ts';
import { createPlanner, type Planner } from './planner.ts';
import { createWire, type Wire } from './send.ts';
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

const gracePeriod = 3_000; // ms for running operations when stopping

/** @throws Error when the supergraph is not one; ConfigurationError when the port cannot be had */
export async function start(options: GatewayOptions): Promise<RunningServer> {
  const { log, production } = options;
  // A plan lives as long as its document, which the reader keeps by weight; these are kept by their text besides.
  const planner = createPlanner(options.supergraph, { cacheSize: 20 });
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
  app.disable('etag'); // a digest of each answer, of use to nobody: answers to a POST are not kept
  const httpServer = createServer(timeouts, app);
  const isOriginAllowed = (origin: string) =>
    options.allowedOrigins?.includes(origin) === true ||
    (!production && /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin));
  const sockets = serveSockets({ httpServer, authenticate, actors, operations, streams, isOriginAllowed, log });
  const apollo = createApollo({ planner, wire, production, log });
  await apollo.start();

  for (const { path, handler } of options.mounts ?? []) app.use(path, handler);
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', async (_request, response) => {
    const silent = await wire.findSilent();
    response
      .status(silent.length === 0 ? 200 : 503)
      .json(silent.length === 0 ? { status: 'ready' } : { status: 'waiting', for: silent });
  });
  app.all(
    '/graphql',
    allowMethods,
    signIn(authenticate, actors),
    express.json({ limit: '256kb' }),
    prepare(operations),
    serveEvents(operations, streams),
    refuseSubscriptions,
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
        streams.stop();
        // What still waits for a subgraph at the end of the grace period gets what has come until then.
        const impatient = setTimeout(() => void wire.stop(), gracePeriod);
        await Promise.all([sockets.stop(gracePeriod + 500), drainHttp(httpServer, gracePeriod + 500)]);
        clearTimeout(impatient);
        await apollo.stop();
        await wire.stop();
      })();
      return stopping;
    },
  };
}

type ApolloContext = Locals['context'];

function createApollo(parts: {
  planner: Planner;
  wire: Wire;
  production: boolean;
  log: Log;
}): ApolloServer<ApolloContext> {
  const { planner, wire, production, log } = parts;
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError((cause as GraphQLError)?.originalError ?? cause) });
  return new ApolloServer<ApolloContext>({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: planner.schema, coreSupergraphSdl: '' });
        return () => {};
      },
      load: async () => ({
        executor: async ({ request, context }) => {
          const { prepared, ...rest } = context as ApolloContext;
          if (!prepared) throw new Error('An operation came to be run that was not prepared.');
          const { planned } = prepared;
          return execute({ planned, variables: request.variables ?? {}, send: wire.send, context: rest }) as never;
        },
      }),
      stop: async () => {},
    },
    // a browser asks first before it sends another site's authorization, so that is protection enough
    csrfPrevention: { requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'] },
    introspection: !production,
    dangerouslyDisableValidation: true, // each operation has been validated when it was prepared
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    documentStore: createDocumentStore(),
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => publicError(formatted, error, report),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ request, response }) => answerVariables(request, response),
        }),
      },
    ],
  });
}

/** Variables that do not fit are the document's kind of wrong, and get the same status (http.ts). */
async function answerVariables({ http }: GraphQLRequest, { http: answer, body }: GraphQLResponse): Promise<void> {
  if (body.kind !== 'single' || body.singleResult.data !== undefined) return;
  const [error] = body.singleResult.errors ?? [];
  if (error?.extensions?.code === 'BAD_USER_INPUT')
    answer.status = statusFor('BAD_USER_INPUT', http?.headers.get('accept'));
}

type DocumentStore = Exclude<ConstructorParameters<typeof ApolloServer>[0]['documentStore'], null | undefined>;

/** What Apollo Server has read, by its hash; its own store weighs a document by writing it as JSON. */
function createDocumentStore(): DocumentStore {
  const known = new Cache<DocumentNode>(16 * 1024 * 1024);
  return {
    get: async (key) => known.get(key),
    set: async (key, document) => known.set(key, document, weigh(document)),
    delete: async (key) => known.delete(key),
  };
}
