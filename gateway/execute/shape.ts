import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type Selections } from './collect-fields.ts';
import type { Entity } from './flatten.ts';
import type { Problems } from './problems.ts';

/**
 * Makes a value of the client's answer from a non-null value of the joined data. Null is a null that may stand here if the field allows
 * it; undefined is a null that must rise to the nearest nullable parent, and has been reported. `depth` is the length of the path so far.
 */
export type Shape = (value: unknown, depth: number, problems: Problems) => unknown;

interface ShapedField {
  readonly key: string;
  /** The same field's key in the joined data. */
  readonly source: string;
  /** `Type.field`, for messages. */
  readonly name: string;
  readonly nonNull: boolean;
  /** Undefined for scalars, which pass as they are. */
  readonly shape: Shape | undefined;
  /** The answer to `__typename`. */
  readonly typename: string | undefined;
  /** Taken out of the operation before it was planned: null, and said elsewhere. */
  readonly isWithheld: boolean;
}

/** What the client selected, and what of it was asked for; undefined stands for all of it. */
interface Sets {
  readonly all: readonly SelectionSetNode[];
  readonly kept: readonly SelectionSetNode[] | undefined;
}

/** The part of an operation that was planned, where that is not all of it. */
export interface Kept {
  readonly fragments: Selections['fragments'];
  /** Undefined if nothing was. */
  readonly set: SelectionSetNode | undefined;
}

interface From extends Selections {
  readonly kept: Selections | undefined;
}

/** Compiles the shape of an operation's answer: the client's fields in the client's order, without what was fetched for joins. */
export function compileShape(
  from: Selections,
  root: GraphQLCompositeType,
  set: SelectionSetNode,
  kept: Kept | undefined,
): Shape {
  const sets = { all: [set], kept: kept && (kept.set ? [kept.set] : []) };
  const all = { ...from, kept: kept && { ...from, fragments: kept.fragments } };
  return isAbstractType(root) ? abstractShape(all, root, sets) : objectShape(all, root, sets);
}

function objectShape(from: From, type: GraphQLCompositeType, sets: Sets): Shape {
  // Compiled when first met: fragments within fragments can spell out far more shapes than any answer holds.
  let fields: ShapedField[] | undefined;
  let plain = true;
  const compile = (): ShapedField[] => {
    const kept = from.kept && collectFields(from.kept, type, sets.kept ?? []);
    const compiled = [...collectFields(from, type, sets.all)].map(([key, nodes]) =>
      shapedField(from, type, key, nodes, kept && (kept.get(key) ?? [])),
    );
    plain = compiled.every(({ key }) => key !== '__proto__');
    return compiled;
  };

  return (value, depth, problems) => {
    fields ??= compile();
    if (typeof value !== 'object' || Array.isArray(value))
      return problems.invalid(`Expected an object of type ${type.name}.`, depth);
    const source = value as Entity;
    const answer: Entity = plain ? {} : Object.create(null);
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      const { key, source: from } = field;
      let part: unknown;
      if (field.typename !== undefined) part = field.typename;
      else if (field.isWithheld) {
        if (field.nonNull) return undefined;
        part = null;
      } else {
        part = source[from];
        if (part === undefined) {
          problems.missing(source, from, key, depth);
          part = null;
        } else if (part !== null && field.shape !== undefined) {
          problems.path[depth] = key;
          part = field.shape(part, depth + 1, problems);
        }
        if (part === null || part === undefined) {
          if (field.nonNull) {
            if (part === null) problems.unexpectedNull(field.name, key, depth);
            return undefined;
          }
          part = null;
        }
      }
      answer[key] = part;
    }
    return answer;
  };
}

