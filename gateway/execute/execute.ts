import { type ExecutionResult, executeSync, GraphQLError, getVariableValues } from 'graphql';
import type { Execution } from './execution.ts';
import type { PlannedOperation } from './planned.ts';
import { Problems } from './problems.ts';
import type { Send } from './send.ts';

export interface ExecuteArgs<C> {
  readonly planned: PlannedOperation;
  /** As the client sent them. */
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly send: Send<C>;
  /** Handed to `send` as it is. */
  readonly context: C;
  /** Once aborted no further subgraph is asked and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Answers a query or mutation. Bad variables (code BAD_USER_INPUT) give a result without `data`; everything that goes wrong in a
 * subgraph gives a partial answer with errors. Rejects only when aborted.
 */
export async function execute<C>({
  planned,
  variables,
  send,
  context,
  signal,
}: ExecuteArgs<C>): Promise<ExecutionResult> {
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return coerced;
  const execution = startExecution(coerced.values, send, context, signal);
  const running = planned.steps?.(execution);
  if (running) await running;
  if (planned.introspection) introspect(planned, execution);
  return finish(planned, execution);
}

export function startExecution<C>(
  variables: Readonly<Record<string, unknown>>,
  send: Send<C>,
  context: C,
  signal?: AbortSignal,
): Execution {
  return { data: {}, variables, errors: [], failures: undefined, send: send as Send<never>, context, signal };
}

export type Coerced = { readonly values: Record<string, unknown> } | { readonly errors: readonly GraphQLError[] };

/** Checks the client's variables against the operation and fills in its defaults. */
export function coerceVariables(
  { schema, definition }: PlannedOperation,
  inputs: ExecuteArgs<unknown>['variables'],
): Coerced {
  const { variableDefinitions } = definition;
  if (!variableDefinitions?.length) return { values: {} };
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, inputs ?? {}, { maxErrors: 50 });
  if (coerced) return { values: coerced };
  const code = 'BAD_USER_INPUT';
  return {
    errors: errors.map(
      ({ message, nodes, extensions }) => new GraphQLError(message, { nodes, extensions: { ...extensions, code } }),
    ),
  };
}

/** Shapes what has been gathered into the client's answer. */
export function finish(planned: PlannedOperation, execution: Execution): ExecutionResult {
  const { errors, failures } = execution;
  const shape = planned.shapeFor(execution.variables);
  const data = (shape(execution.data, 0, new Problems(errors, failures)) ?? null) as ExecutionResult['data'];
  if (failures) errors.push(...failures.rest());
  return errors.length === 0 ? { data } : { errors, data };
}

function introspect({ schema, introspection }: PlannedOperation, execution: Execution): void {
  const result = executeSync({ schema, document: introspection!, variableValues: execution.variables });
  Object.assign(execution.data, result.data);
  if (result.errors) execution.errors.push(...result.errors);
}
