import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  parseType,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';
import type { PlannedOperation } from '../execute/index.ts';
import type { Standing } from '../planner.ts';
import type { Graph } from '../supergraph/graph.ts';
import { dependsOnViewer } from './viewer.ts';

/** The variable that says where a stream is to be resumed; the client's own place for it has been cut out. */
export const afterVariable = 'liveAfter';
const cursorAlias = 'liveCursor';

/** A subscription to a log: its field takes `after: Cursor`, its events carry a `cursor`. So it can be resumed and shared. */
export interface Followable {
  /** Equal for operations that differ in formatting, or in where they begin. */
  readonly text: string;
  /** The client's operation with the variable `liveAfter`, and with cursors under names of ours, which `strip` takes out again. */
  readonly planned: PlannedOperation;
  readonly dependsOnViewer: boolean;
  /** Whether a stream that begins from now begins with a message that says where it stands. */
  readonly greets: boolean;
  /** The client's place, among its variables as they were coerced. */
  readAfter(values: Readonly<Record<string, unknown>>): unknown;
  /** Takes what the client did not ask for out of an event's data. */
  strip(data: Record<string, unknown> | null | undefined): Mark;
}

/** What an event says of the stream that it stands in. */
export interface Mark {
  readonly cursor: string | undefined;
  /** Nothing but where the stream stands, so that it may begin with it. */
  readonly isGreeting: boolean;
  /** The subgraph is about to stop, and ends the stream. */
  readonly isClosing: boolean;
}

/** By the names of their types. */
const greeting = 'Heartbeat';
const closing = 'StreamClosing';

/**
 * @returns undefined for a subscription that is no log, or that is written so that it cannot be told (a condition at the root)
 * @throws GraphQLError if it is not valid in this graph, or cannot be planned
 */
export function findFollowable(
  graph: Graph,
  document: DocumentNode,
  operationName: string | undefined,
  standing: Standing,
): Followable | undefined {
  const { schema } = graph;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode =>
      one.kind === Kind.OPERATION_DEFINITION && (operationName === undefined || one.name?.value === operationName),
  );
  if (isTaken(document)) return undefined;
  const root = operation && readRoot(operation.selectionSet, fragments);
  const definition = root && schema.getSubscriptionType()?.getFields()[root.name.value];
  const argument = definition?.args.find(({ name }) => name === 'after');
  if (
    !root ||
    !argument ||
    isNonNullType(argument.type) ||
    !isScalarType(argument.type) ||
    argument.defaultValue !== undefined
  )
    return undefined;
  // Who begins where another argument says has no cursor yet, and must not join those who want what comes from now on.
  if (root.arguments?.some(({ name }) => name.value !== 'after' && /^after[A-Z]/.test(name.value))) return undefined;
  const answered = isNonNullType(definition?.type) ? definition.type.ofType : definition?.type;
  if (isListType(answered) || !isCompositeType(answered)) return undefined;
  const types = isAbstractType(answered) ? schema.getPossibleTypes(answered) : [answered];
  const carriers = types.filter(hasCursor);
  if (carriers.length === 0) return undefined;

  const before = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  const field = withCursors(withAfter(root), carriers, isAbstractType(answered));
  const rewritten = rewrite(document, operation, field, String(argument.type));
  const key = root.alias?.value ?? root.name.value;
  const aliases = carriers.map(({ name }, i) => ({ alias: `${cursorAlias}${i}`, name }));
  return {
    text: print(rewritten),
    planned: graph.planner.plan(rewritten, operationName, { standing }),
    dependsOnViewer: dependsOnViewer(schema, document),
    greets: carriers.some(({ name }) => name === greeting),
    readAfter: (values) => readValue(before, values),
    strip(data) {
      const event = data?.[key] as Record<string, unknown> | null | undefined;
      let found: Mark = { cursor: undefined, isGreeting: false, isClosing: false };
      if (!event) return found;
      for (const { alias, name } of aliases) {
        const cursor = event[alias];
        delete event[alias];
        if (typeof cursor === 'string') found = { cursor, isGreeting: name === greeting, isClosing: name === closing };
      }
      return found;
    },
  };
}

