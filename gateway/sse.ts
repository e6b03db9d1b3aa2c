import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { type Answer, chooseType, type Exchange } from './http/exchange.ts';
import type { Live } from './live/live.ts';
import { EventsOutlet } from './live/outlet.ts';
import { Reader } from './live/reader.ts';
import type { Operations, Prepared } from './operations.ts';
import type { Streams } from './streams.ts';

const pingEvery = 12_000; // ms between comments on a stream without events
const stalledAfter = 30_000; // ms a client may leave its answer unread
const json = ['application/json', 'application/graphql-response+json'];

/** Whether the client named event streams and likes them no less than JSON; a wildcard stays JSON. */
export const prefersEvents = (request: IncomingMessage): boolean =>
  namesEvents(request) && chooseType(request, [...json, 'text/event-stream']) === 'text/event-stream';

const namesEvents = (request: IncomingMessage): boolean =>
  /text\/event-stream/i.test(request.headers.accept ?? '') && chooseType(request, ['text/event-stream']) !== false;

/**
 * graphql-sse, "distinct connections": POST /graphql with `accept: text/event-stream`; for partners behind proxies. Where
 * JSON is accepted as well, subscriptions are answered as events and the rest as JSON.
 */
export function answerByEvents(operations: Operations, streams: Streams, live: Live): Answer {
  async function start({ response, principal, context, refused }: Exchange): Promise<AsyncIterable<ExecutionResult>> {
    if (refused) return one({ errors: [operations.toPublic(toGraphQLError(refused))] });
    const { prepared, signal, ...rest } = context;
    const { kind } = (prepared as Prepared).planned;
    if (kind !== 'subscription') return one(await operations.run(prepared as Prepared, rest, signal));
    let unwatch = () => {};
    const destination = { outlet: new EventsOutlet(response), head: '' };
    const shared = live.subscribe(prepared as Prepared, rest, destination, () => unwatch());
    if (shared instanceof Reader) {
      unwatch = streams.watch(shared, principal, rest);
      return shared;
    }
    const results = shared ?? (await operations.subscribe(prepared as Prepared, rest));
    if (!(Symbol.asyncIterator in results)) return one(results);
    let unguard = () => {};
    const stream = streams.add(results, principal, rest, () => unguard());
    unguard = live.guard(stream, prepared as Prepared, rest);
    return stream;
  }

  async function answer(exchange: Exchange): Promise<void> {
    const { response } = exchange;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await write(response, await start(exchange).catch((error) => one(asResult(error, operations))), operations);
  }

  return (exchange) => {
    const { request, context, refused } = exchange;
    const isSubscription = context.prepared?.planned.kind === 'subscription';
    const asked = prefersEvents(request) || (isSubscription && namesEvents(request));
    if (request.method !== 'POST' || !asked || !(refused || context.prepared)) return undefined;
    return answer(exchange);
  };
}

/** The next result is asked for once the client has taken the last one: what waits, waits in the bounded queue upstream. */
async function write(
  response: ServerResponse,
  results: AsyncIterable<ExecutionResult>,
  operations: Operations,
): Promise<void> {
  const reader = results[Symbol.asyncIterator]();
  const onClose = () => void reader.return?.();
  response.once('close', onClose);
  if (response.closed) onClose(); // gone before there was anything to close
  response.on('error', () => response.destroy());
  let unread = 0; // pings that found the client with too much unread; shared events wait for it elsewhere
  const pinger = setInterval(() => {
    unread = response.writableNeedDrain ? unread + 1 : 0;
    if (unread * pingEvery > stalledAfter) response.destroy();
    else if (unread === 0) response.write(':\n\n');
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
  const sendResult = (result: ExecutionResult) => send(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
  try {
    await send(':\n\n');
    for (let step = await reader.next(); !step.done && !response.destroyed; step = await reader.next()) {
      await sendResult(step.value);
    }
  } catch (error) {
    await sendResult(asResult(error, operations));
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
