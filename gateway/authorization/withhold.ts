import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Parts } from '../execute/conditions.ts';
import type { Guard } from './requirements.ts';

/** What is left of an operation for someone who may not read all of it. */
export interface Withheld {
  /** Undefined if nothing is left. */
  readonly kept: Parts | undefined;
  /** One for each path that was taken out, code UNAUTHORIZED_FIELD_OR_TYPE. `@` in a path stands for each item of a list. */
  readonly errors: readonly GraphQLError[];
  /** Those of a part of the operation: of these selections of a type, at this path. */
  errorsIn(type: string, set: SelectionSetNode, path: readonly string[]): readonly GraphQLError[];
}

/** The grants that decide what of an operation may be read. Undefined if it reaches no guarded part. */
export function grantsFor(guard: Guard, schema: GraphQLSchema, parts: Parts): string[] | undefined {
  const grants = new Set<string>();
  let guarded = false;
  for (const [type, set] of selectionSets(schema, parts)) {
    visitFields(schema, type, set, (parent, field) => {
      for (const requirement of guard.requirementsOf(parent.name, field.name.value)) {
        guarded = true;
        for (const grant of requirement.flat()) grants.add(grant);
      }
    });
  }
  return guarded ? [...grants].sort() : undefined;
}

/**
 * Takes out what the asker may not read: fields that are guarded by themselves, by the type they stand on, or by the type they return, and
 * objects of which nothing is left. @returns undefined if all may be read
 */
export function withhold(
  guard: Guard,
  schema: GraphQLSchema,
  parts: Parts,
  holds: (grant: string) => boolean,
): Withheld | undefined {
  const isDenied = (parent: GraphQLNamedType, field: FieldNode): boolean =>
    !guard
      .requirementsOf(parent.name, field.name.value)
      .every((requirement) => requirement.some((all) => all.every(holds)));

  let denied = false;
  const fragments = new Map<string, FragmentDefinitionNode>();
  const seen = new Set<string>();
  const keepFragment = (name: string): boolean => {
    const fragment = parts.fragments.get(name);
    if (fragment && !seen.has(name)) {
      seen.add(name);
      const selectionSet = keep(schema.getType(fragment.typeCondition.name.value), fragment.selectionSet);
      if (selectionSet) fragments.set(name, { ...fragment, selectionSet });
    }
    return fragments.has(name);
  };
  const keep = (parent: GraphQLNamedType | undefined, set: SelectionSetNode): SelectionSetNode | undefined => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return keepFragment(selection.name.value) ? [selection] : [];
      let below = parent;
      if (selection.kind === Kind.FIELD) {
        if (parent && isDenied(parent, selection)) {
          denied = true;
          return [];
        }
        if (!selection.selectionSet || selection.selectionSet.selections.length === 0) return [selection];
        below = typeBelow(parent, selection);
      } else if (selection.typeCondition) below = schema.getType(selection.typeCondition.name.value);
      const selectionSet = keep(below, selection.selectionSet as SelectionSetNode);
      return selectionSet ? [{ ...selection, selectionSet }] : [];
    });
    return selections.length > 0 ? { ...set, selections } : undefined;
  };

  const { definition } = parts;
  const selectionSet = keep(schema.getRootType(definition.operation) ?? undefined, definition.selectionSet);
  if (!denied) return undefined;
  const kept = selectionSet && { definition: { ...definition, selectionSet }, fragments };
  const errorsIn: Withheld['errorsIn'] = (type, set, path) => findErrors(schema, parts, isDenied, type, set, path);
  const root = schema.getRootType(definition.operation)?.name ?? '';
  return { kept, errors: errorsIn(root, definition.selectionSet, []), errorsIn };
}

/** Walks with fragments spread in, so it is not for documents without limits. */
function findErrors(
  schema: GraphQLSchema,
  { fragments }: Parts,
  isDenied: (parent: GraphQLNamedType, field: FieldNode) => boolean,
  type: string,
  selectionSet: SelectionSetNode,
  start: readonly string[],
): GraphQLError[] {
  const errors = new Map<string, GraphQLError>();
  const walk = (parent: GraphQLNamedType | undefined, set: SelectionSetNode, path: readonly string[]): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const at = [...path, selection.alias?.value ?? selection.name.value];
        if (parent && isDenied(parent, selection)) {
          const message = `You are not authorised to read ${parent.name}.${selection.name.value}.`;
          const extensions = { code: 'UNAUTHORIZED_FIELD_OR_TYPE' };
          if (!errors.has(at.join('.'))) errors.set(at.join('.'), new GraphQLError(message, { path: at, extensions }));
        } else if (selection.selectionSet) {
          const lists = listsOf(fieldType(parent, selection));
          walk(typeBelow(parent, selection), selection.selectionSet, [...at, ...new Array(lists).fill('@')]);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition } = selection;
        walk(typeCondition ? schema.getType(typeCondition.name.value) : parent, selection.selectionSet, path);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(schema.getType(fragment.typeCondition.name.value), fragment.selectionSet, path);
      }
    }
  };
  walk(schema.getType(type), selectionSet, start);
  return [...errors.values()];
}

/** The operation's own selections and those of its fragments, each once. */
function selectionSets(
  schema: GraphQLSchema,
  { definition, fragments }: Parts,
): [GraphQLNamedType | undefined, SelectionSetNode][] {
  const root = schema.getRootType(definition.operation) ?? undefined;
  return [
    [root, definition.selectionSet],
    ...[...fragments.values()].map((one): [GraphQLNamedType | undefined, SelectionSetNode] => [
      schema.getType(one.typeCondition.name.value),
      one.selectionSet,
    ]),
  ];
}

function visitFields(
  schema: GraphQLSchema,
  parent: GraphQLNamedType | undefined,
  set: SelectionSetNode,
  visit: (parent: GraphQLNamedType, field: FieldNode) => void,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (parent) visit(parent, selection);
      if (selection.selectionSet) visitFields(schema, typeBelow(parent, selection), selection.selectionSet, visit);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition } = selection;
      const below = typeCondition ? schema.getType(typeCondition.name.value) : parent;
      visitFields(schema, below, selection.selectionSet, visit);
    }
  }
}

function fieldType(parent: GraphQLNamedType | undefined, field: FieldNode): GraphQLOutputType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value]?.type : undefined;
}

function typeBelow(parent: GraphQLNamedType | undefined, field: FieldNode): GraphQLNamedType | undefined {
  const type = fieldType(parent, field);
  return type && getNamedType(type);
}

function listsOf(type: GraphQLType | undefined): number {
  if (isNonNullType(type)) return listsOf(type.ofType);
  return isListType(type) ? 1 + listsOf(type.ofType) : 0;
}
