import {
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
} from 'graphql';
import type { Execution } from './execution.ts';
import { withinAnswer, withoutRepeats } from './failures.ts';
import type { PlannedOperation, Variant } from './planned.ts';
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
  if (planned.kind === 'subscription') throw new TypeError('A subscription is run by subscribe.');
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return coerced;
  const variant = findVariant(planned, coerced.values);
  if ('errors' in variant) return variant;
  const execution = startExecution(coerced.values, send, context, signal);
  const running = variant.steps?.(execution);
  if (running) await running;
  if (variant.introspection) introspect(planned.schema, variant.introspection, execution);
  return finish(variant, execution);
}

export function startExecution<C>(
  variables: Readonly<Record<string, unknown>>,
  send: Send<C>,
  context: C,
  signal?: AbortSignal,
): Execution {
  return { data: {}, variables, errors: [], failures: undefined, send: send as Send<never>, context, signal };
}

export type Coerced = { readonly values: Record<string, unknown> } | Refused;

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

export interface Refused {
  readonly errors: readonly GraphQLError[];
}

/** The operation without what these variables skip; refused if no subgraph can answer what is left. */
export function findVariant(
  planned: PlannedOperation,
  variables: Readonly<Record<string, unknown>>,
): Variant | Refused {
  try {
    return planned.variantFor(variables);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/** Shapes what has been gathered into the client's answer. */
export function finish(variant: Variant, execution: Execution): ExecutionResult {
  const { errors, failures } = execution;
  const data = (variant.shape(execution.data, 0, new Problems(errors, failures)) ?? null) as ExecutionResult['data'];
  if (failures) errors.push(...failures.rest());
  const { withheld } = variant;
  if (errors.length === 0 && !withheld) return { data };
  const placed = errors.map((error) => withinAnswer(error, data));
  return { errors: [...(withheld ?? []), ...withoutRepeats(placed)], data };
}

export function introspect(schema: GraphQLSchema, document: DocumentNode, execution: Execution): void {
  const result = executeSync({ schema, document, variableValues: execution.variables });
  Object.assign(execution.data, result.data);
  if (result.errors) execution.errors.push(...result.errors);
}
