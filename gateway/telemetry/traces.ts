import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { type TraceParent, writeTraceParent } from './traceparent.ts';

export interface TraceOptions {
  /** OTEL_EXPORTER_OTLP_ENDPOINT: spans go to `/v1/traces` below it, as OTLP over HTTP in JSON. */
  endpoint: string;
  /** OTEL_EXPORTER_OTLP_HEADERS. */
  headers?: Record<string, string>;
  /** OTEL_SERVICE_NAME. */
  serviceName?: string;
  /** OTEL_TRACES_SAMPLER_ARG: the part of the operations that is traced, 0..1, where no parent has decided. Absent: all. */
  ratio?: number;
  /** ms that spans are gathered before they are sent. */
  batchDelay?: number;
}

/**
 * What a client's `traceparent` is good for. `continue`: its trace goes on, and what it does not want sampled is not; whether the rest
 * is sampled is decided here, so that no client fills the collector. `trust`: it also decides that. `ignore`: nothing.
 */
export type TraceContext = 'continue' | 'trust' | 'ignore';

/** An operation, one run of an event, or a request to a subgraph, that is being traced. */
export interface OpenSpan {
  /** For what it asks of others. */
  readonly traceparent: string;
  child(name: string, kind: 'client' | 'internal', attributes: Attributes): OpenSpan;
  /** @param failure a code; absent: it went well */
  end(attributes: Attributes, failure?: string): void;
}

export interface Traces {
  /** A span at the beginning of a road; undefined when it is not sampled. @param began ms of Date.now() */
  start(name: string, attributes: Attributes, parent: TraceParent | undefined, began: number): OpenSpan | undefined;
  /** Sends what is left, for 1.5 s at most. */
  stop(): Promise<void>;
}

const longestExport = 2_000; // ms for a batch, further tries included
const longestFlush = 1_500; // ms when stopping

/** @param random decides what is sampled, 0..1 */
export async function createTraces(
  options: TraceOptions,
  trust: boolean,
  random: () => number = Math.random,
): Promise<Traces> {
  // Loaded only where spans are wanted: the packages take some 50 ms and 10 MB.
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({
    url,
    timeoutMillis: longestExport,
    ...(options.headers && { headers: options.headers }),
  });
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName ?? 'net4u-gateway' }),
    sampler: new sdk.AlwaysOnSampler(), // decided below, before a span costs anything
    spanProcessors: [
      new sdk.BatchSpanProcessor(exporter, {
        ...(options.batchDelay !== undefined && { scheduledDelayMillis: options.batchDelay }),
      }),
    ],
  });
  const tracer: Tracer = provider.getTracer('net4u-gateway');
  const ratio = options.ratio ?? 1;

  const open = (span: Span): OpenSpan => {
    const { traceId, spanId } = span.spanContext();
    return {
      traceparent: writeTraceParent({ traceId, spanId, sampled: true }),
      child(name, kind, attributes) {
        const settings = { kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes };
        return open(tracer.startSpan(name, settings, trace.setSpan(ROOT_CONTEXT, span)));
      },
      end(attributes, failure) {
        span.setAttributes(attributes);
        if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
        span.end();
      },
    };
  };

  return {
    start(name, attributes, parent, began) {
      if (parent && !parent.sampled) return undefined;
      if (!(parent && trust) && random() >= ratio) return undefined;
      const { traceId, spanId } = parent ?? {};
      const context =
        traceId && spanId
          ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true })
          : ROOT_CONTEXT;
      return open(tracer.startSpan(name, { kind: SpanKind.SERVER, attributes, startTime: began }, context));
    },
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, longestFlush);
      });
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
    },
  };
}
