import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { conditionVariables } from './collect-fields.ts';
import { compileSteps } from './compile.ts';
import type { Step } from './execution.ts';
import { type Absorb, compileAbsorb } from './fetch.ts';
import type { Operation } from './operation.ts';
import type { Fetch, PlanNode } from './plan.ts';
import { compileShape, type Shape } from './shape.ts';
import type { TypeIndex } from './types.ts';

/** An operation that is ready to run, any number of times and at the same time: nothing in it changes. */
export interface PlannedOperation {
  readonly schema: GraphQLSchema;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly definition: OperationDefinitionNode;
  /** The plan as data, for costs, logs and tests. Undefined if no subgraph needs to be asked. */
  readonly plan: PlanNode | undefined;
  /** The plan, compiled; of a subscription, what is to be done for each event. */
  readonly steps: Step | undefined;
  /** Of a subscription: the fetch to subscribe with, and how its events are laid into the data. */
  readonly source: { readonly fetch: Fetch; readonly absorb: Absorb } | undefined;
  /** `__schema` and `__type` of the root. */
  readonly introspection: DocumentNode | undefined;
  shapeFor(variables: Readonly<Record<string, unknown>>): Shape;
}

/** Compiles a plan. Throws if it is not one that answers the operation. */
export function compileOperation(
  schema: GraphQLSchema,
  types: TypeIndex,
  operation: Operation,
  plan: PlanNode | undefined,
): PlannedOperation {
  const { definition, fragments, introspection } = operation;
  if (operation.toPlan && !plan) throw planningFailed('No subgraph can answer this operation.');
  const isSubscription = definition.operation === OperationTypeNode.SUBSCRIPTION;
  const [source, rest] = isSubscription ? splitSubscription(plan) : [undefined, plan];
  return {
    schema,
    kind: definition.operation,
    definition,
    plan,
    steps: rest && compileSteps(rest, types),
    source: source && { fetch: source, absorb: compileAbsorb(source, types) },
    introspection,
    shapeFor: shapes(schema, definition, fragments),
  };
}

export function planningFailed(message: string, cause?: unknown): GraphQLError {
  const originalError = cause instanceof Error ? cause : undefined;
  return new GraphQLError(message, { extensions: { code: 'QUERY_PLANNING_FAILED' }, originalError });
}

function splitSubscription(plan: PlanNode | undefined): [Fetch, PlanNode | undefined] {
  if (plan?.kind === 'Subscription') return [plan.primary, undefined];
  if (plan?.kind === 'Sequence') {
    const [first, ...nodes] = plan.nodes;
    if (first?.kind === 'Subscription') return [first.primary, { kind: 'Sequence', nodes }];
  }
  throw planningFailed('The plan does not begin with a subscription.');
}

/** One shape for each setting of the variables that @skip and @include read; for most operations there is just one. */
function shapes(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): PlannedOperation['shapeFor'] {
  const root = schema.getRootType(definition.operation);
  if (!root) throw planningFailed(`The schema has no ${definition.operation} type.`);
  const compile = (conditions: Readonly<Record<string, unknown>>) =>
    compileShape({ schema, fragments, conditions }, root, definition.selectionSet);
  const names = conditionVariables(definition, fragments.values());
  if (names.length === 0) {
    const shape = compile({});
    return () => shape;
  }
  const known = new Map<string, Shape>();
  return (variables) => {
    const setting = names.map((name) => (variables[name] === true ? 1 : 0)).join('');
    let shape = known.get(setting);
    if (!shape) {
      shape = compile(Object.fromEntries(names.map((name) => [name, variables[name]])));
      // Clients choose the settings, so there may be 2^n of them.
      if (known.size >= 64) known.clear();
      known.set(setting, shape);
    }
    return shape;
  };
}
