import { type Client, createClient, type SubscribePayload } from 'graphql-ws';
import type { Graph, GraphAnswer } from './graph.ts';
import { type Sent, sendByHash, sendInstead, sendWhole } from './persisted.ts';
import { WireFailure } from './wire.ts';

/** An answer may take this long on a poor link, ms. */
const PATIENCE = 25_000;

export interface Access {
  /** Where the gateway is: `https://net4u.example`. */
  url: string;
  /** A bearer token of the identity provider. */
  token: string;
  /**
   * Asked for another token when the server takes this one no longer. Null: the sign-in has ended. Rejects where that cannot be known now; it is asked
   * again. Without it, the end of the token is the end of the sign-in.
   */
  renew?: () => Promise<string | null>;
  /** The class of a WebSocket, where the environment has none of its own. */
  webSocket?: unknown;
}

/** Fetches an operation's answer. @throws WireFailure UNREACHABLE */
async function ask(
  access: Access,
  query: string,
  variables: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<GraphAnswer> {
  const sent = await sendByHash(query);
  if (!sent) return post(access, sendWhole(query), variables, signal);
  const answer = await post(access, sent, variables, signal);
  const instead = sendInstead(query, sent, answer.errors);
  return instead ? post(access, instead, variables, signal) : answer;
}

async function post(
  { url, token }: Access,
  sent: Sent,
  variables: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<GraphAnswer> {
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const timer = setTimeout(giveUp, PATIENCE);
  signal?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...sent, variables }),
      signal: patience.signal,
    });
    // A proxy's own error page is not an answer of the graph: JSON.parse throws.
    return (await response.json()) as GraphAnswer;
  } catch (error) {
    throw new WireFailure('UNREACHABLE', String(error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** A graph, and its connection: HTTP for questions, one WebSocket, opened on first need, for what is followed. */
export interface Connection extends Graph {
  /**
   * Goes on with another token of the same person: from the next question on, and on the socket that is open, whose streams live on.
   * @throws WireFailure when the server refuses it for the socket, which then ends with the old token
   */
  setToken(token: string): Promise<void>;
  close(): void;
}

/** Reconnecting is up to who follows: it knows its cursor. */
export function connect(given: Access): Connection {
  const access = { ...given };
  const { url, webSocket } = access;
  let socket: Pick<WebSocket, 'send'> | undefined;
  /** The token that the socket stands on. */
  let carried = access.token;
  let pong: ReturnType<typeof setTimeout> | undefined;
  /** Waits for what the server says to a new token. */
  let renewing: { resolve(): void; reject(failure: WireFailure): void } | undefined;
  const client: Client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: webSocket,
    connectionParams: () => {
      carried = access.token;
      return { authorization: `Bearer ${carried}` };
    },
    retryAttempts: 0,
    keepAlive: 12_000,
    connectionAckWaitTimeout: 15_000, // a socket that opens and stays silent is none
    on: {
      connected: (opened) => {
        socket = opened as WebSocket;
      },
      closed: () => {
        socket = undefined;
        clearTimeout(pong);
        renewing?.resolve(); // the next socket begins with the new token
      },
      ping: (received) => {
        // A link that died without a word is noticed by the missing pong.
        if (!received) pong = setTimeout(() => client.terminate(), 8_000);
      },
      pong: (received, payload) => {
        if (!received) return;
        clearTimeout(pong);
        const { expiresAt, error } = (payload ?? {}) as {
          expiresAt?: unknown;
          error?: { code: string; message: string };
        };
        if (error) renewing?.reject(new WireFailure(error.code, error.message));
        else if (expiresAt !== undefined) renewing?.resolve();
      },
    },
  });

  /** The token that comes in place of one that was refused; undefined where the sign-in has ended. @throws WireFailure UNREACHABLE */
  async function renew(refused: string): Promise<string | undefined> {
    if (access.token !== refused) return access.token; // meanwhile there is another
    const token = await access.renew?.().catch((error) => {
      throw new WireFailure('UNREACHABLE', `the sign-in could not be renewed: ${error}`);
    });
    if (token) access.token = token;
    return token || undefined;
  }

  async function askOnce(
    query: string,
    variables: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<GraphAnswer> {
    const { token } = access;
    const answer = await ask(access, query, variables, signal);
    if (answer.errors?.[0]?.extensions?.code !== 'UNAUTHENTICATED' || !(await renew(token))) return answer;
    return ask(access, query, variables, signal);
  }

  /** A stream that ended with its token is one to come back to, if there is another token. */
  async function explain(failure: WireFailure): Promise<WireFailure> {
    if (failure.code !== 'UNAUTHENTICATED') return failure;
    try {
      return (await renew(carried)) ? new WireFailure('UNREACHABLE', 'the socket ended with its token') : failure;
    } catch (other) {
      return other as WireFailure;
    }
  }

  return {
    ask: askOnce,
    subscribe(query, variables, sink) {
      let over = false;
      let ending = false;
      const end = async (failure?: WireFailure) => {
        if (ending) return;
        ending = true;
        const reason = failure && (await explain(failure));
        if (over) return;
        over = true;
        stopListening();
        sink.ended(reason);
      };
      const stopListening = client.on('connected', () => !over && sink.opened());
      let leave = () => {};
      const start = (sent: Sent) => {
        leave = client.subscribe({ query: '', ...sent, variables } as SubscribePayload, {
          next: (answer) => {
            const { errors } = answer as GraphAnswer;
            if (errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') void end(readError(errors));
            else if (!over && !ending) sink.next(answer as GraphAnswer);
          },
          error: (error) => {
            const instead = Array.isArray(error) && !over ? sendInstead(query, sent, error) : undefined;
            if (instead) start(instead);
            else void end(readError(error));
          },
          complete: () => void end(),
        });
      };
      sendByHash(query).then((sent) => {
        if (over) return;
        start(sent ?? sendWhole(query));
        if (socket) sink.opened();
      });
      return () => {
        over = true;
        stopListening();
        leave();
      };
    },
    async setToken(token) {
      access.token = token;
      if (!socket) return;
      const said = new Promise<void>((resolve, reject) => {
        renewing = { resolve, reject };
      });
      socket.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${token}` } }));
      await said.finally(() => {
        renewing = undefined;
      });
      carried = token;
    },
    close: () => void client.dispose(),
  };
}

/** What a stream ended with: GraphQL errors, or the close of the socket. */
function readError(error: unknown): WireFailure {
  if (Array.isArray(error)) {
    const { message, extensions } = error[0] ?? {};
    return new WireFailure(String(extensions?.code ?? 'INTERNAL'), String(message), extensions);
  }
  const code = (error as { code?: number } | undefined)?.code;
  if (code === 4401 || code === 4403) return new WireFailure('UNAUTHENTICATED', 'the sign-in has ended');
  return new WireFailure('UNREACHABLE', 'the connection was lost');
}
