import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { type Deletion, fieldType, type Kind, mayStandUnder, PLAN_KEY, REQUIRED, textFields } from './fields.ts';
import { type LocalizedRecord, writeNode, writeText } from './node.ts';
import { byPosition, type Placed, positionAfter } from './order.ts';
import { isDeleted, localesOf, nodesOf, readHead } from './read.ts';
import { replaceText } from './replace.ts';
import { accepts, isCleanText, isNodeKey } from './values.ts';
import { UpdateWriter } from './writer.ts';

/*
 * Typed edits. Each answers the bytes (V1) of an update for `doc` and leaves `doc` untouched: the update takes the road of typing (guard, log,
 * commit) before it is applied. `clientId` is one that the server issued to itself; see UpdateWriter for the order of two edits with one id.
 * An update that changes nothing has two bytes.
 */

/** The edit cannot be written: what it names is not there, or the value is not one that may stand there. */
export class PlanEditError extends Error {
  constructor(
    readonly code: 'UNKNOWN_NODE' | 'NODE_EXISTS' | 'UNKNOWN_FIELD' | 'UNKNOWN_LOCALE' | 'BAD_VALUE',
    message: string,
  ) {
    super(message);
    this.name = 'PlanEditError';
  }
}

export type Values = Readonly<Record<string, unknown>>;

export interface CreateNode {
  key: string;
  kind: Exclude<Kind, 'plan'>;
  parent: string;
  /** The sibling to stand right after; null: first; absent: last. */
  after?: string | null;
  values?: Values;
}

export function createNode(doc: Y.Doc, create: CreateNode, clientId: number): Uint8Array {
  const { key, kind, parent, after, values = {} } = create;
  if (!isNodeKey(key)) throw new PlanEditError('BAD_VALUE', `${JSON.stringify(key)} is not a node key`);
  if (doc.getMap('nodes').has(key)) throw new PlanEditError('NODE_EXISTS', `There is a node ${key} already`);
  requireParent(doc, kind, parent);
  const locales = localesOf(doc);
  for (const [field, value] of Object.entries(values)) {
    const type = requireField(kind, field);
    if (type === 'text' || type === 'richText') requireTexts(field, value, locales);
    else requireValue(field, type, value);
  }
  const writer = new UpdateWriter(doc, clientId);
  const pos = place(doc, writer, key, kind, parent, after, clientId);
  writeNode(writer, { key, kind, parent, pos, values, locales });
  return writer.encode();
}

export interface MoveNode {
  key: string;
  /** Absent: stays below its parent. */
  parent?: string;
  after?: string | null;
}

export function moveNode(doc: Y.Doc, move: MoveNode, clientId: number): Uint8Array {
  const node = requireNode(doc, move.key);
  const { kind, parent: from } = readHead(move.key, node)!;
  const parent = move.parent ?? from ?? PLAN_KEY;
  requireParent(doc, kind, parent);
  const writer = new UpdateWriter(doc, clientId);
  const pos = place(doc, writer, move.key, kind, parent, move.after, clientId);
  if (parent !== from) writer.set(idOf(node), 'parent', parent, node._map.get('parent'));
  writer.set(idOf(node), 'pos', pos, node._map.get('pos'));
  return writer.encode();
}

/**
 * Sets fields of one node: a plain value, null to clear, or locale -> text (a text keeps what is common to both ends, so cursors stay). What is there
 * already is not written again.
 */
export function setFields(doc: Y.Doc, key: string, values: Values, clientId: number): Uint8Array {
  const node = requireNode(doc, key);
  const { kind } = readHead(key, node)!;
  const writer = new UpdateWriter(doc, clientId);
  for (const [field, value] of Object.entries(values)) {
    const type = requireField(kind, field);
    if (type === 'text' || type === 'richText') {
      for (const [locale, text] of Object.entries(requireTexts(field, value, localesOf(doc)))) {
        replaceText(writer, requireText(node, field, locale), text);
      }
    } else {
      requireValue(field, type, value);
      if (!isDeepStrictEqual(node.get(field) ?? null, value))
        writer.set(idOf(node), field, value, node._map.get(field));
    }
  }
  return writer.encode();
}

/** `setFields` of one field. */
export function setField(doc: Y.Doc, key: string, field: string, value: unknown, clientId: number): Uint8Array {
  return setFields(doc, key, { [field]: value }, clientId);
}

/** Hides a node and all below it; what others type into it meanwhile is kept. `deleted: null` shows it again. */
export function deleteNode(doc: Y.Doc, key: string, deleted: Deletion | null, clientId: number): Uint8Array {
  if (key === PLAN_KEY) throw new PlanEditError('BAD_VALUE', 'The plan itself cannot be deleted');
  const node = requireNode(doc, key);
  const writer = new UpdateWriter(doc, clientId);
  if (deleted !== null) requireValue('deleted', 'deletion', deleted);
  writer.set(idOf(node), 'deleted', deleted, node._map.get('deleted'));
  return writer.encode();
}

