import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Withheld } from '../authorization/withhold.ts';
import type { Cache } from '../cache.ts';
import { deferVariables } from '../deferred/mark.ts';
import type { EntryPlanner } from '../deferred/plan.ts';
import { type Incremental, planDeferred } from '../deferred/planned.ts';
import { answerKey, withAnswerKeys } from './aliases.ts';
import { compilePlan } from './compile.ts';
import { conditionVariables, type Parts, settleConditions } from './conditions.ts';
import type { Step } from './execution.ts';
import { type Absorb, compileAbsorb } from './fetch.ts';
import { askForTypes } from './hidden-types.ts';
import { readDataPart, readIntrospection } from './operation.ts';
import type { Fetch, PlanNode } from './plan.ts';
import { compileShape, type Shape } from './shape.ts';
import type { SchemaIndex } from './types.ts';

/** An operation that is ready to run, any number of times and at the same time. */
export interface PlannedOperation {
  readonly schema: GraphQLSchema;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly definition: OperationDefinitionNode;
  /** Those of equal standing get the same plan of the same operation; what is run once for several readers must be the same in this. */
  readonly standing: string;
  /**
   * What to do for these values of the variables that @skip and @include read; most operations have one variant only, made when they
   * are planned. Throws QUERY_PLANNING_FAILED.
   */
  variantFor(variables: Readonly<Record<string, unknown>>): Variant;
  /** Whether it has @defer anywhere. */
  readonly defers: boolean;
  /** How it is answered in several pieces; undefined if, with these variables, nothing is deferred or can be. */
  deferredFor(variables: Readonly<Record<string, unknown>>): Incremental | undefined;
}

/** Nothing in it changes once it is made. */
export interface Variant {
  /** The plan as data, for costs, logs and tests. Undefined if no subgraph needs to be asked. */
  readonly plan: PlanNode | undefined;
  /** The plan, compiled; of a subscription, what is to be done for each event. */
  readonly steps: Step | undefined;
  /** Of a subscription: the fetch to subscribe with, and how its events are laid into the data. */
  readonly source: { readonly fetch: Fetch; readonly absorb: Absorb } | undefined;
  /** `__schema` and `__type` of the root. */
  readonly introspection: DocumentNode | undefined;
  readonly shape: Shape;
  /** What was taken out before this was planned; said in every answer. */
  readonly withheld: readonly GraphQLError[] | undefined;
}

/** What operations are planned with. */
export interface Planning {
  readonly schema: GraphQLSchema;
  readonly types: SchemaIndex;
  readonly standing: string;
  /** Plans the data part of an operation; undefined stands for an empty plan. */
  planFetches(text: string, operationName: string | undefined): PlanNode | undefined;
  /** Takes out what is not to be answered. @returns undefined if that is nothing */
  readonly withhold: ((parts: Parts) => Withheld | undefined) | undefined;
  /** Undefined if there are no entities. */
  entries(): EntryPlanner | undefined;
  /** Of all operations: what was made for each setting of their Boolean variables. */
  readonly made: Cache<unknown>;
}

/** Throws QUERY_PLANNING_FAILED. */
export function planOperation(planning: Planning, parts: Parts): PlannedOperation {
  const { schema, standing } = planning;
  const { definition } = parts;
  const names = conditionVariables(parts);
  const settle = (values: Readonly<Record<string, unknown>>) => (names ? settleConditions(parts, values) : parts);
  const planned = {
    ...{ schema, kind: definition.operation, definition, standing },
    defers: deferVariables(parts) !== undefined,
    deferredFor: deferrals(planning, parts),
  };
  if (!names?.length) {
    const variant = makeVariant(planning, settle({}));
    return { ...planned, variantFor: () => variant };
  }
  return { ...planned, variantFor: bySetting(planning.made, names, (values) => makeVariant(planning, settle(values))) };
}

function deferrals(planning: Planning, parts: Parts): PlannedOperation['deferredFor'] {
  const names = deferVariables(parts);
  if (!names) return () => undefined;
  const conditions = conditionVariables(parts);
  return bySetting(planning.made, [...(conditions ?? []), ...names], (values) => {
    try {
      return planDeferred(planning, conditions ? settleConditions(parts, values) : parts, values);
    } catch (error) {
      if (error instanceof GraphQLError) return undefined; // whatever is wrong with it, one piece will say so
      throw error;
    }
  });
}

let operations = 0;

/**
 * Makes something once for each setting of Boolean variables. Clients choose the settings, 2^n of them, and each may take as much as
 * the operation itself: each operation keeps the last one, and all operations together those used most recently.
 */
function bySetting<T>(
  made: Cache<unknown>,
  names: readonly string[],
  make: (values: Readonly<Record<string, unknown>>) => T,
): (values: Readonly<Record<string, unknown>>) => T {
  operations += 1;
  const operation = operations;
  let last: { readonly setting: string; readonly value: T } | undefined;
  return (values) => {
    const setting = names.map((name) => (values[name] === true ? 1 : 0)).join('');
    if (last?.setting === setting) return last.value;
    const key = `${operation} ${setting}`;
    const known = made.get(key) as typeof last;
    last = known ?? { setting, value: make(values) };
    if (!known) made.set(key, last);
    return last.value;
  };
}

function makeVariant({ schema, types, planFetches, withhold }: Planning, parts: Parts): Variant {
  const { definition, fragments } = parts;
  const root = schema.getRootType(definition.operation);
  if (!root) throw planningFailed(`The schema has no ${definition.operation} type.`);
  // After @skip and @include: what is not asked for is not refused.
  const withheld = withhold?.(parts);
  const kept = withheld ? withheld.kept : parts;
  const text = kept && readDataPart(askForTypes(withAnswerKeys(kept, types), schema, types));
  const plan = text === undefined ? undefined : planFetches(text, definition.name?.value);
  if (text !== undefined && !plan) throw planningFailed('No subgraph can answer this operation.');
  const isSubscribed = definition.operation === 'subscription' && !(withheld && !plan);
  const [source, rest] = isSubscribed ? splitSubscription(plan) : [undefined, plan];
  const part = withheld && { fragments: kept?.fragments ?? new Map(), set: kept?.definition.selectionSet };
  return {
    plan,
    steps: rest && compilePlan(rest, types),
    source: source && { fetch: source, absorb: compileAbsorb(source, types, !rest) },
    introspection: kept && readIntrospection(kept),
    shape: compileShape(
      { schema, fragments, keyOf: (node) => answerKey(node, types) },
      root,
      definition.selectionSet,
      part,
    ),
    withheld: withheld?.errors,
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
