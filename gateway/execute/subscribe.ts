import type { ExecutionResult } from 'graphql';
import type { ExecuteArgs } from './execute.ts';
import type { PlannedOperation } from './planned.ts';
import type { Open, Send, SubgraphResponse } from './send.ts';
import { prepareSource } from './source.ts';

export interface SubscribeArgs<C> extends ExecuteArgs<C> {
  readonly open: Open<C>;
  /** Runs each event, with the context that is to travel on; absent: with `context`. */
  readonly onEvent?: (run: (context: C) => Promise<ExecutionResult>) => Promise<ExecutionResult>;
}

/**
 * Subscribes at the one subgraph that owns the field and completes each of its events from the others. Bad variables, and a field that the
 * asker may not read, give a result with errors and no iterator. Events are run one at a time, as they are asked for. An upstream that breaks gives one last result with
 * SUBGRAPH_UNAVAILABLE. `return` ends the upstream at once, also while an event is awaited or being run.
 */
export async function subscribe<C>(
  args: SubscribeArgs<C>,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const { planned, variables, send, open, context, signal, onEvent = (start) => start(context) } = args;
  const source = prepareSource(planned, variables, send, signal);
  if (!('run' in source)) return source;
  return mapEvents(
    () => open(source.request({}), context),
    (event) => onEvent((own) => source.run(event, own)),
    (reason) => onEvent((own) => source.fail(reason, own)),
  );
}

/**
 * Runs one event of `planned`'s source, as `Source.run` does, for who has it once: `variables` are checked each time.
 */
export async function runEvent<C>(
  planned: PlannedOperation,
  event: SubgraphResponse,
  variables: ExecuteArgs<C>['variables'],
  send: Send<C>,
  context: C,
): Promise<ExecutionResult> {
  const source = prepareSource(planned, variables, send);
  return 'run' in source ? source.run(event, context) : source;
}

/** An async generator would queue `return` behind a pending `next`, which may never settle: hence by hand. */
function mapEvents<T, R>(
  open: () => AsyncIterable<T>,
  run: (event: T) => Promise<R>,
  fail: (error: unknown) => Promise<R>,
): AsyncIterableIterator<R> {
  const ended: IteratorReturnResult<undefined> = { done: true, value: undefined };
  const waiting = new Set<(result: typeof ended) => void>();
  let source: AsyncIterator<T> | undefined;
  let isEnded = false;

  const step = async (): Promise<IteratorResult<R>> => {
    if (isEnded) return ended;
    let event: IteratorResult<T>;
    try {
      source ??= open()[Symbol.asyncIterator]();
      event = await source.next();
    } catch (error) {
      if (isEnded) return ended;
      isEnded = true;
      return { done: false, value: await fail(error) };
    }
    if (!event.done && !isEnded) return { done: false, value: await run(event.value) };
    isEnded = true;
    return ended;
  };

  const stop = async (): Promise<typeof ended> => {
    isEnded = true;
    for (const answer of waiting) answer(ended);
    waiting.clear();
    await source?.return?.();
    return ended;
  };

  // Two calls of `next` at once are answered in order.
  let last: Promise<unknown> = Promise.resolve();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (isEnded) return Promise.resolve(ended);
      const result = last.then(step, step);
      last = result;
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        result.then(resolve, reject).finally(() => waiting.delete(resolve));
      });
    },
    return: stop,
    throw: async (error) => {
      await stop();
      throw error;
    },
  };
}