/**
 * Creates every localized text that a node lacks, for the plan's locales and `more` ones: how a locale is added, and how a node that came without
 * all its texts is made whole. Only the server does this: two clients creating one text lazily would lose one side's.
 */
export function completeTexts(doc: Y.Doc, clientId: number, more: readonly string[] = []): Uint8Array {
  const writer = new UpdateWriter(doc, clientId);
  const locales = [...new Set([...localesOf(doc), ...more])];
  for (const [key, node] of nodesOf(doc)) {
    const read = readHead(key, node);
    for (const [field, type] of read ? textFields(read.kind) : []) {
      const map = node.get(field);
      const present = map instanceof Y.Map ? map : undefined;
      const missing = locales.filter((locale) => !present?.has(locale));
      if (missing.length === 0) continue;
      const id = present ? idOf(present) : writer.set(idOf(node), field, new Y.Map(), node._map.get(field));
      for (const locale of missing) writeText(writer, id, locale, type, '');
    }
  }
  return writer.encode();
}

function idOf(type: { _item: Y.Item | null }): Y.ID {
  return type._item!.id;
}

function requireNode(doc: Y.Doc, key: string): Y.Map<unknown> {
  const node = doc.getMap('nodes').get(key);
  if (!(node instanceof Y.Map) || !readHead(key, node))
    throw new PlanEditError('UNKNOWN_NODE', `There is no node ${key}`);
  return node;
}

function requireParent(doc: Y.Doc, kind: Kind, parent: string): void {
  const node = requireNode(doc, parent);
  if (isDeleted(node)) throw new PlanEditError('UNKNOWN_NODE', `Node ${parent} is deleted`);
  const { kind: above } = readHead(parent, node)!;
  if (!mayStandUnder(kind, above))
    throw new PlanEditError('BAD_VALUE', `${kind} cannot stand under ${above} ${parent}`);
}

function requireField(kind: Kind, field: string) {
  const type = fieldType(kind, field);
  if (type === undefined || type === 'sql' || ['kind', 'parent', 'pos', 'deleted'].includes(field)) {
    throw new PlanEditError('UNKNOWN_FIELD', `${field} of ${kind} is not a field to set here`);
  }
  return type;
}

function requireValue(field: string, type: Parameters<typeof accepts>[0], value: unknown): void {
  if (value === null ? !REQUIRED.has(field) : accepts(type, value)) return;
  throw new PlanEditError('BAD_VALUE', `${field} must be of type ${type}`);
}

function requireTexts(field: string, value: unknown, locales: readonly string[]): LocalizedRecord {
  if (typeof value !== 'object' || value === null)
    throw new PlanEditError('BAD_VALUE', `${field} must be locale -> text`);
  for (const [locale, text] of Object.entries(value)) {
    if (!locales.includes(locale)) throw new PlanEditError('UNKNOWN_LOCALE', `The plan has no locale ${locale}`);
    if (typeof text !== 'string' || !isCleanText(text))
      throw new PlanEditError('BAD_VALUE', `${field}.${locale} must be text`);
  }
  return value as LocalizedRecord;
}

/** Finds the position, and gives siblings that tie there new ones. */
function place(
  doc: Y.Doc,
  writer: UpdateWriter,
  key: string,
  kind: Kind,
  parent: string,
  after: string | null | undefined,
  clientId: number,
): string {
  const nodes = nodesOf(doc);
  const siblings: Placed[] = [];
  for (const [other, node] of nodes) {
    if (other === key || node.get('kind') !== kind || (node.get('parent') ?? PLAN_KEY) !== parent) continue;
    const head = readHead(other, node);
    if (head && !isDeleted(node)) siblings.push(head);
  }
  siblings.sort(byPosition);
  if (after && !siblings.some((sibling) => sibling.key === after)) {
    throw new PlanEditError('UNKNOWN_NODE', `${after} is not a ${kind} under ${parent}`);
  }
  const { pos, rekeyed } = positionAfter(siblings, after, clientId);
  for (const sibling of rekeyed) {
    const node = nodes.get(sibling.key)!;
    writer.set(idOf(node), 'pos', sibling.pos, node._map.get('pos'));
  }
  return pos;
}

function requireText(node: Y.Map<unknown>, field: string, locale: string): Y.Text | Y.XmlFragment {
  const map = node.get(field);
  const type = map instanceof Y.Map ? map.get(locale) : undefined;
  if (type instanceof Y.Text || type instanceof Y.XmlFragment) return type;
  throw new PlanEditError('UNKNOWN_LOCALE', `${field} has no text in ${locale} yet`);
}
