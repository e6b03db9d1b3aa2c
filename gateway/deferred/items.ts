import { Kind, type SelectionSetNode } from 'graphql';
import type { Entity, ResponsePath } from '../execute/flatten.ts';
import type { SubgraphResponse } from '../execute/send.ts';
import type { TypeIndex } from '../execute/types.ts';
import { type Entry, hiddenKey } from './plan.ts';
import type { DeferredPart } from './planned.ts';

/** An object that has been answered. */
export interface Item {
  /** What the subgraphs said of it, joined. */
  readonly entity: Entity;
  /** What the client was told. */
  readonly answer: Entity;
  readonly place: ResponsePath;
}

type Meets = (entity: Entity, conditions: readonly string[]) => boolean;

const meetsAll =
  (types: TypeIndex): Meets =>
  (entity, conditions) => {
    const typename = entity.__typename;
    // An object that does not say its type is of the only one there is.
    return typeof typename !== 'string' || conditions.every((condition) => types.satisfies(typename, condition));
  };

/** The objects that a part stands on, below these; none where the client was told null. */
export function findItems(
  { path, conditions }: Pick<DeferredPart, 'path' | 'conditions'>,
  from: readonly Item[],
  types: TypeIndex,
): Item[] {
  const meets = meetsAll(types);
  const items: Item[] = [];
  const walk = (entity: unknown, answer: unknown, depth: number, place: ResponsePath): void => {
    if (!isObject(entity) || !isObject(answer)) return;
    const way = path[depth];
    if (!way) {
      if (meets(entity, conditions)) items.push({ entity, answer, place });
    } else if (meets(entity, way.conditions)) {
      descend(entity[way.source], answer[way.key], depth + 1, [...place, way.key]);
    }
  };
  const descend = (entity: unknown, answer: unknown, depth: number, place: ResponsePath): void => {
    if (!Array.isArray(entity)) walk(entity, answer, depth, place);
    else if (Array.isArray(answer))
      for (const [i, item] of entity.entries()) descend(item, answer[i], depth, [...place, i]);
  };
  for (const { entity, answer, place } of from) walk(entity, answer, 0, place);
  return items;
}

const isObject = (value: unknown): value is Entity =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the subgraph of entries would answer, if there were one. */
export function answerEntries({ key, keys, type }: Entry, items: readonly Item[], types: TypeIndex): SubgraphResponse {
  const meets = meetsAll(types);
  const answer = (set: SelectionSetNode, entity: Entity, condition: string | undefined, into: Entity): Entity => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = selection.name.value;
        into[selection.alias?.value ?? field] =
          field === '__typename' ? (entity.__typename ?? type) : entity[hiddenKey(field, condition)];
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = selection.typeCondition?.name.value ?? condition;
        if (inner === undefined || inner === condition || meets(entity, [inner]))
          answer(selection.selectionSet, entity, inner, into);
      }
    }
    return into;
  };
  return { data: { [key]: items.map(({ entity }) => answer(keys, entity, type, {})) } };
}
