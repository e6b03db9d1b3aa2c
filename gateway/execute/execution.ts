import { GraphQLError } from 'graphql';
import { clientKey } from './aliases.ts';
import { Failures } from './failures.ts';
import type { Entity } from './flatten.ts';
import { copy } from './merge.ts';
import type { Send, SubgraphRequest, SubgraphResponse } from './send.ts';

/** One run of a plan. */
export interface Execution {
  /** What the subgraphs have said so far, joined; holds more than the client asked for. */
  readonly data: Entity;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Errors whose place in the answer is known. */
  readonly errors: GraphQLError[];
  /** Errors that are placed when the answer is shaped. Undefined while there are none. */
  failures: Failures | undefined;
  readonly send: Send<never>;
  readonly context: unknown;
  readonly signal: AbortSignal | undefined;
}

/** A part of a compiled plan. Returns nothing when there was nothing to wait for. */
export type Step = (execution: Execution) => Promise<void> | undefined;

/** Asks a subgraph. Rejects only when the execution is aborted: a subgraph that is down is an answer with one error. */
export async function ask(execution: Execution, request: SubgraphRequest): Promise<SubgraphResponse> {
  const { signal, send } = execution;
  signal?.throwIfAborted();
  try {
    const response = await send(signal ? { ...request, signal } : request, execution.context as never);
    if (response.data || response.errors?.length) return response;
    return { errors: [unavailable(request.subgraph, new Error('The answer holds neither data nor errors.'))] };
  } catch (error) {
    signal?.throwIfAborted();
    return { errors: [unavailable(request.subgraph, error)] };
  }
}

/** The reason stays on `originalError`, for the log: it may name hosts. */
export function unavailable(subgraph: string, reason: unknown): GraphQLError {
  return new GraphQLError(`Subgraph '${subgraph}' is unavailable.`, {
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: subgraph },
    originalError: reason instanceof Error ? reason : new Error(String(reason)),
  });
}

/** The answer's data; if it `isWritten` to, without touching what others hold. */
export function ownData({ data, shared }: SubgraphResponse, isWritten: boolean): Entity | null | undefined {
  return shared && isWritten ? copy(data) : data;
}

export function failuresOf(execution: Execution): Failures {
  execution.failures ??= new Failures();
  return execution.failures;
}

/** The client's variables that a request uses; those without a value stay away, so that the subgraph's defaults hold. */
export function pickVariables(names: readonly string[], values: Readonly<Record<string, unknown>>): Entity | undefined {
  if (names.length === 0) return undefined;
  const picked: Entity = {};
  for (const name of names) {
    const known = clientKey(name);
    if (known in values) picked[name] = values[known];
  }
  return picked;
}
