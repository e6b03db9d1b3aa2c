import type { IncomingHttpHeaders } from 'node:http';
import type { AssertionSigner } from '../../kit/assertion.ts';
import type { Actor } from '../../kit/context.ts';
import type { Open, Send } from '../execute/index.ts';
import { type Counters, createCounters } from '../telemetry/counters.ts';
import type { TraceParent } from '../telemetry/traceparent.ts';
import type { OpenSpan } from '../telemetry/traces.ts';
import { type Circuit, createCircuits } from './breaker.ts';
import { createDeadlines } from './deadline.ts';
import { createHeaderTable, type Headers, type HeaderTable } from './headers.ts';
import { measured } from './measure.ts';
import { createRequests } from './requests.ts';
import { type Budget, createRetries } from './retry.ts';
import { type Trip, traced } from './trace.ts';
import { createUpstreams } from './upstreams.ts';

/** What travels with an operation through the executor to the subgraphs. */
export interface GatewayContext {
  actor: Actor;
  requestId: string;
  /** ms of performance.now(): when the operation came, and when its time is over. */
  arrivedAt?: number;
  endsAt?: number;
  /** What the client said of the trace that it is part of. */
  arrivedTrace?: TraceParent;
  /** What subgraphs are told of it. */
  traceparent?: string;
  /** It is sampled, and was begun here or by a client that is trusted: what comes of the operation may tell others. */
  isOwnTrace?: boolean;
  /** Of an operation that is traced: the span that its requests stand under. */
  span?: OpenSpan;
  /** Of one request that is traced. */
  trip?: Trip;
  /** The client's headers that a rule lets travel on; absent for a subscription. */
  picked?: Headers;
  /** Hears the headers of each answer, while there are rules for them. */
  onAnswered?: (subgraph: string, headers: IncomingHttpHeaders) => void;
}

export interface Wire {
  send: Send<GatewayContext>;
  open: Open<GatewayContext>;
  /** By subgraph: whether it is asked, and what its requests may still be repeated. */
  readonly circuits: ReadonlyMap<string, Circuit>;
  readonly budgets: ReadonlyMap<string, Readonly<Budget>>;
  /** Names of the subgraphs that do not answer /health. Asks them, whatever their circuits say. */
  findSilent(): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * The wire to the subgraphs: HTTP with kept connections, and one graphql-ws socket for all subscriptions at a subgraph.
 * @param urls by subgraph name, each ending in /graphql
 */
export function createWire(
  urls: Readonly<Record<string, string>>,
  signer: AssertionSigner,
  counters: Counters = createCounters(Object.keys(urls)),
  headers: HeaderTable = createHeaderTable(undefined, Object.keys(urls)),
): Wire {
  const names = Object.keys(urls);
  const requests = createRequests(urls, signer, headers);
  const upstreams = createUpstreams(urls, signer, headers, counters);
  // Each layer around the one before: a request is refused by an open circuit or else made, and made again; each time it has a
  // deadline and is counted.
  const deadlines = createDeadlines(requests.send);
  const retries = createRetries(measured(deadlines.send, counters.fetches), names);
  const circuits = createCircuits(retries.send, names);
  /** Anybody may ask, without end: the look that is under way is that of all who ask meanwhile. */
  let looking: Promise<string[]> | undefined;
  const look = async () => {
    const silent = await requests.findSilent();
    for (const name of names) if (!silent.includes(name)) circuits.hope(name);
    return silent;
  };
  return {
    send: traced(circuits.send),
    open: upstreams.open,
    circuits: circuits.bySubgraph,
    budgets: retries.budgets,
    findSilent() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    async stop() {
      deadlines.stop();
      await upstreams.stop();
      await requests.stop();
    },
  };
}
