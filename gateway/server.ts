import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { createAssertionSigner } from '../kit/assertion.ts';
import type { Log } from '../kit/log.ts';
import { drainHttp, listen, type RunningServer, timeouts } from '../kit/server.ts';
import { createActors } from './actors.ts';
import { createApollo } from './apollo.ts';
import { createAuthenticator, type OidcOptions } from './auth.ts';
import { allowMethods, answerFailure, prepare, refuseSubscriptions, signIn } from './http.ts';
import { createDocumentReader } from './limits.ts';
import { createOperations } from './operations.ts';
import { type Locals, serveEvents } from './sse.ts';
import { createStreams } from './streams.ts';
import { serveSockets } from './subscriptions.ts';
import { createGraphs } from './supergraph/graph.ts';
import { servePage } from './web.ts';
import { createWire } from './wire/wire.ts';

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
  const graphs = createGraphs(options.supergraph, options.subgraphs);
  const wire = createWire(options.subgraphs, createAssertionSigner(options.secret));
  const authenticate = createAuthenticator(options.oidc);
  const actors = createActors(wire.send);
  const read = createDocumentReader();
  const operations = createOperations({ graphs, read, wire, production, log });
  const streams = createStreams(actors);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // a digest of each answer, of use to nobody: answers to a POST are not kept
  const httpServer = createServer(timeouts, app);
  const isOriginAllowed = (origin: string) =>
    options.allowedOrigins?.includes(origin) === true ||
    (!production && /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin));
  const sockets = serveSockets({ httpServer, authenticate, actors, operations, streams, isOriginAllowed, log });
  const apollo = createApollo({ graphs, wire, production, log });
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
