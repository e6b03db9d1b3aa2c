import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type GraphError, nonsense, toUpdatesError, UpdatesError } from './errors.ts';

export interface StreamOptions {
  /** ws or wss, to /graphql */
  url: string;
  key: string;
  query: string;
  variables: Record<string, unknown>;
  /** ms for the connection, and for the platform to let it in. */
  handshakeMs: number;
  /** ms without a message, while the socket is read, after which the connection is held to be dead. */
  silenceMs: number;
  /** In order. What it throws ends the stream. */
  onData(data: unknown, errors: readonly GraphError[] | undefined): void;
}

/** One subscription on a socket of its own. */
export interface Stream {
  /** Why it ended; never rejects. */
  ended: Promise<UpdatesError>;
  /** No more is read from the socket: what comes waits at the platform, and in the end that is told to come back. */
  pause(): void;
  resume(): void;
  /** Ends it. @param reason what `ended` says */
  close(reason: UpdatesError): void;
}

const mostBytes = 16 * 1024 * 1024; // of a message

export function openStream(options: StreamOptions): Stream {
  const { handshakeMs: handshakeTimeout, silenceMs } = options;
  let socket: WebSocket | undefined;
  let isPaused = false;
  let isClosed = false;
  /** Why there is no connection: the event that closes it does not say. */
  let failure: Error | undefined;
  let silence: NodeJS.Timeout | undefined;
  let end: (reason: UpdatesError) => void = () => {};
  const ended = new Promise<UpdatesError>((resolve) => {
    end = resolve;
  });
  class Socket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, {
        ...{ handshakeTimeout, followRedirects: false, perMessageDeflate: false, maxPayload: mostBytes },
      });
      socket = this;
      this.on('error', (error) => {
        failure ??= error;
      });
    }
  }
  const client: Client = createClient({
    url: options.url,
    webSocketImpl: Socket,
    connectionParams: { authorization: `Bearer ${options.key}` },
    lazy: true,
    retryAttempts: 0,
    on: {
      connected: () => clearTimeout(handshake),
      // Told here, as the client would take a normal end for a reason to connect again by itself, at once and with the old cursor.
      closed: (event) => close(toReason(event, failure)),
    },
  });
  const close = (reason: UpdatesError) => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(silence);
    clearTimeout(handshake);
    end(reason);
    client.terminate();
    socket?.terminate(); // one that is still connecting would go on until it gives up
  };
  // Not left to the socket, which would wait for the other side to say good-bye.
  const handshake = setTimeout(() => {
    close(new UpdatesError('DISCONNECTED', `was not let in within ${handshakeTimeout} ms`));
  }, handshakeTimeout);
  const listen = () => {
    clearTimeout(silence);
    if (isPaused || isClosed) return;
    const message = `nothing was heard for ${silenceMs} ms`;
    silence = setTimeout(() => close(new UpdatesError('DISCONNECTED', message)), silenceMs);
  };
  client.subscribe(
    { query: options.query, variables: options.variables },
    {
      next({ data, errors }) {
        if (isClosed) return; // what stood in the last packet
        listen();
        const isOver = !data || Object.values(data).every((field) => field === null);
        if (isOver) return close(errors?.[0] ? toUpdatesError(errors[0]) : nonsense());
        try {
          options.onData(data, errors);
        } catch (error) {
          close(error instanceof UpdatesError ? error : new UpdatesError('INTERNAL', String(error)));
        }
      },
      error: (cause) => close(toReason(cause, failure)),
      complete: () => close(new UpdatesError('DISCONNECTED', 'the stream was ended')),
    },
  );
  listen();
  return {
    ended,
    close,
    pause() {
      isPaused = true;
      clearTimeout(silence);
      socket?.pause();
    },
    resume() {
      isPaused = false;
      socket?.resume();
      listen();
    },
  };
}

/** From what graphql-ws gives: errors of an operation, a socket's error, or a close event. */
function toReason(cause: unknown, failure: Error | undefined): UpdatesError {
  if (Array.isArray(cause)) return toUpdatesError(cause[0]);
  if (failure) return new UpdatesError('DISCONNECTED', failure.message || String(failure));
  const { code, reason, message } = (cause ?? {}) as { code?: number; reason?: string; message?: string };
  if (code === 4403) return new UpdatesError('UNAUTHENTICATED', reason || 'this key is refused');
  if (code === 4429) return new UpdatesError('RATE_LIMITED', reason || 'too many connections');
  return new UpdatesError('DISCONNECTED', message || reason || `the connection ended (${code ?? '?'})`);
}
