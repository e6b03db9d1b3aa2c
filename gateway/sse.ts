import { once } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Principal } from './auth.ts';
import type { Operations, Prepared } from './operations.ts';
import type { Streams } from './streams.ts';
import type { GatewayContext } from './wire/wire.ts';

/** Where earlier handlers leave who asks, and what for. */
export interface Locals extends Record<string, unknown> {
  principal: Principal;
  context: GatewayContext & { prepared?: Prepared };
  /** Why the operation is not to be run, for a client that reads events only. */
  refused?: unknown;
}

const pingEvery = 12_000; // ms between comments on a stream without events
const stalledAfter = 30_000; // ms a client may leave its answer unread
const json = ['application/json', 'application/graphql-response+json'];

/** Whether the client named event streams and likes them no less than JSON; a wildcard stays JSON. */
export const prefersEvents = (request: Request): boolean =>
  namesEvents(request) && request.accepts([...json, 'text/event-stream']) === 'text/event-stream';

const namesEvents = (request: Request): boolean =>
  /text\/event-stream/i.test(request.headers.accept ?? '') && request.accepts('text/event-stream') !== false;

/**
 * graphql-sse, "distinct connections": POST /graphql with `accept: text/event-stream`; for partners behind proxies. Where
 * JSON is accepted as well, subscriptions are answered as events and the rest as JSON.
 */
export function serveEvents(operations: Operations, streams: Streams): RequestHandler {
  async function answer({ principal, context, refused }: Locals): Promise<AsyncIterable<ExecutionResult>> {
    if (refused) return one({ errors: [operations.toPublic(toGraphQLError(refused))] });
    const prepared = context.prepared as Prepared;
    if (prepared.planned.kind !== 'subscription') return one(await operations.run(prepared, context));
    const results = await operations.subscribe(prepared, context);
    return Symbol.asyncIterator in results ? streams.add(results, principal, context) : one(results);
  }

  return async (request, response, next) => {
    const locals = response.locals as Locals;
    const isSubscription = locals.context.prepared?.planned.kind === 'subscription';
    const asked = prefersEvents(request) || (isSubscription && namesEvents(request));
    if (request.method !== 'POST' || !asked || !(locals.refused || locals.context.prepared)) return next();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await write(response, await answer(locals).catch((error) => one(asResult(error, operations))), operations);
  };
}

/** The next result is asked for once the client has taken the last one: what waits, waits in the bounded queue upstream. */
async function write(
  response: Response,
  results: AsyncIterable<ExecutionResult>,
  operations: Operations,
): Promise<void> {
  const reader = results[Symbol.asyncIterator]();
  const onClose = () => void reader.return?.();
  response.once('close', onClose);
  if (response.closed) onClose(); // gone before there was anything to close
  response.on('error', () => response.destroy());
  const pinger = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, pingEvery);
  const send = async (text: string) => {
    if (response.destroyed || response.write(text)) return;
    const stalled = setTimeout(() => response.destroy(), stalledAfter);
    const left = new AbortController();
    await Promise.race([
      once(response, 'drain', { signal: left.signal }),
      once(response, 'close', { signal: left.signal }),
    ]).catch(() => {});
    left.abort();
    clearTimeout(stalled);
  };
  try {
    await send(':\n\n');
    for (let step = await reader.next(); !step.done && !response.destroyed; step = await reader.next()) {
      await send(`event: next\ndata: ${JSON.stringify(step.value)}\n\n`);
    }
  } catch (error) {
    await send(`event: next\ndata: ${JSON.stringify(asResult(error, operations))}\n\n`);
  } finally {
    clearInterval(pinger);
    response.off('close', onClose);
    onClose();
    response.end('event: complete\ndata:\n\n');
  }
}

async function* one(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
}

const asResult = (error: unknown, operations: Operations): ExecutionResult => ({
  errors: [operations.toPublic(toGraphQLError(error))],
});

export const toGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
