import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { createAssertionSigner } from '../kit/assertion.ts';
import type { Log } from '../kit/log.ts';
import { drainHttp, listen, type RunningServer, timeouts } from '../kit/server.ts';
import { createActors } from './actors.ts';
import { createApollo } from './apollo.ts';
import { createAuthenticator, type OidcOptions } from './auth.ts';
import { createStandings, type StandingOptions } from './authorization/standing.ts';
import { createAddressReader, type TrustedProxies } from './demand/addresses.ts';
import { type Budgets, defaultBudgets } from './demand/budgets.ts';
import { readManifests } from './demand/manifests.ts';
import { createRates, type RateLimits } from './demand/rates.ts';
import { answerByApollo } from './http/answer.ts';
import { createFailureAnswer } from './http/failures.ts';
import { createFiles } from './http/files.ts';
import { createHandler, isGraphql } from './http/handler.ts';
import { createSignIn } from './http/sign-in.ts';
import { createDocumentReader } from './limits.ts';
import { createLive } from './live/live.ts';
import { answerByParts } from './multipart.ts';
import { createOperations } from './operations.ts';
import { answerByEvents } from './sse.ts';
import { createStreams } from './streams.ts';
import { serveSockets } from './subscriptions.ts';
import type { Graphs } from './supergraph/graph.ts';
import { type Outcome, serveSupergraph } from './supergraph/reload.ts';
import type { SupergraphSource } from './supergraph/source.ts';
import { countIn } from './telemetry/counters.ts';
import { createOperationNames } from './telemetry/names.ts';
import { observeLive, observeStreams } from './telemetry/streams.ts';
import { createTelemetry, type TelemetryOptions } from './telemetry/telemetry.ts';
import { servePage } from './web.ts';
import { createHeaderTable } from './wire/headers.ts';
import { createWire } from './wire/wire.ts';

export interface GatewayOptions extends StandingOptions {
  /** Where each subgraph answers, by its name in the supergraph; each url ends in /graphql. */
  subgraphs: Record<string, string>;
  /** The composed supergraph's SDL, or where it comes from and may change. */
  supergraph: string | SupergraphSource;
  /** GATEWAY_SECRET: signs actors for the subgraphs. */
  secret: string;
  oidc: OidcOptions;
  /** 0 chooses a free one. */
  port: number;
  host?: string;
  production: boolean;
  /** Origins of pages that may open sockets; in development also any page on this machine. */
  allowedOrigins?: readonly string[];
  /** What clients may ask for, by how much and how often; absent: any operation within the default budgets, as often as they like. */
  demand?: {
    rates?: Partial<RateLimits>;
    budgets?: Budgets;
    /** Who is believed about whom they ask for. */
    trustedProxies?: TrustedProxies;
    /** Only operations of manifests are run: the page's, and those of `folder`. */
    onlyPersisted?: boolean;
    /** Of .graphql files that other clients send by their hash. */
    folder?: string;
  };
  /** Which headers travel on, as wire/headers.ts has it; absent: none. */
  headerRules?: unknown;
  telemetry?: TelemetryOptions;
  /** The built page and what it is told; absent: no page. */
  page?: { root: string; config: Record<string, unknown> };
  /** Handlers at paths of their own, before everything else: the development issuer. */
  mounts?: readonly { path: string; handler: (request: IncomingMessage, response: ServerResponse) => void }[];
  log: Log;
}

const gracePeriod = 3_000; // ms for running operations when stopping

export interface Gateway extends RunningServer {
  /** Where /metrics is served alone, if it is. */
  readonly metricsUrl: string | undefined;
  readonly graphs: Graphs;
  /** Reads the supergraph's source again and serves what it holds, unless that is refused. @param by who asked, for the log */
  reload(by: string): Promise<Outcome>;
}

