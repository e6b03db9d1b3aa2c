import * as Y from 'yjs';
import { COMMON, type FieldType, type Kind, PLAN_KEY, REQUIRED } from '../document/fields.ts';
import { mayCarryAttribute, mayContain, mayMark } from '../document/rich-text.ts';
import { accepts, isCleanText } from '../document/values.ts';
import type { Place, Shared } from './place.ts';
import { forbidden, malformed } from './verdict.ts';

const MAX_DEPTH = 16;

/** The shared type that an item brings, if it brings one. */
export function typeIn(item: Y.Item): Shared | null {
  return item.content instanceof Y.ContentType ? item.content.type : null;
}

/** Content that its author deleted before sending it: it only holds its clocks, and under a key it still replaces what is there. */
export function isTombstone(item: Y.Item): boolean {
  return item.content instanceof Y.ContentDeleted;
}

/** Refuses anything but characters in a plain text, and characters and the editor's marks in rich text. */
export function checkInText(item: Y.Item, key: string | null, place: Place): void {
  const { content } = item;
  if (key !== null) malformed(`${where(place)} has no attributes`);
  if (content instanceof Y.ContentDeleted) return;
  if (content instanceof Y.ContentString) {
    if (!isCleanText(content.str)) malformed(`${where(place)} cannot hold U+0000`);
  } else if (content instanceof Y.ContentFormat) {
    if (place.role !== 'inline') malformed(`${where(place)} has no formatting`);
    if (!mayMark(content.key, content.value)) malformed(`${where(place)} cannot carry the mark ${content.key}`);
  } else malformed(`${where(place)} holds characters only`);
}

/** Refuses elements, nesting and attributes that the editor's schema does not have. */
export function checkInElements(item: Y.Item, key: string | null, place: Place): void {
  if (isTombstone(item) && (key === null || place.role === 'element')) return;
  if (key !== null) {
    const value = plainValue(item);
    if (place.role !== 'element' || value === undefined || !mayCarryAttribute(place.element!, key, value.value)) {
      malformed(`${where(place)}: ${place.element ?? 'the text'} cannot carry the attribute ${key}`);
    }
    return;
  }
  const type = typeIn(item);
  const name =
    type?.constructor === Y.XmlElement
      ? (type as Y.XmlElement).nodeName
      : type?.constructor === Y.XmlText
        ? '#text'
        : undefined;
  if (name === undefined || !mayContain(place.element, name)) {
    malformed(`${where(place)}: ${place.element ?? 'the text'} cannot contain ${name ?? 'that'}`);
  }
  if (place.depth >= MAX_DEPTH) malformed(`${where(place)} is nested more than ${MAX_DEPTH} deep`);
}

/** Refuses a value that may not stand in a plain field; answers the one that counts (undefined for a tombstone). */
export function checkValue(item: Y.Item, kind: Kind, field: string, type: FieldType): unknown {
  if (isTombstone(item)) return undefined;
  const plain = plainValue(item);
  if (plain === undefined) malformed(`${kind}.${field} holds one plain value`);
  const { value } = plain;
  const nullable = field === 'parent' || !REQUIRED.has(field);
  if (!(value === null && nullable) && !accepts(type, value)) malformed(`${kind}.${field} must be of type ${type}`);
  return value;
}

/** The value under a key: the last one, if deleted earlier ones were merged into the struct. Undefined when it is not a plain value. */
export function plainValue(item: Y.Item): { value: unknown } | undefined {
  return item.content instanceof Y.ContentAny ? { value: item.content.arr.at(-1) } : undefined;
}

/** Refuses fields that nobody may set on a node that is there, whatever the policy says. */
export function checkField(kind: Kind, nodeKey: string, field: string, type: FieldType | undefined): FieldType {
  if (type === undefined) malformed(`${kind} has no field ${JSON.stringify(field)}`);
  if (type === 'sql') forbidden(`${kind}.${field} is not part of the document`);
  if (type === 'kind') forbidden(`The kind of ${nodeKey} cannot change`);
  if (nodeKey === PLAN_KEY && Object.hasOwn(COMMON, field)) forbidden(`${field} of the plan itself cannot change`);
  return type;
}

export function where(place: Place): string {
  return [place.nodeKey, place.field, place.locale].filter(Boolean).join('.');
}
