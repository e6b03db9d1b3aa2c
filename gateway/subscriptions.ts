import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import { makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Actors } from './actors.ts';
import type { Authenticate, Principal } from './auth.ts';
import type { ReadAddress } from './demand/addresses.ts';
import type { Rates } from './demand/rates.ts';
import { messageHead } from './live/event.ts';
import type { Live } from './live/live.ts';
import { type Outlet, SocketOutlet } from './live/outlet.ts';
import { Reader } from './live/reader.ts';
import { renewPrincipal } from './live/renewal.ts';
import type { Operations, Prepared } from './operations.ts';
import { attachSocket, closeSocket, handleProtocols } from './socket.ts';
import { toGraphQLError } from './sse.ts';
import { expireAt, type Stream, type Streams } from './streams.ts';
import type { Observer } from './telemetry/observe.ts';
import { never, quietly, type Turn, Turns } from './turns.ts';
import type { GatewayContext } from './wire/wire.ts';

interface Extra extends Record<PropertyKey, unknown> {
  socket: WebSocket;
  /** Of the request that opened it. */
  headers: IncomingHttpHeaders;
  /** Where shared events go, past graphql-ws. */
  outlet: Outlet;
  principal: Principal | undefined;
  expiry: NodeJS.Timeout | undefined;
  /** Operations under way, also those that the client has completed and that are still being answered. */
  running: number;
  turns: Turns;
  streams: Set<Stream>;
  /** Whose connection it is, and what is to be called once it is closed. */
  address: string | undefined;
  closed: (() => void)[];
}

const scopesOf = (principal: Principal) => (principal.kind === 'PERSON' ? principal.scopes : undefined);
const haveSameScopes = (a: Principal, b: Principal) => JSON.stringify(scopesOf(a)) === JSON.stringify(scopesOf(b));
const otherScopes = 'Your new token has other scopes: subscribe again.';

/** What `onSubscribe` hands to `execute` and `subscribe`: graphql-ws passes the object through. */
type Args = { id: string; prepared: Prepared; context: GatewayContext; extra: Extra; principal: Principal; turn: Turn };

const maxPayload = 256 * 1024; // bytes of one frame
const initTimeout = 3_000; // ms until connection_init
const maxOperations = 50; // running at once on one socket
const longestId = 256; // characters of an operation's id, which every event repeats
const closeTimeout = 1_000; // ms until a client must have answered a close

/**
 * graphql-transport-ws on the gateway's HTTP server, path /graphql: queries, mutations and subscriptions. A socket is
 * signed in by `connection_init`, and closed with 4403 when its token expires, unless a ping has brought a new one for the same
 * subject. Each operation's actor is read anew.
 * @param isOriginAllowed judges the Origin of a browser; other programs send none
 */
