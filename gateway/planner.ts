import * as native from '@graphql-hive/router-query-planner';
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  parse,
  print,
  specifiedDirectives,
  validate,
  visit,
} from 'graphql';
import { findOperation } from './execute/operation.ts';
import type { EntityLookup, Fetch, Path, PlanNode, Required, Rewrite } from './execute/plan.ts';
import { type PlanFetches, type PlannedOperation, planningFailed, planOperation } from './execute/planned.ts';
import { indexTypes } from './execute/types.ts';

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
   */
  plan(operation: string | DocumentNode, operationName?: string): PlannedOperation;
}

export interface PlannerOptions {
  /** How many plans are kept; the least recently used goes first. Default 1,000. */
  readonly cacheSize?: number;
}

/** Throws an Error that says what is wrong with the supergraph. */
export function createPlanner(supergraphSdl: string, { cacheSize = 1000 }: PlannerOptions = {}): Planner {
  const supergraph = parseSupergraph(supergraphSdl);
  const planner = startPlanner(supergraphSdl);
  const schema = clientSchema(planner.consumerSchema);
  const types = indexTypes(supergraph);
  const noLabels = new Set<string>();

  const makePlan = (document: DocumentNode, operationName: string | undefined): PlannedOperation => {
    // Not only for the message: on some invalid documents (fragments in a circle) the native planner takes the process down.
    const [invalid] = validate(schema, document, undefined, { maxErrors: 1 });
    if (invalid) throw withCode(invalid, 'GRAPHQL_VALIDATION_FAILED');
    return planOperation(schema, types, findOperation(document, operationName), planFetches);
  };

  const planFetches: PlanFetches = (text, operationName) => {
    try {
      const { node } = planner.plan(text, operationName, noLabels, 0);
      return node ? translate(node, []) : undefined;
    } catch (error) {
      throw planningFailed('This operation cannot be answered by the subgraphs.', error);
    }
  };

  // Documents are recognised by identity, texts by the text as it came; both lead to the entry of the normalised text.
  const byDocument = new WeakMap<DocumentNode, Map<string, PlannedOperation>>();
  const plans = new Map<string, PlannedOperation>();
  const recall = (key: string): PlannedOperation | undefined => {
    const planned = plans.get(key);
    if (planned) {
      plans.delete(key);
      plans.set(key, planned);
    }
    return planned;
  };
  const remember = (key: string, planned: PlannedOperation): void => {
    plans.set(key, planned);
    for (const oldest of plans.keys()) {
      if (plans.size <= cacheSize) return;
      plans.delete(oldest);
    }
  };

  const plan: Planner['plan'] = (operation, operationName) => {
    const name = operationName ?? '';
    const textKey = typeof operation === 'string' ? `${name}\n${operation}` : undefined;
    const known = textKey !== undefined ? recall(textKey) : byDocument.get(operation as DocumentNode)?.get(name);
    if (known) return known;

    const document = typeof operation === 'string' ? parseOperation(operation) : operation;
    const key = `${name}\n${print(document)}`;
    const planned = recall(key) ?? makePlan(document, operationName);
    remember(key, planned);
    if (textKey !== undefined) remember(textKey, planned);
    else {
      const names = byDocument.get(document) ?? new Map<string, PlannedOperation>();
      byDocument.set(document, names.set(name, planned));
    }
    return planned;
  };

  return { schema, subgraphs: readSubgraphs(supergraph), plan };
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
function clientSchema(sdl: string): GraphQLSchema {
  const isOurs = (definition: DefinitionNode): boolean => {
    if (!('name' in definition) || !definition.name) return true;
    const name = definition.name.value;
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION)
      return !/^(__|(join|link|core|federation)__)/.test(name) && !builtIn.has(name);
    return !specifiedDirectives.some((directive) => directive.name === name);
  };
  const document = visit(parse(sdl, { noLocation: true }), {
    FieldDefinition: (field) => (field.name.value.startsWith('__') ? null : undefined),
  });
  const kept = document.definitions.filter(isOurs);
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

const builtIn = new Set(['Boolean', 'Float', 'ID', 'Int', 'String']);

function parseOperation(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } });
}

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
