import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import WebSocket from 'ws';
import { Batches } from './batches.ts';

/** What a peer answered in place of data. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  constructor(
    /** An error code of ours, or '' where the peer only closed the door. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const away = ['SUBGRAPH_UNAVAILABLE', 'SERVICE_STOPPING'];
/** Whether it says that the peer, or what it asks in turn, is not there at the moment; else that the peer refuses, or that it failed. */
export const isAway = (error: unknown): boolean => !(error instanceof PeerError) || away.includes(error.code);

/** One connection to a peer, which asks and follows as any client does. */
export interface Peer {
  /** @throws PeerError with the code of its first error; Error when the connection ends before */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /**
   * A subscription, in batches of what has come meanwhile, oldest first. It ends when the reader is far behind, as its cursor knows where to go on.
   * Its `next` throws as `ask` does.
   */
  follow<T>(query: string, variables: Record<string, unknown>, follow?: Follow): AsyncIterableIterator<T[]>;
  /** Aborted when the connection has ended. */
  readonly signal: AbortSignal;
  /** With what it ended. */
  readonly ended: Error | undefined;
  close(): Promise<void>;
}

export interface Follow {
  /** Items of a batch, at most. */
  batch?: number;
  /** Items that may wait to be read, before the stream is let go. */
  capacity?: number;
}

/** With which graphql-ws closes at this end: terminated; no acknowledgement in time. */
const ours: readonly number[] = [4_499, 4_504];
const ping = 5_000; // ms between pings, and until one must be answered

/** A link that is slow answers late, and one that is cut never: two short tries, then one with time. */
const patienceOf = (attempt: number) => (attempt % 3 === 2 ? 15_000 : 3_000);

/** @throws PeerError when the peer refuses; Error when nobody answers */
export async function connect(options: {
  url: string;
  readKey(): Promise<string>;
  attempt: number;
  signal: AbortSignal;
  onHeard(): void;
}): Promise<Peer> {
  const { attempt, signal, onHeard } = options;
  const handshakeTimeout = patienceOf(attempt);
  const key = (await options.readKey()).trim();
  const ended = new AbortController();
  let end: Error | undefined;
  let pinged: NodeJS.Timeout | undefined;
  let client: Client | undefined;
  const finish = (error: Error) => {
    clearTimeout(pinged);
    end ??= error;
    ended.abort();
  };
  let socket: WebSocket | undefined;
  /** Why there is no connection: the event that closes it does not say. */
  let failure: Error | undefined;
  const abort = () => {
    client?.terminate();
    // one that is still connecting would go on until it gives up
    socket?.terminate();
  };
  signal.addEventListener('abort', abort);
  ended.signal.addEventListener('abort', () => signal.removeEventListener('abort', abort));
  class Socket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { handshakeTimeout, maxPayload: 256 * 1024 * 1024, followRedirects: false });
      socket = this;
      this.on('error', (error) => {
        failure ??= error;
      });
    }
  }
  await new Promise<void>((resolve, reject) => {
    client = createClient({
      url: `${options.url.replace(/^http/, 'ws').replace(/\/+$/, '')}/graphql`,
      webSocketImpl: Socket,
      connectionParams: { authorization: `Bearer ${key}` },
      connectionAckWaitTimeout: handshakeTimeout,
      keepAlive: ping,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: (error) => {
        finish(failure ?? toError(error));
        reject(end);
      },
      on: {
        connected() {
          onHeard();
          resolve();
        },
        message: onHeard,
        ping(received) {
          if (received) return;
          pinged = setTimeout(() => {
            finish(new Error('the peer fell silent'));
            client?.terminate();
          }, ping);
        },
        pong(received) {
          if (received) clearTimeout(pinged);
        },
        closed(event) {
          finish(failure ?? toError(event));
          reject(end);
        },
      },
    });
    if (signal.aborted) abort();
  });
  const open = client as unknown as Client;
  const follow: Peer['follow'] = (query, variables, { batch = 500, capacity = 5_000 } = {}) => {
    let stop = () => {};
    const batches = new Batches<never>(batch, capacity, () => stop());
    // or the client would connect anew
    if (end) {
      batches.fail(end);
      return batches;
    }
    stop = open.subscribe(
      { query, variables },
      {
        next(result) {
          const value = readResult(result);
          if (value instanceof Error) batches.fail(value);
          else batches.push(Object.values(value as object)[0] as never);
        },
        error: (error) => batches.fail(end ?? toError(error)),
        complete: () => batches.end(),
      },
    );
    return batches;
  };
  return {
    follow,
    signal: ended.signal,
    get ended() {
      return end;
    },
    ask: (query, variables = {}) =>
      new Promise((resolve, reject) => {
        if (end) return reject(end);
        let answer: unknown = new Error('the peer gave no answer');
        open.subscribe(
          { query, variables },
          {
            next: (result) => {
              answer = readResult(result);
            },
            error: (error) => reject(end ?? toError(error)),
            complete: () => (answer instanceof Error ? reject(answer) : resolve(answer as never)),
          },
        );
      }),
    async close() {
      finish(new Error('closed'));
      await open.dispose();
      open.terminate();
    },
  };
}

function readResult({ data, errors }: Pick<FormattedExecutionResult, 'data' | 'errors'>): unknown {
  const [error] = errors ?? [];
  if (!error) return data;
  return new PeerError(String(error.extensions?.code ?? ''), error.message);
}

/** From what graphql-ws gives: errors of an operation, a socket's error, or a close event. */
function toError(cause: unknown): Error {
  if (Array.isArray(cause)) return readResult({ errors: cause }) as Error;
  if (cause instanceof Error) return cause;
  const { code, reason, error, message } = (cause ?? {}) as Record<string, unknown>;
  if (error instanceof Error) return error;
  // the gateway's own codes, and not this side's: it was reached, and closed the door
  if (typeof code === 'number' && code >= 4_000 && !ours.includes(code))
    return new PeerError('', `the peer closed: ${code} ${reason ?? ''}`);
  return new Error(typeof message === 'string' && message !== '' ? message : `the connection ended (${code ?? '?'})`);
}
