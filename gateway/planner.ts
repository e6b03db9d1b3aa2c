import * as native from '@graphql-hive/router-query-planner';
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  parse,
  specifiedDirectives,
  validate,
  visit,
} from 'graphql';
import { readDirectiveNames, readGuard } from './authorization/requirements.ts';
import { grantsFor, withhold as withholdFrom } from './authorization/withhold.ts';
import { Cache } from './cache.ts';
import { addEntries } from './deferred/entries.ts';
import { checkDefers } from './deferred/mark.ts';
import type { Parts } from './execute/conditions.ts';
import { findOperation } from './execute/operation.ts';
import type { EntityLookup, Fetch, Path, PlanNode, Required, Rewrite } from './execute/plan.ts';
import { type PlannedOperation, planningFailed, planOperation } from './execute/planned.ts';
import { indexTypes } from './execute/types.ts';
import { orderGraphs } from './graph-order.ts';
import { createPlans, withCode } from './plans.ts';

export type * from './execute/plan.ts';
export type { PlannedOperation } from './execute/planned.ts';

export interface Planner {
  /** What clients may see: without @inaccessible parts and without federation's own types. */
  readonly schema: GraphQLSchema;
  /** Name of each subgraph (as `@join__graph` gives it) and its url in the supergraph, which may be empty. */
  readonly subgraphs: ReadonlyMap<string, string>;
  /**
   * Plans an operation, or finds the plan made before for the same text and name. Throws a GraphQLError: GRAPHQL_PARSE_FAILED,
   * GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE, or QUERY_PLANNING_FAILED when no subgraph can answer a field.
   * @param standing of who asks; by default, somebody who may read nothing that is guarded
   * @param isValid says that the document was found valid against `schema`
   */
  plan(
    operation: string | DocumentNode,
    operationName?: string,
    options?: { readonly standing?: Standing; readonly isValid?: boolean },
  ): PlannedOperation;
}

export interface PlannerOptions {
  /** How many plans are kept; the least recently used goes first. Default 1,000. */
  readonly cacheSize?: number;
}

/** What a plan depends on, of who asks. */
export interface Standing {
  /** `authenticated`, `scope:<scope>` or `policy:<policy>`: what guarded parts of the supergraph ask for. */
  holds(grant: string): boolean;
  /** Whether the new side of an `@override(label:)` is in force; labels of the form `percent(n)` go by `share`. */
  isActive(label: string): boolean;
  /** 0 <= share < 100: `@override(label: "percent(n)")` is in force for shares below n. */
  readonly share: number;
}

/** Reads nothing that is guarded. */
const nobody: Standing = { holds: () => false, isActive: () => false, share: 0 };

