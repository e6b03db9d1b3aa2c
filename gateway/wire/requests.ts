import { Pool } from 'undici';
import { type AssertionSigner, assertionHeader } from '../../kit/assertion.ts';
import { traceHeader } from '../../kit/trace.ts';
import type { Send, SubgraphRequest } from '../execute/index.ts';
import { asAnswer } from './answer.ts';
import { AnswerError, NotAsked } from './failure.ts';
import type { HeaderTable } from './headers.ts';
import { Reply } from './reply.ts';
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

interface Upstream {
  pool: Pool;
  path: string;
  /** Requests that have a connection or wait for one. */
  running: number;
}

const jsonHeaders = ['content-type', 'application/json', 'accept', 'application/json'];

/** Queries and mutations at the subgraphs, over HTTP with kept connections. @param urls by subgraph name */
export function createRequests(
  urls: Readonly<Record<string, string>>,
  signer: AssertionSigner,
  table: HeaderTable,
): Requests {
  const pools = new Map<string, Upstream>();
  for (const [name, url] of Object.entries(urls)) {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections, headersTimeout, bodyTimeout });
    pools.set(name, { pool, path: pathname, running: 0 });
  }
  const writeBody = createBodyWriter();

  const send: Send<GatewayContext> = async (request, context) => {
    const { actor, requestId, traceparent, isOwnTrace, picked, trip } = context;
    const { subgraph, signal } = request;
    const at = pools.get(subgraph) as Upstream;
    const assertion = await signer.sign(actor, subgraph);
    if (at.running >= mostWaiting)
      throw new NotAsked(`${subgraph} has ${mostWaiting} requests to answer already.`, 'busy');
    // Time-outs begin when a request is written; only one that waits for a connection needs its own.
    const waits = at.running >= connections ? AbortSignal.timeout(longestWait) : undefined;
    at.running += 1;
    const reply = new Reply(signal && waits ? AbortSignal.any([signal, waits]) : (signal ?? waits), () => {
      at.running -= 1;
    });
    const headers = [...jsonHeaders, assertionHeader, assertion, 'x-request-id', requestId];
    if (traceparent !== undefined) headers.push('traceparent', traceparent);
    if (traceparent !== undefined && isOwnTrace) headers.push(traceHeader, traceparent);
    table.addTo(headers, subgraph, picked);
    const asked = writeBody(request);
    at.pool.dispatch({ method: 'POST', path: at.path, headers, body: asked }, reply);
    const { status, headers: answered, text } = await reply.whole;
    context.onAnswered?.(subgraph, answered);
    if (trip) {
      trip.status = status;
      trip.sent = Buffer.byteLength(asked);
      trip.received = Buffer.byteLength(text);
    }
    // Refuses this gateway, not the client, who can do nothing about it.
    if (status === 401) throw new AnswerError(`${subgraph} refuses what this gateway signed.`, status);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new AnswerError(`${subgraph} answered ${status} without JSON.`, status);
    }
    return asAnswer(value, subgraph, status);
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

const remembered = 2_000; // queries

/** The body of a request; what is the same for every run of a plan is written once. */
function createBodyWriter(): (request: SubgraphRequest) => string {
  const begun = new Map<string, string>();
  return ({ query, operationName, variables }) => {
    let text = begun.get(query);
    if (text === undefined) {
      text = `{"query":${JSON.stringify(query)}`;
      if (begun.size >= remembered) begun.clear(); // clients choose the queries
      begun.set(query, text);
    }
    if (operationName !== undefined) text += `,"operationName":${JSON.stringify(operationName)}`;
    return variables === undefined ? `${text}}` : `${text},"variables":${JSON.stringify(variables)}}`;
  };
}
