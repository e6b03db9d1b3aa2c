import { type Outcome, outcomes } from '../wire/failure.ts';

/** Upper bounds in seconds, for all histograms. */
export const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class Histogram {
  /** How many fell under each of `bounds` and above the one before; the last, above all. */
  readonly counts = new Float64Array(bounds.length + 1);
  sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < bounds.length && seconds > (bounds[i] as number)) i += 1;
    (this.counts[i] as number) += 1;
    this.sum += seconds;
  }
}

export interface FetchCounters {
  readonly outcomes: Record<Outcome, number>;
  readonly duration: Histogram;
}

export type Kind = 'query' | 'mutation' | 'subscription' | 'unknown';

/**
 * What the gateway counts of itself: plain numbers that are added to as things happen and read when somebody scrapes them. (A counter of
 * prom-client costs 0.2 to 0.3 us each time, these 0.01 to 0.1.)
 */
export interface Counters {
  /** Operations that have been answered or refused, by `kind operation code`. */
  readonly operations: Map<string, number>;
  readonly durations: Record<Kind, Histogram>;
  /** Answers over HTTP, by `path status`. */
  readonly http: Map<string, number>;
  /** What was refused with RATE_LIMITED, by the limit that it came to. */
  readonly rateLimited: Map<string, number>;
  /** Each single request to a subgraph, by its name. */
  readonly fetches: ReadonlyMap<string, FetchCounters>;
  planHits: number;
  planMisses: number;
  /** WebSockets of clients that are open. */
  sockets: number;
  /** Subscriptions that are being served, and those ever begun. */
  streams: number;
  streamsBegun: number;
  /** Subscriptions at subgraphs that are open. */
  upstreams: number;
  /** Events run through a plan, and events given to clients. */
  events: number;
  deliveries: number;
  /** Streams that were ended with RESYNC_REQUIRED because the client fell too far behind. */
  overflows: number;
  reloads: number;
}

/** @param subgraphs their names */
export function createCounters(subgraphs: Iterable<string>): Counters {
  const fetches = new Map<string, FetchCounters>();
  for (const name of subgraphs) {
    const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
    fetches.set(name, { outcomes: none, duration: new Histogram() });
  }
  return {
    operations: new Map(),
    durations: {
      query: new Histogram(),
      mutation: new Histogram(),
      subscription: new Histogram(),
      unknown: new Histogram(),
    },
    http: new Map(),
    rateLimited: new Map(),
    fetches,
    planHits: 0,
    planMisses: 0,
    sockets: 0,
    streams: 0,
    streamsBegun: 0,
    upstreams: 0,
    events: 0,
    deliveries: 0,
    overflows: 0,
    reloads: 0,
  };
}

export function countIn(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
