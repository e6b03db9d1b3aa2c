import type { Entity } from './flatten.ts';
import type { EntityLookup, Required } from './plan.ts';
import { rewrite } from './rewrites.ts';
import type { TypeIndex } from './types.ts';

/** The distinct entities one `_entities` field is asked for, and who needs which. */
export interface Gathered {
  readonly representations: Entity[];
  /** For each target the index of its representation, or -1 if it cannot be asked for. */
  readonly slots: number[];
}

/**
 * Compiles what a subgraph needs in order to find entities. Equal representations are sent once. A target that lacks a required field
 * (undefined, or null where the schema says it never is) is not sent: its subgraph could only answer with an error about our request.
 */
export function compileRepresentations(
  lookup: EntityLookup,
  types: TypeIndex,
): (targets: readonly Entity[]) => Gathered {
  const { inputRewrites } = lookup;
  const projections = new Map<string, Projection>();
  const fallback = onlyObjectType(lookup.requires, types);

  const projectionFor = (typename: string): Projection => {
    let projection = projections.get(typename);
    if (!projection) {
      projection = compileProjection(lookup.requires, typename, types);
      // The names come from subgraphs, so their number must not be theirs to choose.
      if (projections.size < 1000) projections.set(typename, projection);
    }
    return projection;
  };

  return (targets) => {
    const representations: Entity[] = [];
    const slots: number[] = new Array(targets.length);
    const seen = new Map<Projection | undefined, Map<unknown, number>>();

    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      const typename = typeof target.__typename === 'string' ? target.__typename : fallback;
      slots[i] = -1;
      if (typename === undefined) continue;
      const projection = projectionFor(typename);
      if (projection.fields.length === 0) continue;
      // A key of one scalar is the common case: its value identifies the entity before anything is built.
      const single = inputRewrites.length === 0 ? projection.singleKey : undefined;
      let representation: Entity | undefined;
      let identity: unknown;
      if (single === undefined) {
        representation = project(projection, target, typename);
        if (representation === undefined) continue;
        rewrite(representation, inputRewrites, types);
        identity = JSON.stringify(representation);
      } else identity = target[single];

      const group = single === undefined ? undefined : projection;
      const known = seen.get(group) ?? new Map<unknown, number>();
      if (known.size === 0) seen.set(group, known);
      const slot = known.get(identity);
      if (slot !== undefined) {
        slots[i] = slot;
        continue;
      }
      representation ??= project(projection, target, typename);
      if (representation === undefined) continue;
      known.set(identity, representations.length);
      slots[i] = representations.length;
      representations.push(representation);
    }
    return { representations, slots };
  };
}

interface Projection {
  readonly fields: readonly ProjectedField[];
  /** The one key read besides __typename, when it is a scalar. */
  readonly singleKey: string | undefined;
}

interface ProjectedField {
  readonly key: string;
  readonly as: string;
  readonly nonNull: boolean;
  /** For an object: what is wanted of it, by its type. */
  readonly nested: ((typename: string | undefined) => Projection) | undefined;
}

function compileProjection(requires: readonly Required[], typename: string | undefined, types: TypeIndex): Projection {
  const byName = new Map<string, { key: string; selections: Required[] }>();
  const add = (selections: readonly Required[]) => {
    for (const one of selections) {
      if (one.kind === 'fragment') {
        if (typename === undefined || types.satisfies(typename, one.on)) add(one.selections);
        continue;
      }
      const known = byName.get(one.as);
      if (known) known.selections.push(...(one.selections ?? []));
      else byName.set(one.as, { key: one.key, selections: [...(one.selections ?? [])] });
    }
  };
  add(requires);

  const fields = [...byName].map(([as, { key, selections }]): ProjectedField => {
    const nonNull = typename !== undefined && types.isNonNull(typename, as);
    return { key, as, nonNull, nested: selections.length > 0 ? byTypename(selections, types) : undefined };
  });
  const keys = fields.filter((field) => field.key !== '__typename');
  return { fields, singleKey: keys.length === 1 && !keys[0]!.nested ? keys[0]!.key : undefined };
}

function byTypename(selections: readonly Required[], types: TypeIndex): (typename: string | undefined) => Projection {
  const known = new Map<string | undefined, Projection>();
  return (typename) => {
    let projection = known.get(typename);
    if (!projection) {
      projection = compileProjection(selections, typename, types);
      if (known.size < 1000) known.set(typename, projection);
    }
    return projection;
  };
}

function project({ fields }: Projection, source: Entity, typename: string | undefined): Entity | undefined {
  const representation: Entity = {};
  for (const { key, as, nonNull, nested } of fields) {
    const value = key === '__typename' ? typename : source[key];
    if (value === undefined && key === '__typename') continue;
    if (value === undefined || (value === null && nonNull)) return undefined;
    if (nested === undefined || value === null) representation[as] = value;
    else {
      const part = projectNested(nested, value);
      if (part === undefined) return undefined;
      representation[as] = part;
    }
  }
  return representation;
}

function projectNested(nested: NonNullable<ProjectedField['nested']>, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (!Array.isArray(value)) {
    const typename = (value as Entity).__typename as string | undefined;
    return project(nested(typename), value as Entity, typename);
  }
  const list: unknown[] = [];
  for (const item of value) {
    const part = projectNested(nested, item);
    if (part === undefined) return undefined;
    list.push(part);
  }
  return list;
}

/** The type an entity must be of that does not say it, if the plan leaves no choice. */
function onlyObjectType(requires: readonly Required[], types: TypeIndex): string | undefined {
  const names = new Set(
    requires.map((one) => (one.kind === 'fragment' && types.isObject(one.on) ? one.on : undefined)),
  );
  return names.size === 1 ? [...names][0] : undefined;
}
