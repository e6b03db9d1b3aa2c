import { type Client, createClient } from 'graphql-ws';
import { Pool } from 'undici';
import WebSocket from 'ws';
import { type AssertionSigner, assertionHeader } from '../kit/assertion.ts';
import type { Actor } from '../kit/context.ts';
import { BoundedQueue } from '../kit/queue.ts';
import type { Open, Send, SubgraphResponse } from './execute/index.ts';

/** What travels with an operation through the executor to the subgraphs. */
export interface GatewayContext {
  actor: Actor;
  requestId: string;
}

export interface Wire {
  send: Send<GatewayContext>;
  open: Open<GatewayContext>;
  /** Names of the subgraphs that do not answer /health. */
  findSilent(): Promise<string[]>;
  stop(): Promise<void>;
}

const headersTimeout = 10_000; // ms until a subgraph's answer begins
const bodyTimeout = 10_000; // ms between two parts of it
const longestWait = 10_000; // ms that a request may wait for one of the connections, answer included
const connections = 64; // to each subgraph
const mostWaiting = 2_000; // requests at one subgraph; with more, it is not asked
const queued = 256; // events of one subscription that may wait for its reader
const queuedBytes = 1024 * 1024;
const upstreamTimeout = 5_000; // ms for a subgraph to open a socket, to greet, and to answer a ping
const pingEvery = 10_000; // ms

class Upstream extends WebSocket {
  constructor(url: string, protocols: string | string[]) {
    super(url, protocols, { handshakeTimeout: upstreamTimeout });
  }
}

/** One socket for all subscriptions at a subgraph; a subgraph that has gone silent breaks it. */
function createSocket(url: string): Client {
  let unanswered: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: Upstream,
    // No retry of its own: a repeated subscription without its cursor would lose or double events. The client resumes.
    retryAttempts: 0,
    connectionAckWaitTimeout: upstreamTimeout,
    keepAlive: pingEvery,
    on: {
      ping: (received) => {
        if (!received) unanswered = setTimeout(() => client.terminate(), upstreamTimeout);
      },
      pong: () => clearTimeout(unanswered),
      closed: () => clearTimeout(unanswered),
    },
  });
  return client;
}

/** @throws Error when this is no answer of a GraphQL server: what reads it further on relies on its shape */
function asAnswer(value: unknown, subgraph: string): SubgraphResponse {
  const { data, errors } = (isObject(value) ? value : {}) as Record<string, unknown>;
  const isAnswer =
    (data === undefined || data === null || isObject(data)) &&
    (errors === undefined || errors === null || (Array.isArray(errors) && errors.every(isError)));
  if (!isObject(value) || !isAnswer) throw new Error(`${subgraph} answered with JSON that is not of GraphQL.`);
  return value as SubgraphResponse;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isError = (error: unknown) =>
  isObject(error) &&
  typeof error.message === 'string' &&
  (error.path === undefined || error.path === null || Array.isArray(error.path)) &&
  (error.extensions === undefined || error.extensions === null || isObject(error.extensions));

/**
 * The wire to the subgraphs: HTTP with kept connections, and one graphql-ws socket for all subscriptions at a subgraph.
 * @param urls by subgraph name, each ending in /graphql
 */
export function createWire(urls: Readonly<Record<string, string>>, signer: AssertionSigner): Wire {
  const pools = new Map<string, { pool: Pool; path: string; running: number }>();
  const sockets = new Map<string, Client>();
  for (const [name, url] of Object.entries(urls)) {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections, headersTimeout, bodyTimeout });
    pools.set(name, { pool, path: pathname, running: 0 });
    sockets.set(name, createSocket(url));
  }

  const send: Send<GatewayContext> = async (
    { subgraph, query, operationName, variables, signal },
    { actor, requestId },
  ) => {
    const at = pools.get(subgraph) as { pool: Pool; path: string; running: number };
    if (at.running >= mostWaiting) throw new Error(`${subgraph} has ${mostWaiting} requests to answer already.`);
    // Time-outs begin when a request is written; only one that waits for a connection needs its own.
    const waits = at.running >= connections ? AbortSignal.timeout(longestWait) : undefined;
    const ended = signal && waits ? AbortSignal.any([signal, waits]) : (signal ?? waits);
    at.running += 1;
    try {
      const { body, statusCode } = await at.pool.request({
        method: 'POST',
        path: at.path,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          [assertionHeader]: await signer.sign(actor, subgraph),
          'x-request-id': requestId,
        },
        body: JSON.stringify({ query, operationName, variables }),
        ...(ended && { signal: ended }),
      });
      const text = await body.text();
      // Refuses this gateway, not the client, who can do nothing about it.
      if (statusCode === 401) throw new Error(`${subgraph} refuses what this gateway signed.`);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        throw new Error(`${subgraph} answered ${statusCode} without JSON.`);
      }
      return asAnswer(value, subgraph);
    } finally {
      at.running -= 1;
    }
  };

  const open: Open<GatewayContext> = ({ subgraph, query, operationName, variables }, { actor, requestId }) => {
    let unsubscribe = () => {};
    let closed = false;
    const onClose = () => {
      closed = true;
      unsubscribe();
    };
    const of = (event: SubgraphResponse) => Buffer.byteLength(JSON.stringify(event));
    const queue = new BoundedQueue<SubgraphResponse>(queued, onClose, { capacity: queuedBytes, of });
    const subscribe = async () => {
      const extensions = { actor: await signer.sign(actor, subgraph), requestId };
      if (closed) return;
      unsubscribe = (sockets.get(subgraph) as Client).subscribe(
        { query, operationName, variables, extensions },
        {
          next: (event) => {
            try {
              queue.push(asAnswer(event, subgraph));
            } catch (error) {
              queue.fail(error);
            }
          },
          error: (error) => {
            // GraphQL errors are the subgraph's last word; anything else is a broken wire
            if (Array.isArray(error) && error[0]?.extensions?.code !== 'UNAUTHENTICATED') {
              queue.push({ errors: error });
              queue.end();
            } else queue.fail(error instanceof Error ? error : new Error(`${subgraph} closed the socket.`));
          },
          complete: () => queue.end(),
        },
      );
    };
    subscribe().catch((error) => queue.fail(error));
    return queue;
  };

  return {
    send,
    open,
    async findSilent() {
      const asked = [...pools].map(async ([name, { pool }]) => {
        const signal = AbortSignal.timeout(1_000);
        const status = await pool.request({ method: 'GET', path: '/health', signal }).then(
          async ({ statusCode, body }) => {
            await body.dump();
            return statusCode;
          },
          () => 0,
        );
        return status === 200 ? [] : [name];
      });
      return (await Promise.all(asked)).flat();
    },
    async stop() {
      await Promise.all([...sockets.values()].map((socket) => socket.dispose()));
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
    },
  };
}