/** @throws Error when the supergraph is not one; ConfigurationError when its source has none, or the port cannot be had */
export async function start(options: GatewayOptions): Promise<Gateway> {
  const { log, production } = options;
  const { rates: limits = {}, budgets = defaultBudgets, trustedProxies, onlyPersisted = false } = options.demand ?? {};
  const manifest = await readManifests(options.page?.root, options.demand?.folder);
  const names = Object.keys(options.subgraphs);
  const headers = createHeaderTable(options.headerRules, names);
  const supergraph = await serveSupergraph(options.supergraph, options.subgraphs, log);
  const { graphs } = supergraph;
  const nameOf = createOperationNames(manifest);
  const telemetry = await createTelemetry(options.telemetry ?? {}, { subgraphs: names, headers, nameOf, log });
  const { counters, observer } = telemetry;
  const signer = createAssertionSigner(options.secret);
  const wire = createWire(options.subgraphs, signer, counters, headers);
  const authenticate = createAuthenticator(options.oidc);
  const actors = createActors(wire.send);
  const read = createDocumentReader();
  const rates = createRates(limits, undefined, (limit) => countIn(counters.rateLimited, limit));
  const addressOf = createAddressReader(trustedProxies, () =>
    log.warn('x-forwarded-for ignored', { set: 'TRUSTED_PROXIES' }),
  );
  const demand = { rates, budgets, persisted: { manifest, only: onlyPersisted } };
  const standingOf = createStandings(options);
  const operations = createOperations({
    graphs,
    read,
    wire,
    production,
    log,
    observer,
    demand,
    standingOf,
  });
  const streams = observeStreams(createStreams(actors, rates), counters);
  const { toPublic } = operations;
  const live = observeLive(createLive({ graphs, wire, toPublic, standingOf, observer, counters }), observer);

  const apollo = createApollo({ graphs, wire, observer, production, log });
  await apollo.start();
  const signIn = createSignIn({ authenticate, actors, rates, addressOf });
  const files = createFiles({ subgraphs: options.subgraphs, signer, signIn, rates, log });
  const handle = createHandler({
    signIn,
    operations,
    observer,
    answers: [answerByEvents(operations, streams, live), answerByParts(operations), answerByApollo(apollo)],
    log,
  });
  const app = express();
  app.disable('x-powered-by');
  const httpServer = createServer(timeouts, (request, response) => {
    if (isGraphql(request.url)) handle(request, response);
    else app(request, response);
  });
  const measured = { wire, supergraphId: () => graphs.current.id };
  graphs.onChange(() => {
    counters.reloads += 1;
  });
  const release = async (error: unknown): Promise<never> => {
    actors.stop();
    live.stop();
    await supergraph.stop();
    await wire.stop();
    await files.stop();
    await telemetry.stop();
    throw error;
  };
  const metrics = await telemetry.serve(httpServer, measured, production).catch(release);
  if (metrics) app.get('/metrics', metrics);
  const isOriginAllowed = (origin: string) =>
    options.allowedOrigins?.includes(origin) === true ||
    (!production && /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin));
  const sockets = serveSockets({
    ...{
      httpServer,
      authenticate,
      actors,
      operations,
      streams,
      live,
      rates,
      addressOf,
      observer,
      isOriginAllowed,
      log,
    },
  });

  for (const { path, handler } of options.mounts ?? []) app.use(path, handler);
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', async (_request, response) => {
    const silent = await wire.findSilent();
    response
      .status(silent.length === 0 ? 200 : 503)
      .json(silent.length === 0 ? { status: 'ready' } : { status: 'waiting', for: silent });
  });
  app.use('/files', files.handler);
  app.all('/graphql', handle); // however else its address may be written
  if (options.page) app.use(servePage(options.page.root, options.page.config, [new URL(options.oidc.issuer).origin]));
  const answerFailure = createFailureAnswer(log);
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answerFailure(error, request, response),
  );

  const port = await listen(httpServer, options.port, options.host ?? '127.0.0.1').catch(release);
  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    metricsUrl: telemetry.metricsUrl,
    graphs,
    reload: supergraph.reload,
    stop() {
      stopping ??= (async () => {
        actors.stop();
        streams.stop();
        live.stop();
        // What still waits for a subgraph at the end of the grace period gets what has come until then.
        const impatient = setTimeout(() => void wire.stop(), gracePeriod);
        await Promise.all([sockets.stop(gracePeriod + 500), drainHttp(httpServer, gracePeriod + 500)]);
        clearTimeout(impatient);
        await supergraph.stop();
        await apollo.stop();
        await wire.stop();
        await files.stop();
        await telemetry.stop();
      })();
      return stopping;
    },
  };
}