/** Throws an Error that says what is wrong with the supergraph. */
export function createPlanner(supergraphSdl: string, { cacheSize = 1000 }: PlannerOptions = {}): Planner {
  const supergraph = parseSupergraph(supergraphSdl);
  const order = orderGraphs(supergraph, supergraphSdl);
  const planner = startPlanner(order.sdl);
  const schema = clientSchema(planner.consumerSchema, readDirectiveNames(supergraph));
  const types = indexTypes(supergraph);
  const guard = readGuard(supergraph);
  const sidesOf = readOverrides(planner);
  const entriesOf = once(() => createEntries(parse(order.sdl)));

  const planFetches = (
    text: string,
    operationName: string | undefined,
    { labels, share }: Sides,
    by: native.QueryPlanner = planner,
  ) => {
    try {
      const { node } = by.plan(text, operationName, labels, share);
      const plan = node ? order.restore(translate(node, [])) : undefined;
      if (plan && losesAlias(plan)) throw new Error('The plan asks for a field under an alias that it then forgets.');
      return plan;
    } catch (error) {
      throw planningFailed('This operation cannot be answered by the subgraphs.', error);
    }
  };

  const find = createPlans<Operation>(cacheSize, (document, name, isValid) => {
    // Not only for the message: on some invalid documents (fragments in a circle) the native planner takes the process down.
    const [invalid] = isValid ? [] : validate(schema, document, undefined, { maxErrors: 1 });
    if (invalid) throw withCode(invalid, 'GRAPHQL_VALIDATION_FAILED');
    const parts = findOperation(document, name || undefined);
    checkDefers(parts);
    return { parts, grants: guard && grantsFor(guard, schema, parts), planned: new Cache(mostStandings) };
  });

  const made = new Cache<unknown>(mostVariants);
  const plan: Planner['plan'] = (operation, operationName = '', { standing = nobody, isValid = false } = {}) => {
    const { parts, grants, planned } = find(operation, operationName, isValid);
    const sides = sidesOf(standing);
    const held = grants?.filter((grant) => standing.holds(grant));
    const key = held ? `${sides.key}\n${held.join('\n')}` : sides.key;
    let found = planned.get(key);
    if (!found) {
      const holds = new Set(held);
      const withhold =
        guard && held && ((settled: Parts) => withholdFrom(guard, schema, settled, (grant) => holds.has(grant)));
      const planning = { schema, types, withhold, made };
      const entries = () => {
        const { types: entryTypes, planner: by } = entriesOf() ?? {};
        const plan = (text: string) => planFetches(text, undefined, sides, by);
        return entryTypes && { has: (type: string) => entryTypes.has(type), planFetches: plan };
      };
      found = planOperation(
        { ...planning, standing: key, entries, planFetches: (text, name) => planFetches(text, name, sides) },
        parts,
      );
      planned.set(key, found);
    }
    return found;
  };

  return { schema, subgraphs: readSubgraphs(supergraph), plan };
}

/** Made when the first operation defers something: most never do. */
function createEntries(
  supergraph: DocumentNode,
): { types: ReadonlySet<string>; planner: native.QueryPlanner } | undefined {
  try {
    const entries = addEntries(supergraph);
    return entries && { types: entries.types, planner: startPlanner(entries.sdl) };
  } catch {
    return undefined; // then only fields of the root are deferred
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** How many standings one operation is kept planned for. */
const mostStandings = 32;
/** Of all operations with @skip, @include or @defer by variables; of a large one, each takes some 130 kB. */
const mostVariants = 256;

interface Operation {
  readonly parts: Parts;
  /** Undefined if it reaches nothing that is guarded. */
  readonly grants: readonly string[] | undefined;
  readonly planned: Cache<PlannedOperation>;
}

/** Which side of each overridden field is asked. */
interface Sides {
  readonly key: string;
  readonly labels: Set<string>;
  readonly share: number;
}

function readOverrides({ overrideLabels, overridePercentages }: native.QueryPlanner): (standing: Standing) => Sides {
  const percentages = [0, ...new Set(overridePercentages)].sort((a, b) => a - b);
  if (overrideLabels.length === 0 && percentages.length === 1) {
    const only: Sides = { key: '', labels: new Set(), share: 0 };
    return () => only;
  }
  return (standing) => {
    const labels = overrideLabels.filter((label) => standing.isActive(label));
    const { share } = standing;
    // All shares between two percentages are on the same sides.
    const from = percentages.findLast((percentage) => percentage <= share) ?? 0;
    return { key: JSON.stringify([from, labels]), labels: new Set(labels), share: from };
  };
}

/**
 * Where two fields of one type require one field with different arguments, below a condition on the type, the planner (0.0.38) asks for
 * both values and then sends one of them for both. Such a plan gives wrong answers.
 */
function losesAlias(plan: PlanNode): boolean {
  const text = JSON.stringify(plan);
  const read = new Set([...text.matchAll(/"key":"(_internal_qp_alias_\d+)"/g)].map(([, alias]) => alias));
  return [...text.matchAll(/(?<!\w)(_internal_qp_alias_\d+):/g)].some(([, alias]) => !read.has(alias));
}

function parseSupergraph(sdl: string): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(sdl, { noLocation: true });
  } catch (error) {
    throw new Error(`The supergraph is not valid GraphQL: ${(error as Error).message}`, { cause: error });
  }
  if (readSubgraphs(document).size > 0) return document;
  throw new Error('This schema is not a supergraph: it names no subgraphs (enum join__Graph with @join__graph).');
}

