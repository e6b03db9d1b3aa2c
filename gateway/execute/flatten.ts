import type { Path } from './plan.ts';
import type { TypeIndex } from './types.ts';

export type Entity = Record<string, unknown>;
export type ResponsePath = (string | number)[];

/** Collects every object at `path`, in the order of the answer. An object reached twice is collected twice. */
export function collect(value: unknown, path: Path, index: number, types: TypeIndex, into: Entity[]): void {
  let current = value;
  for (let i = index; i < path.length; i++) {
    if (current === null || typeof current !== 'object') return;
    const segment = path[i]!;
    if (segment.kind === 'field') {
      current = (current as Entity)[segment.key];
    } else if (segment.kind === 'list') {
      if (!Array.isArray(current)) return;
      // The planner (0.0.38) names one level of a list of lists.
      const isLast = path[i + 1]?.kind !== 'list';
      for (const item of current) collect(item, path, isLast && Array.isArray(item) ? i : i + 1, types, into);
      return;
    } else if (!meets(current as Entity, segment.names, types)) return;
  }
  if (current !== null && typeof current === 'object' && !Array.isArray(current)) into.push(current as Entity);
}

/** As `collect`, with the place of each object in the answer. Used only when there is an error to be placed. */
export function locate(root: Entity, path: Path, types: TypeIndex): { entity: Entity; place: ResponsePath }[] {
  let here: { value: unknown; place: ResponsePath }[] = [{ value: root, place: [] }];
  for (const [i, segment] of path.entries()) {
    const next: typeof here = [];
    const isLast = path[i + 1]?.kind !== 'list';
    for (const { value, place } of here) {
      if (value === null || typeof value !== 'object') continue;
      if (segment.kind === 'field')
        next.push({ value: (value as Entity)[segment.key], place: [...place, segment.key] });
      else if (segment.kind === 'type') meets(value as Entity, segment.names, types) && next.push({ value, place });
      else next.push(...items(value, place, isLast));
    }
    here = next;
  }
  return here.flatMap(({ value, place }) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? [{ entity: value as Entity, place }] : [],
  );
}

/** The items of a list; if it `isLast` in its path, those of the lists within it too. */
function items(list: unknown, place: ResponsePath, isLast: boolean): { value: unknown; place: ResponsePath }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((value, k) =>
    isLast && Array.isArray(value) ? items(value, [...place, k], isLast) : [{ value, place: [...place, k] }],
  );
}

/** An object that does not say its type is let through: its subgraph was not asked, because there is only one. */
export function meets(entity: Entity, names: readonly string[], types: TypeIndex): boolean {
  const typename = entity.__typename;
  if (typeof typename !== 'string') return true;
  for (const name of names) if (types.satisfies(typename, name)) return true;
  return false;
}
