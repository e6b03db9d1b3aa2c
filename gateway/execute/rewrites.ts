import { type Entity, meets } from './flatten.ts';
import type { Path, Rewrite } from './plan.ts';
import type { TypeIndex } from './types.ts';

/** Applies the planner's rewrites to `value`, in place. */
export function rewrite(value: unknown, rewrites: readonly Rewrite[], types: TypeIndex): void {
  for (const one of rewrites) apply(value, one, one.path, 0, types);
}

function apply(value: unknown, rule: Rewrite, path: Path, index: number, types: TypeIndex): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const item of value) apply(item, rule, path, index, types);
    return;
  }
  const segment = path[index];
  const entity = value as Entity;
  if (segment?.kind === 'type') {
    if (meets(entity, segment.names, types)) apply(entity, rule, path, index + 1, types);
  } else if (segment?.kind === 'field') {
    if (index < path.length - 1) apply(entity[segment.key], rule, path, index + 1, types);
    else if (rule.kind === 'set') entity[segment.key] = rule.value;
    else if (segment.key in entity) {
      entity[rule.to] = entity[segment.key];
      delete entity[segment.key];
    }
  }
}

/** What the renamed keys are called in the answer, for error paths. */
export function renamedKeys(rewrites: readonly Rewrite[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const rule of rewrites) {
    const last = rule.path[rule.path.length - 1];
    if (rule.kind === 'rename' && last?.kind === 'field') names.set(last.key, rule.to);
  }
  return names;
}
