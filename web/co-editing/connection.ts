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
  /** The class of a WebSocket, where the environment has none of its own. */
  webSocket?: unknown;
}

/** Fetches an operation's answer. @throws WireFailure UNREACHABLE */
async function ask(
  access: Access,
  query: string,
  variables: Record<string, unknown> = {},
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

/** HTTP for questions, one WebSocket, opened on first need, for what is followed. Reconnecting is up to who follows: it knows its cursor. */
export function connect(access: Access): Graph & { close(): void } {
  const { url, token, webSocket } = access;
  let open = false;
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client: Client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: webSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: 12_000,
    connectionAckWaitTimeout: 15_000, // a socket that opens and stays silent is none
    on: {
      connected: () => {
        open = true;
      },
      closed: () => {
        open = false;
        clearTimeout(pong);
      },
      ping: (received) => {
        // A link that died without a word is noticed by the missing pong.
        if (!received) pong = setTimeout(() => client.terminate(), 8_000);
      },
      pong: (received) => {
        if (received) clearTimeout(pong);
      },
    },
  });
  return {
    ask: (query, variables, signal) => ask(access, query, variables, signal),
    subscribe(query, variables, sink) {
      let over = false;
      const end = (failure?: WireFailure) => {
        if (over) return;
        over = true;
        stopListening();
        sink.ended(failure);
      };
      const stopListening = client.on('connected', () => !over && sink.opened());
      let leave = () => {};
      const start = (sent: Sent) => {
        leave = client.subscribe({ query: '', ...sent, variables } as SubscribePayload, {
          next: (answer) => void (over || sink.next(answer as GraphAnswer)),
          error: (error) => {
            const instead = Array.isArray(error) && !over ? sendInstead(query, sent, error) : undefined;
            if (instead) start(instead);
            else end(readError(error));
          },
          complete: () => end(),
        });
      };
      sendByHash(query).then((sent) => {
        if (over) return;
        start(sent ?? sendWhole(query));
        if (open) sink.opened();
      });
      return () => {
        over = true;
        stopListening();
        leave();
      };
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
