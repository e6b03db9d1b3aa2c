import type { Server } from 'node:http';
import type { Log } from '../../kit/log.ts';
import type { HeaderTable } from '../wire/headers.ts';
import { type Counters, createCounters } from './counters.ts';
import { type Answer, answerMetrics, serveMetrics, toLoopbackOnly, watchServer } from './http.ts';
import { createMetrics, type Measured } from './metrics.ts';
import { createObserver, type Observer } from './observe.ts';
import { createTraces, type TraceContext, type TraceOptions } from './traces.ts';

export interface TelemetryOptions {
  /** Where /metrics is served: METRICS_PORT, METRICS_HOST. Absent: on the gateway's own port in development, to this machine only. */
  metrics?: { port: number; host: string };
  /** Absent: no spans are made. */
  traces?: TraceOptions;
  /** What clients' `traceparent` is good for; absent: `continue`. */
  traceContext?: TraceContext;
}

/** What the gateway tells of itself: metrics, traces, and a line for each operation that failed. */
export interface Telemetry {
  readonly counters: Counters;
  readonly observer: Observer;
  /**
   * @returns what answers /metrics on the gateway's own port, if anything does
   * @throws ConfigurationError when METRICS_PORT cannot be had
   */
  serve(server: Server, measured: Omit<Measured, 'counters'>, production: boolean): Promise<Answer | undefined>;
  /** Where /metrics is served alone. */
  readonly metricsUrl: string | undefined;
  /** Sends the last spans; to be called when all operations have ended. */
  stop(): Promise<void>;
}

export async function createTelemetry(
  options: TelemetryOptions,
  parts: {
    subgraphs: readonly string[];
    headers: HeaderTable;
    nameOf?: Parameters<typeof createObserver>[0]['nameOf'];
    log: Log;
  },
): Promise<Telemetry> {
  const { metrics, traceContext } = options;
  const counters = createCounters(parts.subgraphs);
  const traces = options.traces && (await createTraces(options.traces, traceContext === 'trust'));
  const observer = createObserver({ ...parts, counters, traces, traceContext });
  let served: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  return {
    counters,
    observer,
    async serve(server, measured, production) {
      watchServer(server, counters);
      if (!metrics && production) return undefined;
      const answer = answerMetrics(createMetrics({ counters, ...measured }));
      if (!metrics) return toLoopbackOnly(answer);
      served = await serveMetrics(answer, metrics.port, metrics.host);
      return undefined;
    },
    get metricsUrl() {
      return served && `http://127.0.0.1:${served.port}/metrics`;
    },
    async stop() {
      await served?.stop();
      await traces?.stop();
    },
  };
}
