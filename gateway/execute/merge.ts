import type { Entity } from './flatten.ts';
import type { TypeIndex } from './types.ts';

/**
 * Joins what another subgraph says about an entity into it. What is there stays, except where it was null, where both sides know a part
 * of one object, and where the new __typename is a concrete type in place of an interface's name.
 */
export function merge(into: Entity, from: Entity, types: TypeIndex): void {
  for (const key in from) {
    if (key === '__proto__') continue; // would reach every object there is; clients cannot ask for it
    const next = from[key];
    const held = into[key];
    if (held === undefined || held === null) into[key] = next;
    else if (held === next || next === null || next === undefined) continue;
    else if (key === '__typename') {
      if (types.isObject(next as string)) into[key] = next;
    } else if (typeof held === 'object' && typeof next === 'object') into[key] = mergeValues(held, next, types);
    else into[key] = next;
  }
}

function mergeValues(held: object, next: object, types: TypeIndex): object {
  if (!Array.isArray(held) && !Array.isArray(next)) {
    merge(held as Entity, next as Entity, types);
    return held;
  }
  // Two lists of the same field describe the same items in the same order; lists that differ in length do not, and the newer one holds.
  if (!Array.isArray(held) || !Array.isArray(next) || held.length !== next.length) return next;
  for (let i = 0; i < held.length; i++) {
    const left = held[i];
    const right = next[i];
    if (left === null || left === undefined) held[i] = right;
    else if (typeof left === 'object' && typeof right === 'object' && right !== null)
      held[i] = mergeValues(left, right, types);
  }
  return held;
}

/** A deep copy of JSON data. */
export function copy<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const result: Entity = {};
  for (const key in value) if (key !== '__proto__') result[key] = copy((value as Entity)[key]);
  return result as T;
}
