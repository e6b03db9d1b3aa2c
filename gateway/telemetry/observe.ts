import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { type ErrorCode, errorCodes } from '../../kit/errors.ts';
import { type Log, markError } from '../../kit/log.ts';
import { requestIdFrom } from '../../kit/request-id.ts';
import type { Prepared } from '../operations.ts';
import { operationTime } from '../wire/deadline.ts';
import type { HeaderTable } from '../wire/headers.ts';
import type { GatewayContext } from '../wire/wire.ts';
import { type Counters, countIn, type Kind } from './counters.ts';
import { readTraceParent, writeTraceParent } from './traceparent.ts';
import type { OpenSpan, TraceContext, Traces } from './traces.ts';

/** What a client's request brings along besides who asks and what for. */
export type Arrival = Omit<GatewayContext, 'actor'>;
type Planned = Pick<Prepared, 'planned'>;
type Run<T> = (context: GatewayContext) => Promise<T>;
/** A result, or the stream of a subscription that has begun. */
type Answered = Pick<ExecutionResult, 'errors'> | AsyncIterable<unknown>;

/** Sees every operation once, whatever transport it came by: counts, times, traces it, and logs its failure. */
export interface Observer {
  /** @param response absent on a socket */
  arrive(headers: IncomingHttpHeaders, response?: ServerResponse): Arrival;
  /** Runs an operation with a deadline. `run` gets the context that is to travel on; its errors are still what went wrong. */
  run<T extends Answered>(prepared: Planned, context: GatewayContext, run: Run<T>): Promise<T>;
  /** A subscription that was begun, or refused, elsewhere. */
  answered(prepared: Planned, context: GatewayContext, answer: Answered): void;
  /** Runs one event of a subscription through its plan. */
  event<T extends Answered>(prepared: Planned, context: GatewayContext, run: Run<T>): Promise<T>;
  /** An operation that was not run. */
  refuse(error: unknown, arrival: Pick<Arrival, 'requestId' | 'arrivedAt'>): void;
  /** An operation has a plan, new or known; what does not travel on with one of its kind leaves the context. */
  planned(prepared: Planned, context: GatewayContext): void;
}

/** Codes that tell of something wrong here and not with the client. */
const ours = new Set<string>(['INTERNAL', 'SUBGRAPH_UNAVAILABLE', 'INVALID_SUBGRAPH_VALUE', 'QUERY_PLANNING_FAILED']);
/** Codes that anybody can have as often as they like: counted, and no line each. */
const anybodys = new Set<string>(['UNAUTHENTICATED', 'RATE_LIMITED']);
const publicCode = (code: unknown): ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'INTERNAL';