export function serveSockets(options: {
  httpServer: Server;
  authenticate: Authenticate;
  actors: Actors;
  operations: Operations;
  streams: Streams;
  rates: Rates;
  addressOf: ReadAddress;
  live: Live;
  observer: Observer;
  isOriginAllowed: (origin: string) => boolean;
  log: Log;
}): {
  /** Takes no new operations, lets those under way be answered for `grace` ms, then closes every socket with 1001. */
  stop(grace: number): Promise<void>;
} {
  const { authenticate, actors, operations, streams, rates, addressOf, live, observer } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload, handleProtocols });
  let stopping: Promise<void> | undefined;
  let answering = 0; // queries and mutations
  let onAnswered = () => {};

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node hands the bare socket over: without a listener, a client that hangs up would end this process.
    socket.on('error', () => socket.destroy());
    const refuse = (status: string) => {
      socket.once('finish', () => socket.destroy()); // or it would stay as long as the client likes
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    const { origin } = request.headers;
    if (stopping) return refuse('503 Service Unavailable');
    if (request.url?.split('?', 1)[0] !== '/graphql') return refuse('404 Not Found');
    if (origin !== undefined && !options.isOriginAllowed(origin)) return refuse('403 Forbidden');
    const address = addressOf(request);
    const closed: (() => void)[] = [];
    try {
      rates.knock(address);
      closed.push(rates.openSocket({ address }));
    } catch {
      return refuse('429 Too Many Requests');
    }
    socket.once('close', () => {
      for (const leave of closed) leave();
    });
    server.handleUpgrade(request, socket, head, (opened) => {
      const outlet = new SocketOutlet(opened, socket);
      const nobody = { principal: undefined, expiry: undefined, running: 0, turns: new Turns() };
      const { headers } = request;
      const extra: Extra = { socket: opened, outlet, ...nobody, headers, streams: new Set<Stream>(), address, closed };
      attachSocket(protocol, opened, extra, options.log, undefined, (payload) => answerPing(extra, payload));
    });
  };
  options.httpServer.on('upgrade', onUpgrade);

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initTimeout,
    async onConnect({ connectionParams, extra }) {
      const { socket } = extra;
      try {
        const principal = await authenticate(
          connectionParams?.authorization,
          connectionParams?.seat,
          extra.headers['user-agent'],
        );
        const { subject } = await actors.resolve(principal);
        if (socket.readyState !== socket.OPEN) return false;
        rates.admit(extra.address);
        extra.closed.push(rates.openSocket({ subject }));
        signIn(extra, principal);
        return true;
      } catch (error) {
        rates.failSignIn(extra.address, error);
        const { code, message } = error as ApiError;
        const reason = code === 'UNAUTHENTICATED' ? 4403 : code === 'RATE_LIMITED' ? 4429 : 1013;
        closeSocket(socket, reason, code ? message : 'Try again');
        return false;
      }
    },
    onClose({ extra }) {
      clearTimeout(extra.expiry);
      for (const stream of extra.streams) void stream.return?.();
    },
    async onSubscribe({ extra }, id, payload) {
      const turn = extra.turns.begin(id);
      const { requestId, traceparent } = payload.extensions ?? {};
      const arrival = observer.arrive(headersOf(extra, requestId, traceparent));
      try {
        const { principal } = extra as Extra & { principal: Principal };
        if (id.length > longestId) throw new ApiError('BAD_REQUEST', `An id has at most ${longestId} characters.`);
        if (stopping) throw new ApiError('SERVICE_STOPPING', 'This gateway is stopping: connect again.');
        if (extra.running >= maxOperations) {
          const message = `At most ${maxOperations} operations run at once on one socket.`;
          throw new ApiError('OPERATION_TOO_LARGE', message);
        }
        extra.running += 1;
        try {
          const context: GatewayContext = { actor: await actors.resolve(principal), ...arrival };
          if (turn.isOver) {
            extra.running -= 1;
            return await never();
          }
          const prepared = operations.prepare(payload, context.actor);
          observer.planned(prepared, context);
          const args: Args = { id, prepared, context, extra, principal, turn };
          const { operationName } = payload;
          return { document: prepared.document, operationName, contextValue: undefined, ...args } as never;
        } catch (error) {
          extra.running -= 1;
          throw error;
        }
      } catch (error) {
        observer.refuse(error, arrival);
        if (turn.isOver) return never();
        turn.end();
        return [operations.toPublic(toGraphQLError(error))];
      }
    },
    async execute(args) {
      const { prepared, context, extra, turn } = args as unknown as Args;
      answering += 1;
      try {
        const result = await operations.run(prepared, context);
        return turn.isOver ? never() : result;
      } finally {
        turn.end();
        extra.running -= 1;
        answering -= 1;
        if (answering === 0) setImmediate(() => onAnswered()); // after the answer is written
      }
    },
    async subscribe(args) {
      const { id, prepared, context, extra, principal, turn } = args as unknown as Args;
      let isLeft = false;
      const leave = () => {
        if (!isLeft) extra.running -= 1;
        isLeft = true;
        turn.end();
      };
      try {
        if (!haveSameScopes(principal, extra.principal as Principal)) throw new ApiError('RIGHTS_CHANGED', otherScopes);
        const shared = share(extra, id, prepared, context, leave);
        const results = shared ?? (await operations.subscribe(prepared, context));
        const isOver = turn.isOver;
        if (Symbol.asyncIterator in results) {
          const stream = results instanceof Reader ? results : keep(args as unknown as Args, results, leave);
          if (!isOver) return quietly(stream);
          void stream.return?.();
        } else leave();
        return isOver ? never() : (results as ExecutionResult);
      } catch (error) {
        const isOver = turn.isOver;
        leave();
        if (isOver) return never();
        return { errors: [operations.toPublic(toGraphQLError(error))] };
      }
    },
  });

  function signIn(extra: Extra, principal: Principal): void {
    extra.principal = principal;
    clearTimeout(extra.expiry);
    extra.expiry = expireAt(principal.expires, () => {
      for (const stream of extra.streams) stream.fail('UNAUTHENTICATED', 'Your sign-in has expired: sign in again.');
      setImmediate(() => closeSocket(extra.socket, 4403, 'Your sign-in has expired')); // after those last words
    });
  }

  /** A ping may bring a new token: then the socket and all its streams live on as long as that. */
  async function answerPing(extra: Extra, payload: unknown): Promise<unknown> {
    if (!extra.principal) return payload;
    const renewal = await renewPrincipal(authenticate, extra.principal, payload);
    if (!renewal) return payload;
    if ('refusal' in renewal) rates.failSignIn(extra.address, renewal.refusal);
    if ('principal' in renewal && extra.socket.readyState === extra.socket.OPEN) {
      const { principal } = renewal;
      const isSame = haveSameScopes(principal, extra.principal);
      signIn(extra, principal);
      for (const stream of extra.streams) {
        if (isSame) streams.renew(stream, principal);
        else stream.fail('RIGHTS_CHANGED', otherScopes);
      }
    }
    return renewal.answer;
  }

  /** Undefined for an operation that is not for sharing. */
  function share(extra: Extra, id: string, prepared: Prepared, context: GatewayContext, leave: () => void) {
    let unwatch = () => {};
    const destination = { outlet: extra.outlet, head: messageHead(id) };
    const reader = live.subscribe(prepared, context, destination, () => {
      unwatch();
      extra.streams.delete(reader as Reader);
      leave();
    });
    if (reader instanceof Reader) {
      extra.streams.add(reader);
      unwatch = streams.watch(reader, extra.principal as Principal, context);
      if (extra.socket.readyState !== extra.socket.OPEN) void reader.return();
    }
    return reader;
  }

  /** graphql-ws may forget a stream whose id the client uses twice: the socket's end ends it in any case. */
  function keep(
    { extra, prepared, context }: Args,
    results: AsyncIterableIterator<ExecutionResult>,
    leave: () => void,
  ): Stream {
    let unguard = () => {};
    let known: Stream | undefined;
    const stream = streams.add(results, extra.principal as Principal, context, () => {
      unguard();
      if (known) extra.streams.delete(known);
      leave();
    });
    known = stream;
    unguard = live.guard(stream, prepared, context);
    extra.streams.add(stream);
    if (extra.socket.readyState !== extra.socket.OPEN) void stream.return?.();
    return stream;
  }

  return {
    stop(grace) {
      stopping ??= (async () => {
        // The last words of streams, and answers just made, are written before the sockets are closed.
        await new Promise((resolve) => setImmediate(resolve));
        if (answering > 0) {
          await new Promise<void>((resolve) => {
            onAnswered = resolve;
            setTimeout(resolve, grace).unref();
          });
        }
        for (const client of server.clients) closeSocket(client, 1001, 'This gateway is stopping');
        const late = setTimeout(() => {
          for (const client of server.clients) client.terminate();
        }, closeTimeout);
        await new Promise<void>((resolve) => server.close(() => resolve()));
        clearTimeout(late);
        // Upgrades go on being refused: a connection that was open already may still ask for one, and left alone it would keep
        // the HTTP server, and with it the process, from ending.
      })();
      return stopping;
    },
  };
}

/** An operation on a socket says in its extensions what a request says in its headers. */
const headersOf = ({ headers }: Extra, requestId: unknown, traceparent: unknown): IncomingHttpHeaders => ({
  ...headers,
  'x-request-id': typeof requestId === 'string' ? requestId : undefined,
  traceparent: typeof traceparent === 'string' ? traceparent : undefined,
});
