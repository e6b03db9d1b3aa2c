import { generateKeyBetween } from 'fractional-indexing';
import { ENUMS, type FieldType, isKind } from './fields.ts';

/** Bounds of single values, in UTF-16 code units and list entries. Text that grows by typing is bounded by the plan's size instead. */
export const MAX_STRING = 2_000;
export const MAX_LIST = 200;
export const MAX_POSITION = 256;

const NODE_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
/** Names that reach a prototype where a document is read into plain objects. */
/** Names that reach a prototype when they are looked up in a plain object. */
const POISON: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Keys a client may choose: no `/` (a global id is `planId/nodeKey`), nothing that names a prototype. */
export function isNodeKey(value: unknown): value is string {
  return typeof value === 'string' && NODE_KEY.test(value) && !POISON.has(value);
}

export function isPoison(key: string): boolean {
  return POISON.has(key);
}

export function isLocale(value: unknown): value is string {
  return typeof value === 'string' && LOCALE.test(value) && !POISON.has(value);
}

/** Postgres text and most readers cannot hold U+0000. */
export function isCleanText(value: string): boolean {
  return !value.includes('\u0000');
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_STRING && isCleanText(value);
}

/** A date of the calendar, `YYYY-MM-DD`. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}

/** A key that `fractional-indexing` accepts as a bound: one bad key would make every later insertion beside it throw. */
export function isPosition(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_POSITION || !/^[A-Za-z][0-9A-Za-z]+$/.test(value)) return false;
  try {
    generateKeyBetween(value, null);
    return true;
  } catch {
    return false;
  }
}

/** As Date.toISOString writes it, of the years that Postgres and every reader have: what Date.parse takes besides can hold words. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

function isDeletion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { by, at, ...rest } = value as Record<string, unknown>;
  return (
    Object.keys(rest).length === 0 &&
    isShortText(by) &&
    typeof at === 'string' &&
    INSTANT.test(at) &&
    !Number.isNaN(Date.parse(at))
  );
}

const ACCEPTS: Partial<Record<FieldType, (value: unknown) => boolean>> = {
  string: isShortText,
  strings: (value) => Array.isArray(value) && value.length <= MAX_LIST && value.every(isShortText),
  amount: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  boolean: (value) => typeof value === 'boolean',
  date: isDate,
  kind: isKind,
  nodeKey: isNodeKey,
  position: isPosition,
  deletion: isDeletion,
};

/** Whether a value of the document may stand in a field of this type; null (cleared) is judged by the caller. Always false for texts and `sql`. */
export function accepts(type: FieldType, value: unknown): boolean {
  if (Object.hasOwn(ENUMS, type)) {
    const names: readonly unknown[] = ENUMS[type as keyof typeof ENUMS];
    return names.includes(value);
  }
  return ACCEPTS[type]?.(value) ?? false;
}
