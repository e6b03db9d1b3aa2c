import type { ExecutionResult, GraphQLError } from 'graphql';
import { coerceVariables, type ExecuteArgs, execute, finish, introspect, startExecution } from '../execute/execute.ts';
import type { Execution } from '../execute/execution.ts';
import { withinAnswer } from '../execute/failures.ts';
import type { Entity, ResponsePath } from '../execute/flatten.ts';
import type { PlannedOperation } from '../execute/planned.ts';
import { Problems } from '../execute/problems.ts';
import type { Send } from '../execute/send.ts';
import type { TypeIndex } from '../execute/types.ts';
import { entrySubgraph } from './entries.ts';
import { answerEntries, findItems, type Item } from './items.ts';
import { atPlace } from './places.ts';
import type { DeferredPart } from './planned.ts';

/** What a deferred fragment answers at one place. */
export interface IncrementalResult {
  /** Null if a null rose to the fragment itself. */
  readonly data: Record<string, unknown> | null;
  readonly path: ResponsePath;
  readonly label?: string;
  readonly errors?: readonly GraphQLError[];
}

export interface SubsequentResult {
  readonly incremental?: readonly IncrementalResult[];
  readonly hasNext: boolean;
}

/** An answer in several pieces. */
export interface IncrementalResults {
  readonly initial: ExecutionResult;
  /**
   * Deferred fragments as they come, what is there at once in one piece; the last has `hasNext: false`. What is within a deferred fragment
   * comes after it. `return` stops asking subgraphs. Rejects only when aborted.
   */
  readonly subsequent: AsyncIterableIterator<SubsequentResult>;
}

/** Whether an answer comes in pieces, for a client that takes them. */
export function comesInPieces(planned: PlannedOperation, variables: ExecuteArgs<unknown>['variables']): boolean {
  if (!planned.defers) return false;
  const coerced = coerceVariables(planned, variables);
  return !('errors' in coerced) && planned.deferredFor(coerced.values) !== undefined;
}

/** As `execute`, but what is deferred comes later, if it can. */
export async function executeIncrementally<C>(args: ExecuteArgs<C>): Promise<ExecutionResult | IncrementalResults> {
  const { planned, variables, send, context } = args;
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return coerced;
  const incremental = planned.deferredFor(coerced.values);
  if (!incremental) return execute(args);

  const controller = new AbortController();
  const signal = args.signal ? AbortSignal.any([args.signal, controller.signal]) : controller.signal;
  const { primary, parts, types } = incremental;
  const execution = startExecution(coerced.values, send, context, args.signal);
  const running = primary.steps?.(execution);
  if (running) await running;
  if (primary.introspection) introspect(planned.schema, primary.introspection, execution);
  const initial = finish(primary, execution);
  if (!initial.data) return initial;

  const pieces = new Pieces(() => controller.abort(new Error('The answer is not wanted any more.')));
  const start = (deferred: readonly DeferredPart[], from: readonly Item[]): void => {
    for (const part of deferred) {
      const items = findItems(part, from, types);
      if (items.length === 0) continue;
      pieces.expect(
        runPart(part, items, types, { ...execution, signal }).then((results) => {
          pieces.add(results.map(({ result }) => result));
          const next = results.flatMap(({ item, result }) => (result.data ? [{ ...item, answer: result.data }] : []));
          start(part.parts, next);
        }),
      );
    }
  };
  start(parts, [{ entity: execution.data, answer: initial.data, place: [] }]);
  return pieces.isEmpty ? initial : { initial, subsequent: pieces };
}

/** Runs one part for all its places at once. */
async function runPart(
  { entry, steps, shape, label, withheld }: DeferredPart,
  items: readonly Item[],
  types: TypeIndex,
  { variables, send, context, signal }: Execution,
): Promise<{ item: Item; result: IncrementalResult }[]> {
  const asked: Send<unknown> = (request, at) =>
    request.subgraph === entrySubgraph && entry
      ? Promise.resolve(answerEntries(entry, items, types))
      : (send as Send<unknown>)(request, at);
  const execution = startExecution(variables, asked, context, signal);
  const running = steps?.(execution);
  if (running) await running;

  // Errors by item, their paths beginning there.
  const errors: GraphQLError[][] = items.map(() => []);
  const sort = (found: readonly GraphQLError[]): void => {
    for (const error of found) {
      const index = entry && typeof error.path?.[1] === 'number' ? error.path[1] : 0;
      errors[index < items.length ? index : 0]?.push(entry ? atPlace(error, error.path?.slice(2)) : error);
    }
  };
  sort(execution.errors);
  const found = entry ? (execution.data[entry.key] as (Entity | null)[] | undefined) : [execution.data];
  const shaped = items.map((item, i) => {
    const entity = found?.[i] ?? {};
    const data = (shape(entity, 0, new Problems(errors[i] as GraphQLError[], execution.failures)) ??
      null) as Entity | null;
    return { item: { ...item, entity }, data };
  });
  if (execution.failures) sort(execution.failures.rest());

  return shaped.map(({ item, data }, i) => {
    const { place } = item;
    const said = (errors[i] ?? []).map((error) => {
      const within = withinAnswer(error, data);
      return atPlace(within, [...place, ...(within.path ?? [])]);
    });
    const all = i === 0 ? [...withheld, ...said] : said;
    const result = { data, path: place, ...(label !== undefined && { label }), ...(all.length > 0 && { errors: all }) };
    return { item, result };
  });
}

/** What has come and was not yet taken. */
class Pieces implements AsyncIterableIterator<SubsequentResult> {
  readonly #stop: () => void;
  #ready: IncrementalResult[] = [];
  #expected = 0;
  #failed: { error: unknown } | undefined;
  #over = false;
  #wake = () => {};

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  get isEmpty(): boolean {
    return this.#expected === 0 && this.#ready.length === 0;
  }

  expect(coming: Promise<void>): void {
    this.#expected += 1;
    coming
      .catch((error) => {
        this.#failed ??= { error };
      })
      .finally(() => {
        this.#expected -= 1;
        this.#wake();
      });
  }

  add(results: readonly IncrementalResult[]): void {
    this.#ready.push(...results);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<SubsequentResult>> {
    while (!this.#over && !this.#failed && this.#ready.length === 0 && this.#expected > 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failed && !this.#over) {
      this.#over = true;
      throw this.#failed.error;
    }
    if (this.#over) return { done: true, value: undefined };
    const incremental = this.#ready.splice(0);
    const hasNext = this.#expected > 0;
    this.#over = !hasNext;
    return { done: false, value: { ...(incremental.length > 0 && { incremental }), hasNext } };
  }

  async return(): Promise<IteratorResult<SubsequentResult>> {
    this.#over = true;
    this.#stop();
    this.#wake();
    return { done: true, value: undefined };
  }
}
