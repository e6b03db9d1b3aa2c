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
    const seen = new Map<Projection | undefined, Slots>();
    const slotsOf = (group: Projection | undefined): Slots => {
      let known = seen.get(group);
      if (!known) {
        known = new Slots();
        seen.set(group, known);
      }
      return known;
    };

    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      const typename = typeof target.__typename === 'string' ? target.__typename : fallback;
      slots[i] = -1;
      if (typename === undefined) continue;
      const projection = projectionFor(typename);
      if (projection.fields.length === 0) continue;
      // Keys of scalars are the common case: their values identify the entity before anything is built.
      const { scalarKeys } = projection;
      let at: Place;
      let representation: Entity | undefined;
      if (inputRewrites.length === 0 && scalarKeys !== undefined) at = slotsOf(projection).find(target, scalarKeys);
      else {
        representation = project(projection, target, typename);
        if (representation === undefined) continue;
        rewrite(representation, inputRewrites, types);
        at = slotsOf(undefined).findText(JSON.stringify(representation));
      }
      if (at.slot === undefined) {
        representation ??= project(projection, target, typename);
        if (representation === undefined) continue;
        at.slot = representations.length;
        representations.push(representation);
      }
      slots[i] = at.slot;
    }
    return { representations, slots };
  };
}

/** Where the index of one representation is kept; undefined until it has one. */
interface Place {
  slot: number | undefined;
}

/** Finds what has the same values again: a map of maps, one level for each key, costs a fifth of writing them as a text. */
class Slots {
  readonly #root = new Map<unknown, unknown>();
  #lists: Map<string, unknown> | undefined;

  find(target: Entity, keys: readonly string[]): Place {
    let level = this.#root;
    const last = keys.length - 1;
    for (let k = 0; k < last; k++) {
      const value = this.#same(target[keys[k]!]);
      let next = level.get(value) as Map<unknown, unknown> | undefined;
      if (!next) {
        next = new Map();
        level.set(value, next);
      }
      level = next;
    }
    return this.#at(level, last < 0 ? undefined : this.#same(target[keys[last]!]));
  }

  findText(text: string): Place {
    return this.#at(this.#root, text);
  }

  #at(level: Map<unknown, unknown>, value: unknown): Place {
    let place = level.get(value) as Place | undefined;
    if (!place) {
      place = { slot: undefined };
      level.set(value, place);
    }
    return place;
  }

  /** Lists and objects of a scalar's are the same when they read the same. */
  #same(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const text = JSON.stringify(value);
    this.#lists ??= new Map();
    const known = this.#lists.get(text);
    if (known) return known;
    this.#lists.set(text, value);
    return value;
  }
}

interface Projection {
  readonly fields: readonly ProjectedField[];
  /** The keys read besides __typename, when all are scalars. */
  readonly scalarKeys: readonly string[] | undefined;
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
  return { fields, scalarKeys: keys.some(({ nested }) => nested) ? undefined : keys.map(({ key }) => key) };
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
