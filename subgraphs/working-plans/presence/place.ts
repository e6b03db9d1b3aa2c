import * as Y from 'yjs';
import { ApiError } from '../../../kit/errors.ts';
import { fieldType, isKind } from '../document/fields.ts';
import type { Room } from '../room/room.ts';
import type { Rooms } from '../room/rooms.ts';
import { splitId } from '../view.ts';

/** Where in a plan someone is, as all who are in it may read it. Without a node: nowhere in particular. */
export interface Place {
  /** The global id of a node. */
  nodeId: string | null;
  field: string | null;
  locale: string | null;
  /** Yjs relative positions, base64: between them lies what is selected. */
  anchor: string | null;
  head: string | null;
  /** The cursor of the last edit that the tab has. */
  at: string | null;
}
/** As a client sends it: nothing of it is believed. */
export type GivenPlace = { [F in keyof Place]?: string | null | undefined };

export const nowhere: Place = { nodeId: null, field: null, locale: null, anchor: null, head: null, at: null };

const longestPosition = 200; // bytes
const longestBase64 = 4 * Math.ceil(longestPosition / 3);

/**
 * @returns the place with nothing in it but what this plan has, in the one way of writing it
 * @throws ApiError BAD_USER_INPUT, which names the argument; CURSOR_INVALID
 */
export function readPlace(rooms: Pick<Rooms, 'cursors'>, room: Room, given: GivenPlace): Place {
  const { nodeId = null, field = null, locale = null } = given;
  const anchor = readPosition('anchor', given.anchor ?? null);
  const head = readPosition('head', given.head ?? null);
  if (head !== null && anchor === null) refuse('head', 'give an anchor too');
  const cursors = rooms.cursors(room.id);
  const at = given.at == null ? null : cursors.encode(cursors.decode(given.at));
  if (nodeId === null) {
    if (field !== null) refuse('field', 'give the nodeId that it is of');
    if (locale !== null) refuse('locale', 'give the nodeId and the field that it is of');
    if (anchor !== null) refuse('anchor', 'give the nodeId and the field that it is in');
    return { ...nowhere, at };
  }
  const [planId, key] = splitId(nodeId) ?? [];
  const node = planId === room.id ? room.doc.getMap('nodes').get(key as string) : undefined;
  const kind = node instanceof Y.Map ? node.get('kind') : undefined;
  if (!(node instanceof Y.Map) || !isKind(kind)) return refuse('nodeId', 'this plan has no such node');
  if (field === null) {
    if (locale !== null) refuse('locale', 'give the field that it is of');
    if (anchor !== null) refuse('anchor', 'give the field that it is in');
  } else {
    if (fieldType(kind, field) === undefined) refuse('field', 'a node of this kind has no such field');
    const texts = node.get(field);
    if (locale !== null && !(texts instanceof Y.Map && texts.has(locale))) {
      refuse('locale', 'this field has no text in it');
    }
  }
  return { nodeId, field, locale, anchor, head, at };
}

function refuse(argument: string, why: string): never {
  throw new ApiError('BAD_USER_INPUT', `${argument}: ${why}.`);
}

/**
 * Only what Yjs itself writes for a place in or at the end of a text, byte for byte. A position by a root's name is refused: resolving it makes that root in
 * the document of whoever reads it.
 */
function readPosition(argument: 'anchor' | 'head', text: string | null): string | null {
  if (text === null) return null;
  if (text.length > longestBase64) refuse(argument, `at most ${longestPosition} bytes`);
  // A copy of its own: Yjs's decoder would read on behind it in the pool that small buffers share.
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (bytes.length > longestPosition || !isPosition(bytes) || Buffer.from(bytes).toString('base64') !== text) {
    refuse(argument, 'this is not a relative position of a text in base64');
  }
  return text;
}

function isPosition(bytes: Uint8Array): boolean {
  try {
    const position = Y.decodeRelativePosition(bytes);
    const id = position.item ?? position.type;
    if (!id || position.tname !== null || Math.abs(position.assoc) > 1) return false;
    return Buffer.compare(Y.encodeRelativePosition(position), bytes) === 0;
  } catch {
    return false;
  }
}