/** Names of ours, which hardly any client will have chosen. */
function isTaken(document: DocumentNode): boolean {
  let taken = false;
  visit(document, {
    Name({ value }) {
      if (value === afterVariable || value.startsWith(cursorAlias)) taken = true;
    },
  });
  return taken;
}

const hasCursor = (type: GraphQLObjectType): boolean => {
  const field = type.getFields().cursor;
  return field !== undefined && field.args.length === 0 && isScalarType(getNamedType(field.type));
};

/** The one field at the root, whatever fragments it stands in. Undefined if a condition hangs on it. */
function readRoot(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode | undefined {
  const found: FieldNode[] = [];
  const add = (selections: readonly SelectionNode[], depth: number): boolean =>
    selections.every((one) => {
      if (one.directives?.length || depth > 20) return false;
      if (one.kind === Kind.FIELD) return found.push(one) > 0;
      const within = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value);
      return within !== undefined && !within.directives?.length && add(within.selectionSet.selections, depth + 1);
    });
  const [first, ...same] = add(set.selections, 0) ? found : [];
  if (!first?.selectionSet || first.name.value.startsWith('__')) return undefined;
  const selections = [first, ...same].flatMap((one) => one.selectionSet?.selections ?? []);
  return { ...first, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

const nameOf = (value: string) => ({ kind: Kind.NAME as const, value });

function withAfter(field: FieldNode): FieldNode {
  const value = { kind: Kind.VARIABLE as const, name: nameOf(afterVariable) };
  const others = (field.arguments ?? []).filter(({ name }) => name.value !== 'after');
  return { ...field, arguments: [...others, { kind: Kind.ARGUMENT, name: nameOf('after'), value }] };
}

/** Each type's cursor under an alias of its own: which of them is there tells the type. */
function withCursors(field: FieldNode, carriers: readonly GraphQLObjectType[], isAbstract: boolean): FieldNode {
  const added = carriers.map(({ name }, i): SelectionNode => {
    const cursor: FieldNode = { kind: Kind.FIELD, alias: nameOf(`${cursorAlias}${i}`), name: nameOf('cursor') };
    if (!isAbstract) return cursor;
    const typeCondition = { kind: Kind.NAMED_TYPE as const, name: nameOf(name) };
    const selectionSet = { kind: Kind.SELECTION_SET as const, selections: [cursor] };
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet };
  });
  const selections = [...(field.selectionSet?.selections ?? []), ...added];
  return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

/** The operation with this field alone at its root, and no more fragments and variables than it uses. */
function rewrite(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  field: FieldNode,
  afterType: string,
): DocumentNode {
  const used = new Set<string>();
  const spread = new Set<string>();
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const note = (node: FieldNode | FragmentDefinitionNode | OperationDefinitionNode): void => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || spread.has(name.value)) return;
        spread.add(name.value);
        note(fragment);
      },
    });
  };
  const bare = { ...operation, selectionSet: { kind: Kind.SELECTION_SET as const, selections: [field] } };
  note(bare);
  const kept = (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
  const variable = { kind: Kind.VARIABLE as const, name: nameOf(afterVariable) };
  const own = { kind: Kind.VARIABLE_DEFINITION as const, variable, type: parseType(afterType) };
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...bare, variableDefinitions: [...kept, own] },
      ...[...fragments.values()].filter(({ name }) => spread.has(name.value)),
    ],
  };
}

function readValue(node: ValueNode | undefined, values: Readonly<Record<string, unknown>>): unknown {
  if (node?.kind === Kind.VARIABLE) return values[node.name.value];
  return node?.kind === Kind.STRING || node?.kind === Kind.INT ? node.value : undefined;
}
