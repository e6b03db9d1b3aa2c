import { Pool } from 'undici';
import { type AssertionSigner, assertionHeader } from '../../kit/assertion.ts';
import type { Send } from '../execute/index.ts';
import { asAnswer } from './answer.ts';
import type { GatewayContext } from './wire.ts';

const headersTimeout = 10_000; // ms until a subgraph's answer begins
const bodyTimeout = 10_000; // ms between two parts of it
const longestWait = 10_000; // ms that a request may wait for one of the connections, answer included
const connections = 64; // to each subgraph
const mostWaiting = 2_000; // requests at one subgraph; with more, it is not asked

export interface Requests {
  send: Send<GatewayContext>;
  /** Names of the subgraphs that do not answer /health. */
  findSilent(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Queries and mutations at the subgraphs, over HTTP with kept connections. @param urls by subgraph name */
export function createRequests(urls: Readonly<Record<string, string>>, signer: AssertionSigner): Requests {
  const pools = new Map<string, { pool: Pool; path: string; running: number }>();
  for (const [name, url] of Object.entries(urls)) {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections, headersTimeout, bodyTimeout });
    pools.set(name, { pool, path: pathname, running: 0 });
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

  return {
    send,
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
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
    },
  };
}