function startPlanner(sdl: string): native.QueryPlanner {
  try {
    return new native.QueryPlanner(sdl);
  } catch (error) {
    throw new Error(`The query planner refuses the supergraph: ${(error as Error).message}`, { cause: error });
  }
}

function readSubgraphs(supergraph: DocumentNode): Map<string, string> {
  const subgraphs = new Map<string, string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { directives } of definition.values ?? []) {
      const args = directives?.find((directive) => directive.name.value === 'join__graph')?.arguments ?? [];
      const [name, url] = ['name', 'url'].map((wanted) => {
        const value = args.find((argument) => argument.name.value === wanted)?.value;
        return value?.kind === Kind.STRING ? value.value : '';
      });
      if (name) subgraphs.set(name, url ?? '');
    }
  }
  return subgraphs;
}

/**
 * The planner's client schema repeats what graphql-js brings along, lets some of federation's own types through, and leaves @inaccessible
 * types in unions and behind `implements`.
 */
function clientSchema(sdl: string, guards: Pick<ReadonlyMap<string, unknown>, 'has'>): GraphQLSchema {
  const isOurs = (definition: DefinitionNode): boolean => {
    if (!('name' in definition) || !definition.name) return true;
    const name = definition.name.value;
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION)
      return !/^(__|(join|link|core|federation|policy|requiresScopes)__)/.test(name) && !builtIn.has(name);
    return !specifiedDirectives.some((directive) => directive.name === name) && !guards.has(name);
  };
  const document = visit(parse(sdl, { noLocation: true }), {
    FieldDefinition: (field) => (field.name.value.startsWith('__') ? null : undefined),
  });
  const known = document.definitions.filter(isOurs);
  const isDeclared = known.some((one) => one.kind === Kind.DIRECTIVE_DEFINITION && one.name.value === 'defer');
  const kept = isDeclared ? known : [...known, ...defer];
  const names = new Set(kept.map((definition) => ('name' in definition ? definition.name?.value : undefined)));
  const isKept = (type: NamedTypeNode) => names.has(type.name.value);
  const definitions = kept.map((definition) => {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION)
      return { ...definition, types: definition.types?.filter(isKept) };
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      return { ...definition, interfaces: definition.interfaces?.filter(isKept) };
    return definition;
  });
  return buildASTSchema({ ...document, definitions }, { assumeValidSDL: true });
}

/** Answered by the executor, whatever the subgraphs know of it. */
const defer = parse('directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT', {
  noLocation: true,
}).definitions;

const builtIn = new Set(['Boolean', 'Float', 'ID', 'Int', 'String']);

/** From the planner's nodes to ours. `path` is where the surrounding Flatten nodes lead. */
function translate(node: native.PlanNode, path: Path): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return translateFetch(node, path);
    case 'BatchFetch': {
      const lookups = node.entityBatch.aliases.map((one) => ({
        ...translateLookup(one),
        alias: one.alias,
        representationsVariable: one.representationsVariableName,
        paths: one.paths.map((each) => [...path, ...translatePath(each)]),
      }));
      return { kind: 'EntityFetch', ...translateRequest(node), lookups };
    }
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((one) => translate(one, path)) };
    case 'Flatten':
      return translate(node.node, [...path, ...translatePath(node.path)]);
    case 'Condition': {
      const { condition, ifClause, elseClause } = node;
      const [whenTrue, whenFalse] = [ifClause, elseClause].map((one) => (one ? translate(one, path) : undefined));
      return { kind: 'Condition', variable: condition, whenTrue, whenFalse };
    }
    case 'Subscription':
      return { kind: 'Subscription', primary: rootFetch(node.primary, path) };
    case 'Defer': {
      // Answered in one piece: what could come later comes with the rest.
      const parts = [node.primary.node, ...node.deferred.map((one) => one.node)];
      return { kind: 'Sequence', nodes: parts.flatMap((one) => (one ? [translate(one, path)] : [])) };
    }
    default:
      throw new Error(`The planner made a node of a kind that is not known: ${(node as { kind: string }).kind}.`);
  }
}

