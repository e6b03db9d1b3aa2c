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
const queued = 256; // events of one subscription that may wait for its reader

/**
 * The wire to the subgraphs: HTTP with kept connections, and one graphql-ws socket for all subscriptions at a subgraph.
 * @param urls by subgraph name, each ending in /graphql
 */
export function createWire(urls: Readonly<Record<string, string>>, signer: AssertionSigner): Wire {
  const pools = new Map<string, { pool: Pool; path: string }>();
  const sockets = new Map<string, Client>();
  for (const [name, url] of Object.entries(urls)) {
    const { origin, pathname } = new URL(url);
    pools.set(name, { pool: new Pool(origin, { connections: 64, headersTimeout, bodyTimeout }), path: pathname });
    const webSocketImpl = WebSocket;
    // No retry of its own: a repeated subscription without its cursor would lose or double events. The client resumes.
    sockets.set(
      name,
      createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl, retryAttempts: 0, keepAlive: 10_000 }),
    );
  }

  const send: Send<GatewayContext> = async (
    { subgraph, query, operationName, variables, signal },
    { actor, requestId },
  ) => {
    const { pool, path } = pools.get(subgraph) as { pool: Pool; path: string };
    const { body, statusCode } = await pool.request({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        [assertionHeader]: await signer.sign(actor, subgraph),
        'x-request-id': requestId,
      },
      body: JSON.stringify({ query, operationName, variables }),
      ...(signal && { signal }),
    });
    const text = await body.text();
    try {
      return JSON.parse(text) as SubgraphResponse;
    } catch {
      throw new Error(`${subgraph} answered ${statusCode} without JSON.`);
    }
  };

  const open: Open<GatewayContext> = ({ subgraph, query, operationName, variables }, { actor, requestId }) => {
    let unsubscribe = () => {};
    let closed = false;
    const queue = new BoundedQueue<SubgraphResponse>(queued, () => {
      closed = true;
      unsubscribe();
    });
    const subscribe = async () => {
      const extensions = { actor: await signer.sign(actor, subgraph), requestId };
      if (closed) return;
      unsubscribe = (sockets.get(subgraph) as Client).subscribe(
        { query, operationName, variables, extensions },
        {
          next: (event) => queue.push(event as SubgraphResponse),
          error: (error) => {
            // GraphQL errors are the subgraph's last word; anything else is a broken wire
            if (Array.isArray(error)) {
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