function shapedField(
  from: From,
  type: GraphQLCompositeType,
  key: string,
  nodes: readonly FieldNode[],
  kept: readonly FieldNode[] | undefined,
): ShapedField {
  const field = nodes[0]!.name.value;
  const name = `${type.name}.${field}`;
  const isWithheld = kept?.length === 0;
  const source = from.keyOf(nodes[0]!);
  if (field === '__typename') {
    // An interface object that never got its concrete type has no answer to this.
    const unknown: Shape = (_, depth, problems) =>
      problems.invalid(`The type of this ${type.name} is not known.`, depth);
    const typename = isObjectType(type) ? type.name : undefined;
    return { key, source, name, nonNull: true, shape: unknown, typename, isWithheld };
  }
  const definition = isUnionType(type) ? undefined : type.getFields()[field];
  // __schema and __type are answered before, in full.
  if (!definition) return { key, source: key, name, nonNull: false, shape: undefined, typename: undefined, isWithheld };
  const nonNull = isNonNullType(definition.type);
  const sets = { all: selectionsOf(nodes), kept: kept && selectionsOf(kept) };
  const shape = isWithheld ? undefined : typeShape(from, definition.type, sets, name);
  return { key, source, name, nonNull, shape, typename: undefined, isWithheld };
}

const selectionsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));

function typeShape(from: From, type: GraphQLOutputType, sets: Sets, name: string): Shape | undefined {
  if (isNonNullType(type)) return typeShape(from, type.ofType, sets, name);
  if (isListType(type)) return listShape(typeShape(from, type.ofType, sets, name), isNonNullType(type.ofType), name);
  if (isAbstractType(type)) return abstractShape(from, type, sets);
  if (isCompositeType(type)) return objectShape(from, type, sets);
  if (!isEnumType(type)) return undefined;
  const values = new Set<unknown>(type.getValues().map((value) => value.name));
  return (value, depth, problems) =>
    values.has(value) ? value : problems.invalid(`Enum ${type.name} has no such value.`, depth);
}

function listShape(item: Shape | undefined, nonNull: boolean, name: string): Shape {
  return (value, depth, problems) => {
    if (!Array.isArray(value)) return problems.invalid(`Expected a list for ${name}.`, depth);
    if (item === undefined && !nonNull) return value;
    const answer: unknown[] = item === undefined ? value : new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      let part: unknown = value[i];
      if (item !== undefined && part !== null) {
        problems.path[depth] = i;
        part = item(part, depth + 1, problems);
        answer[i] = part ?? null;
      } else if (item !== undefined) answer[i] = null;
      if (nonNull && (part === null || part === undefined)) {
        if (part === null) problems.unexpectedNull(name, i, depth);
        return undefined;
      }
    }
    return answer;
  };
}

/** Types are told apart by what the subgraph says they are; the shape of each is compiled when it is first met. */
function abstractShape(from: From, type: GraphQLAbstractType, sets: Sets): Shape {
  const { schema } = from;
  const shapes = new Map<unknown, Shape | undefined>();
  const possible = schema.getPossibleTypes(type);
  let aliases: string[] | undefined;

  const find = (typename: unknown): Shape | undefined => {
    // No __typename: the plan needed none, either because there is one type only or because nothing asked depends on it.
    if (typename === undefined) return objectShape(from, possible.length === 1 ? possible[0]! : type, sets);
    const concrete = schema.getType(typename as string);
    if (isObjectType(concrete)) return schema.isSubType(type, concrete) ? objectShape(from, concrete, sets) : undefined;
    // The name of an interface: from a subgraph that knows it as an interface object.
    return isAbstractType(concrete) ? objectShape(from, concrete, sets) : undefined;
  };

  return (value, depth, problems) => {
    let typename = (value as Entity).__typename;
    if (typename === undefined) {
      // Where the client asked for the type under other names only, the plan does too.
      aliases ??= [...collectFields(from, type, sets.all).values()].flatMap(([node]) =>
        node?.name.value === '__typename' ? [from.keyOf(node)] : [],
      );
      for (const alias of aliases) typename ??= (value as Entity)[alias];
    }
    let shape = shapes.get(typename);
    if (shape === undefined) {
      shape = find(typename);
      if (shape === undefined) return problems.invalid(`${type.name} has no such type.`, depth);
      shapes.set(typename, shape);
    }
    return shape(value, depth, problems);
  };
}
