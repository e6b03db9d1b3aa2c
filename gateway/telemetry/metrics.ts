import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Circuit } from '../wire/breaker.ts';
import type { Budget } from '../wire/retry.ts';
import { bounds, type Counters, type Histogram } from './counters.ts';

/** What metrics are made of, read anew at each scrape. */
export interface Measured {
  counters: Counters;
  wire: { circuits: ReadonlyMap<string, Circuit>; budgets: ReadonlyMap<string, Readonly<Budget>> };
  /** SHA-256 of the supergraph that is served. */
  supergraphId: () => string;
}

type Labels = Record<string, string | number>;
interface Value {
  value: number;
  labels: Labels;
  metricName?: string;
}

/** In the text format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  read(): Promise<string>;
}

export function createMetrics({ counters, wire, supergraphId }: Measured): Metrics {
  const registry = new Registry();
  const add = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string, read: () => Value[]) => {
    // prom-client asks a metric for no more than this
    const metric = { name, get: async () => ({ name, help, type, values: read(), aggregator: 'sum' }) };
    registry.registerMetric(metric as unknown as Metric);
  };
  const one = (value: number, labels: Labels = {}): Value[] => [{ value, labels }];

  add('gateway_operations_total', 'counter', 'Operations answered or refused, by kind, name and code', () =>
    [...counters.operations].map(([key, value]) => {
      const [kind = '', operation = '', code = ''] = key.split(' ');
      return { value, labels: { kind, operation, code } };
    }),
  );
  add(
    'gateway_operation_duration_seconds',
    'histogram',
    'From arrival to answer; of subscriptions, to their start',
    () =>
      Object.entries(counters.durations).flatMap(([kind, histogram]) =>
        histogramValues('gateway_operation_duration_seconds', { kind }, histogram),
      ),
  );
  add('gateway_http_requests_total', 'counter', 'Answers over HTTP', () =>
    [...counters.http].map(([key, value]) => {
      const [path = '', status = ''] = key.split(' ');
      return { value, labels: { path, status } };
    }),
  );
  add('gateway_rate_limited_total', 'counter', 'Refused because somebody asked too much, by the limit', () =>
    [...counters.rateLimited].map(([limit, value]) => ({ value, labels: { limit } })),
  );

  const fetches = [...counters.fetches];
  add('gateway_subgraph_requests_total', 'counter', 'Single requests to subgraphs, by how they ended', () =>
    fetches.flatMap(([subgraph, counter]) =>
      Object.entries(counter.outcomes).map(([outcome, value]) => ({ value, labels: { subgraph, outcome } })),
    ),
  );
  add('gateway_subgraph_request_duration_seconds', 'histogram', 'Of single requests to subgraphs', () =>
    fetches.flatMap(([subgraph, { duration }]) =>
      histogramValues('gateway_subgraph_request_duration_seconds', { subgraph }, duration),
    ),
  );
  const budgets = [...wire.budgets];
  add('gateway_subgraph_retries_total', 'counter', 'Requests made again', () =>
    budgets.map(([subgraph, { tries }]) => ({ value: tries, labels: { subgraph } })),
  );
  add('gateway_subgraph_retries_denied_total', 'counter', 'Requests not made again: too many were already', () =>
    budgets.map(([subgraph, { denied }]) => ({ value: denied, labels: { subgraph } })),
  );
  const circuits = [...wire.circuits];
  const states = ['closed', 'half-open', 'open'];
  add('gateway_circuit_state', 'gauge', '0 closed, 1 half-open, 2 open: the subgraph is not asked', () =>
    circuits.map(([subgraph, { state }]) => ({ value: states.indexOf(state), labels: { subgraph } })),
  );
  add('gateway_circuit_opened_total', 'counter', 'How often a circuit opened', () =>
    circuits.map(([subgraph, { opened }]) => ({ value: opened, labels: { subgraph } })),
  );

  add('gateway_plan_cache_total', 'counter', 'Operations whose plan was known, or had to be made', () => [
    ...one(counters.planHits, { outcome: 'hit' }),
    ...one(counters.planMisses, { outcome: 'miss' }),
  ]);
  add('gateway_sockets', 'gauge', 'WebSockets of clients', () => one(counters.sockets));
  add('gateway_streams', 'gauge', 'Subscriptions of clients', () => one(counters.streams));
  add('gateway_streams_total', 'counter', 'Subscriptions of clients ever begun', () => one(counters.streamsBegun));
  add('gateway_upstreams', 'gauge', 'Subscriptions at subgraphs', () => one(counters.upstreams));
  add('gateway_events_total', 'counter', 'Events run through their plan', () => one(counters.events));
  add('gateway_deliveries_total', 'counter', 'Events given to clients', () => one(counters.deliveries));
  add('gateway_overflows_total', 'counter', 'Subscriptions ended because their client fell behind', () =>
    one(counters.overflows),
  );
  add('gateway_supergraph_info', 'gauge', '1 for the supergraph that is served', () => one(1, { id: supergraphId() }));
  add('gateway_supergraph_reloads_total', 'counter', 'Supergraphs taken in place of another', () =>
    one(counters.reloads),
  );

  const whole = Registry.merge([processRegistry(), registry]);
  return { contentType: whole.contentType, read: () => whole.metrics() };
}

let ofProcess: Registry | undefined;

/** Event loop, heap and garbage collection: watched once, however many gateways this process runs. */
function processRegistry(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

function histogramValues(name: string, labels: Labels, { counts, sum }: Histogram): Value[] {
  let all = 0;
  const values: Value[] = [];
  for (const [i, count] of counts.entries()) {
    all += count;
    values.push({ value: all, labels: { ...labels, le: bounds[i] ?? '+Inf' }, metricName: `${name}_bucket` });
  }
  values.push({ value: sum, labels, metricName: `${name}_sum` }, { value: all, labels, metricName: `${name}_count` });
  return values;
}
