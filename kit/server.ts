import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { assertionHeader, createAssertionVerifier } from './assertion.ts';
import type { RequestContext } from './context.ts';
import { type ApiError, ConfigurationError, publicError } from './errors.ts';
import { describeError, type Log } from './log.ts';

export interface RunningServer {
  url: string;
  /** Ends new requests, finishes running ones, closes sockets with 1001. Safe to call twice. */
  stop(): Promise<void>;
}

/** @throws ConfigurationError when the port is taken or not allowed */
export async function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken by another program: stop it, or set another PORT`
          : error.code === 'EACCES'
            ? `port ${port} is not allowed to this user: set a PORT above 1023`
            : error.message;
      reject(new ConfigurationError(`PORT: ${why}.`));
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
}): Promise<RunningServer> {
  const { name, schema, log } = options;
  const verify = createAssertionVerifier(options.secret, name);
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError((cause as GraphQLError)?.originalError ?? cause) });
  const app = express();
  const httpServer = createServer(app);
  const sockets = new WebSocketServer({ server: httpServer, path: '/graphql', maxPayload: 1 << 20 });

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
          return [error as GraphQLError];
        }
      },
      onNext: (_ctx, _id, _payload, _args, result) =>
        result.errors
          ? { ...result, errors: result.errors.map((e) => publicError(e.toJSON(), e, report)) as never }
          : result,
      onError: (_ctx, _id, _payload, errors) => errors.map((e) => publicError(e as never, e, report)) as never,
    },
    sockets,
  );

  const apollo = new ApolloServer<C>({
    schema,
    csrfPrevention: false, // nothing here is answered without the gateway's assertion
    introspection: true,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => publicError(formatted, error, report),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer }),
      { serverWillStart: async () => ({ drainServer: async () => void (await disposable.dispose()) }) },
    ],
  });
  await apollo.start();

  app.disable('x-powered-by');
  app.get('/health', (_request, response) => void response.json({ status: 'ok', service: name }));
  app.use('/graphql', async (request, response, next) => {
    try {
      const actor = await verify(request.headers[assertionHeader]);
      const requestId = String(request.headers['x-request-id'] ?? randomUUID());
      response.locals.context = options.createContext({ actor, requestId });
      next();
    } catch (error) {
      response.status(401).json({ errors: [(error as ApiError).toJSON()] });
    }
  });
  app.use(
    '/graphql',
    express.json({ limit: '1mb' }),
    expressMiddleware(apollo, { context: async ({ res }) => res.locals.context as C }),
  );

  const port = await listen(httpServer, options.port ?? 0, options.host ?? '127.0.0.1');
  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    stop: () => {
      stopping ??= apollo.stop();
      return stopping;
    },
  };
}
