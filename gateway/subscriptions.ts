import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ApiError } from '../kit/errors.ts';
import type { Actors } from './actors.ts';
import type { Authenticate, Principal } from './auth.ts';
import type { Operations, Prepared } from './operations.ts';
import type { GatewayContext } from './send.ts';
import { farthestTimer, type Streams } from './streams.ts';

interface Extra extends Record<PropertyKey, unknown> {
  socket: WebSocket;
  request: IncomingMessage;
  principal: Principal;
  expiry: NodeJS.Timeout | undefined;
}

/** What `onSubscribe` hands to `execute` and `subscribe`: graphql-ws passes the object through. */
type Args = { prepared: Prepared; context: GatewayContext; principal: Principal };

const maxPayload = 256 * 1024; // bytes of one frame
const initTimeout = 3_000; // ms until connection_init
const keepAlive = 12_000; // ms between pings
const maxOperations = 50; // running at once on one socket

/**
 * graphql-transport-ws on the gateway's HTTP server, path /graphql: queries, mutations and subscriptions. A socket is
 * signed in by `connection_init`, and closed with 4403 when its token expires. Each operation's actor is read anew.
 * @param isOriginAllowed judges the Origin of a browser; other programs send none
 */
export function serveSockets(options: {
  httpServer: Server;
  authenticate: Authenticate;
  actors: Actors;
  operations: Operations;
  streams: Streams;
  isOriginAllowed: (origin: string) => boolean;
}): { stop(): Promise<void> } {
  const { authenticate, actors, operations, streams } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload });

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node hands the bare socket over: without a listener, a client that hangs up would end this process.
    socket.on('error', () => socket.destroy());
    const refuse = (status: string) =>
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const { origin } = request.headers;
    if (request.url?.split('?', 1)[0] !== '/graphql') return void refuse('404 Not Found');
    if (origin !== undefined && !options.isOriginAllowed(origin)) return void refuse('403 Forbidden');
    server.handleUpgrade(request, socket, head, (opened) => void server.emit('connection', opened, request));
  };
  options.httpServer.on('upgrade', onUpgrade);

  const disposable = useServer<Record<string, unknown>, Extra>(
    {
      connectionInitWaitTimeout: initTimeout,
      async onConnect({ connectionParams, extra }) {
        try {
          const principal = await authenticate(connectionParams?.authorization, connectionParams?.seat);
          await actors.resolve(principal);
          extra.principal = principal;
          if (principal.expires !== undefined) {
            const left = Math.min(Math.max(0, principal.expires - Date.now()), farthestTimer);
            extra.expiry = setTimeout(() => extra.socket?.close(4403, 'Your sign-in has expired'), left);
          }
          return true;
        } catch (error) {
          const { code, message } = error as ApiError;
          extra.socket?.close(code === 'UNAUTHENTICATED' ? 4403 : 1013, code ? cutReason(message) : 'Try again');
          return false;
        }
      },
      onDisconnect: ({ extra }) => clearTimeout(extra.expiry),
      async onSubscribe({ extra, subscriptions }, _id, payload) {
        try {
          if (Object.keys(subscriptions).length > maxOperations) {
            const extensions = { code: 'OPERATION_TOO_LARGE' };
            return [new GraphQLError(`At most ${maxOperations} operations run at once on one socket.`, { extensions })];
          }
          const { principal } = extra as Extra;
          const context = { actor: await actors.resolve(principal), requestId: randomUUID() };
          const prepared = operations.prepare(payload, context.actor);
          const { document } = prepared;
          const args: Args = { prepared, context, principal };
          return {
            document,
            operationName: payload.operationName,
            contextValue: undefined,
            schema: undefined,
            ...args,
          } as never;
        } catch (error) {
          return [operations.toPublic(error instanceof GraphQLError ? error : wrap(error))];
        }
      },
      execute: (args) => {
        const { prepared, context } = args as unknown as Args;
        return operations.run(prepared, context);
      },
      subscribe: async (args) => {
        const { prepared, context, principal } = args as unknown as Args;
        const results = await operations.subscribe(prepared, context);
        return Symbol.asyncIterator in results ? streams.add(results, principal, context) : results;
      },
    },
    server,
    keepAlive,
  );

  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= (async () => {
        options.httpServer.off('upgrade', onUpgrade);
        await disposable.dispose(); // closes every socket with 1001
      })();
      return stopping;
    },
  };
}

/** A close frame holds 123 bytes of reason, and the message may quote what the client sent. */
const cutReason = (message: string) =>
  Buffer.from(message)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD+$/, '');

const wrap = (error: unknown) => new GraphQLError('', { originalError: error as Error });