export function createObserver(parts: {
  counters: Counters;
  headers: HeaderTable;
  /** Absent: none are made. */
  traces?: Traces | undefined;
  traceContext?: TraceContext | undefined;
  /** What an operation may be called in metrics, spans and logs: names that clients make up are neither few nor harmless. */
  nameOf?: ((prepared: Planned) => string | undefined) | undefined;
  log: Log;
}): Observer {
  const { counters, headers: table, traces, traceContext = 'continue', nameOf = () => undefined, log } = parts;
  const plannedBefore = new WeakSet<object>();
  const told = new WeakSet<object>(); // of subscriptions, whose failing events are told once

  function fail(errors: readonly unknown[], requestId: string, about: object): string {
    const seen = new Map<string, { code: ErrorCode; service: unknown; correlationId: unknown }>();
    let first: ErrorCode | undefined;
    for (const error of errors as readonly Partial<GraphQLError>[]) {
      markError(error, requestId);
      const { service, correlationId } = error.extensions ?? {};
      const code = publicCode(error.extensions?.code);
      first ??= code;
      if (seen.size < 10) seen.set(`${code} ${service} ${correlationId}`, { code, service, correlationId });
    }
    const codes = [...seen.values()].map(({ code }) => code);
    const level = codes.some((code) => ours.has(code))
      ? 'warn'
      : codes.every((code) => anybodys.has(code))
        ? 'debug'
        : 'info';
    log[level]('operation failed', { requestId, ...about, errors: [...seen.values()] });
    return first ?? 'INTERNAL';
  }

  const begin = (prepared: Planned, context: GatewayContext, kind: Kind | 'event', began: number) => {
    const { arrivedTrace: parent, requestId } = context;
    if (!traces) return undefined;
    const name = nameOf(prepared);
    const attributes = { 'graphql.operation.type': prepared.planned.kind, 'net4u.request_id': requestId };
    const known = name === undefined ? attributes : { ...attributes, 'graphql.operation.name': name };
    return traces.start(name === undefined ? kind : `${kind} ${name}`, known, parent, began);
  };

  /** The context that travels on with this run; a run that is not sampled hands on what the client sent. */
  const onward = (context: GatewayContext, endsAt: number, span: OpenSpan | undefined): GatewayContext => {
    const { arrivedTrace } = context;
    // Anybody may say what trace he is part of: by his word nobody else is told of it.
    const isOwnTrace = !arrivedTrace || traceContext === 'trust';
    if (span) return { ...context, endsAt, span, traceparent: span.traceparent, isOwnTrace };
    if (!arrivedTrace) return { ...context, endsAt };
    // Its parent is not sampled here either, or the spans below would hang in the air.
    const sampled = traces ? false : arrivedTrace.sampled;
    const traceparent = writeTraceParent({ ...arrivedTrace, sampled });
    return { ...context, endsAt, traceparent, isOwnTrace: isOwnTrace && sampled };
  };

  return {
    arrive(headers, response) {
      const requestId = requestIdFrom(headers['x-request-id']);
      const arrival: Arrival = { requestId, arrivedAt: performance.now() };
      const picked = table.pick(headers);
      if (picked) arrival.picked = picked;
      const trace = traceContext === 'ignore' ? undefined : readTraceParent(headers.traceparent);
      if (trace) arrival.arrivedTrace = trace;
      if (table.toClient && response) {
        const { toClient } = table;
        arrival.onAnswered = (subgraph, answered) => toClient(subgraph, answered, response);
      }
      return arrival;
    },

    async run(prepared, context, run) {
      const { kind } = prepared.planned;
      const began = context.arrivedAt ?? performance.now();
      const span = begin(prepared, context, kind, Date.now() - (performance.now() - began));
      let code = 'OK';
      try {
        const result = await run(onward(context, began + operationTime, span));
        if ('errors' in result && result.errors?.length) {
          const ms = Math.round(performance.now() - began);
          const trace = span && { traceId: span.traceparent.slice(3, 35) };
          code = fail(result.errors, context.requestId, { kind, operation: nameOf(prepared), ms, ...trace });
        }
        return result;
      } catch (error) {
        code = 'ABORTED'; // nobody waits for it any more, or it was thrown and is reported where it is caught
        markError(error, context.requestId);
        throw error;
      } finally {
        counters.durations[kind].observe((performance.now() - began) / 1000);
        countIn(counters.operations, `${kind} ${nameOf(prepared) ?? 'other'} ${code}`);
        span?.end(code === 'OK' ? {} : { 'net4u.code': code }, code === 'OK' ? undefined : code);
      }
    },

    answered(prepared, context, answer) {
      const { kind } = prepared.planned;
      const errors = 'errors' in answer ? (answer.errors ?? []) : [];
      const code = errors.length > 0 ? fail(errors, context.requestId, { kind, operation: nameOf(prepared) }) : 'OK';
      countIn(counters.operations, `${kind} ${nameOf(prepared) ?? 'other'} ${code}`);
      if (context.arrivedAt !== undefined)
        counters.durations[kind].observe((performance.now() - context.arrivedAt) / 1000);
    },

    async event(prepared, context, run) {
      counters.events += 1;
      const span = begin(prepared, context, 'event', Date.now());
      let code: string | undefined;
      try {
        const result = await run(onward(context, performance.now() + operationTime, span));
        if ('errors' in result && result.errors?.length && !told.has(context)) {
          told.add(context);
          code = fail(result.errors, context.requestId, { kind: 'subscription', operation: nameOf(prepared) });
        }
        return result;
      } finally {
        span?.end(code === undefined ? {} : { 'net4u.code': code }, code);
      }
    },

    refuse(error, { requestId, arrivedAt }) {
      const ms = arrivedAt === undefined ? undefined : Math.round(performance.now() - arrivedAt);
      const { status } = (error ?? {}) as { status?: unknown };
      const isOfRequest = typeof status === 'number' && status < 500; // thrown while its body was read
      const known = isOfRequest ? { extensions: { code: 'BAD_REQUEST' } } : error;
      const code = fail([known], requestId, { kind: 'unknown', ms });
      countIn(counters.operations, `unknown other ${code}`);
    },

    planned({ planned }, context) {
      if (planned.kind === 'subscription') {
        // It may be run for many clients: nothing of one client's request may reach a subgraph with it.
        delete context.picked;
        delete context.onAnswered;
        delete context.arrivedTrace;
      }
      if (plannedBefore.has(planned)) counters.planHits += 1;
      else {
        plannedBefore.add(planned);
        counters.planMisses += 1;
      }
    },
  };
}