function translateFetch(node: native.FetchNode, path: Path): PlanNode {
  if (!node.requires?.length) return rootFetch(node, path);
  const where = { alias: '_entities', representationsVariable: 'representations', paths: [path] };
  return { kind: 'EntityFetch', ...translateRequest(node), lookups: [{ ...where, ...translateLookup(node) }] };
}

function rootFetch(node: native.FetchNode, path: Path): Fetch {
  return {
    kind: 'Fetch',
    ...translateRequest(node),
    path,
    outputRewrites: (node.outputRewrites ?? []).map(translateRewrite),
  };
}

function translateRequest({
  serviceName,
  operation,
  operationName,
  operationKind,
  variableUsages,
}: native.FetchNode | native.BatchFetchNode) {
  return {
    subgraph: serviceName,
    query: operation,
    operationName: operationName ?? undefined,
    operationKind: operationKind ?? ('query' as const),
    variables: variableUsages ?? [],
  };
}

function translateLookup(
  node: Pick<native.FetchNode, 'requires' | 'inputRewrites' | 'outputRewrites'>,
): Pick<EntityLookup, 'requires' | 'inputRewrites' | 'outputRewrites'> {
  return {
    requires: (node.requires ?? []).map(translateRequired),
    inputRewrites: (node.inputRewrites ?? []).map(translateRewrite),
    outputRewrites: (node.outputRewrites ?? []).map(translateRewrite),
  };
}

function translateRequired(selection: native.RequiresSelection): Required {
  if (selection.kind === 'Field') {
    const { name, alias, selections } = selection;
    return { kind: 'field', key: name, as: alias ?? name, selections: selections && translateNested(selections) };
  }
  if (selection.kind === 'FragmentSpread') throw new Error('The planner names a fragment in what a fetch requires.');
  return { kind: 'fragment', on: selection.typeCondition, selections: selection.selections.map(translateRequired) };
}

/** Within a representation, an object that may be of several types says of which it is: its subgraph cannot tell otherwise. */
function translateNested(selections: readonly native.RequiresSelection[]): Required[] {
  const required = selections.map(translateRequired);
  const isAbstract = required.some(({ kind }) => kind === 'fragment');
  const typename: Required = { kind: 'field', key: '__typename', as: '__typename', selections: undefined };
  return isAbstract ? [typename, ...required] : required;
}

function translatePath(path: readonly native.FlattenNodePathSegment[]): Path {
  return path.map((segment) => {
    if (segment === '@') return { kind: 'list' };
    return 'Field' in segment ? { kind: 'field', key: segment.Field } : { kind: 'type', names: segment.TypeCondition };
  });
}

function translateRewrite(rule: native.InputRewrite): Rewrite {
  if ('KeyRenamer' in rule)
    return { kind: 'rename', path: rewritePath(rule.KeyRenamer.path), to: rule.KeyRenamer.renameKeyTo };
  const setter = 'ValueSetter' in rule ? rule.ValueSetter : rule;
  return { kind: 'set', path: rewritePath(setter.path), value: setter.setValueTo };
}

function rewritePath(path: readonly native.FetchNodePathSegment[]): Path {
  return path.map((segment) =>
    'Key' in segment ? { kind: 'field', key: segment.Key } : { kind: 'type', names: segment.TypenameEquals },
  );
}
