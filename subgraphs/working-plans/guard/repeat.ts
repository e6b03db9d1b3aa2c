import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import type { Struct } from './decode.ts';
import { sameId } from './sequence.ts';
import { malformed, resync } from './verdict.ts';

/**
 * Compares the known part of a struct that was sent again with what is here, up to the clock `until`.
 *
 * Yjs looks at the neighbours even of a struct that it then skips, and splits them; and a client whose clock was used twice would be told that its
 * text is saved when only the other one's is. So a repeat must be one.
 */
export function isKnownAlike(doc: Y.Doc, struct: Struct, until: number): void {
  if (!(struct instanceof Y.Item)) return;
  const { client, clock } = struct.id;
  const structs = doc.store.clients.get(client)!;
  let index = Y.findIndexSS(structs, clock);
  const head = structs[index]!;
  if (head instanceof Y.Item) {
    const origin = head.id.clock < clock ? Y.createID(client, clock - 1) : head.origin;
    if (!sameId(struct.origin, origin) || !sameId(struct.rightOrigin, head.rightOrigin)) differs(client, clock);
    if (!origin && !struct.rightOrigin && !isSamePlace(struct, head)) differs(client, clock);
  } else {
    // What was here is gone, and its neighbours went with it: they cannot be told from invented ones that still stand.
    for (const id of [struct.origin, struct.rightOrigin]) {
      if (id && id.clock < Y.getState(doc.store, id.client) && Y.getItem(doc.store, id) instanceof Y.Item) {
        malformed('A struct that is known and gone names neighbours that are not gone');
      }
    }
  }
  if (struct.content instanceof Y.ContentDeleted) return; // its author has seen it deleted
  for (; index < structs.length && structs[index]!.id.clock < until; index++) {
    const known = structs[index]!;
    // What was deleted here holds no more than its clocks.
    if (!(known instanceof Y.Item) || known.deleted || known.content instanceof Y.ContentDeleted) continue;
    const from = Math.max(clock, known.id.clock);
    const to = Math.min(until, known.id.clock + known.length);
    if (!isSameContent(known, struct, from, to)) differs(client, from);
  }
}

/** Where two structs without neighbours say that they stand. */
function isSamePlace(struct: Y.Item, known: Y.Item): boolean {
  const parent: unknown = struct.parent;
  if (known.parent === null) return true; // gone with what it stood in
  const above = (known.parent as Y.AbstractType<unknown>)._item;
  if (struct.parentSub !== known.parentSub) return false;
  return typeof parent === 'string' ? above === null : sameId(parent as Y.ID | null, above?.id ?? null);
}

/** Whether two structs hold the same from one clock up to another. */
function isSameContent(known: Y.Item, struct: Y.Item, from: number, to: number): boolean {
  const [here, sent] = [known.content, struct.content];
  if (here.constructor !== sent.constructor) return false;
  const [atHere, atSent, length] = [from - known.id.clock, from - struct.id.clock, to - from];
  if (here instanceof Y.ContentString) {
    const text = here.str.slice(atHere, atHere + length);
    // A character that was cut in two reads U+FFFD here, and need not where it comes from.
    return text.includes('\uFFFD') || text === (sent as Y.ContentString).str.slice(atSent, atSent + length);
  }
  if (here instanceof Y.ContentAny) {
    const values = (sent as Y.ContentAny).arr.slice(atSent, atSent + length);
    return isDeepStrictEqual(here.arr.slice(atHere, atHere + length), values);
  }
  if (here instanceof Y.ContentFormat) {
    const format = sent as Y.ContentFormat;
    return here.key === format.key && isDeepStrictEqual(here.value, format.value);
  }
  if (here instanceof Y.ContentType) {
    const [one, other] = [here.type, (sent as Y.ContentType).type];
    return one.constructor === other.constructor && nameOf(one) === nameOf(other);
  }
  return true;
}

const nameOf = (type: unknown): string => (type instanceof Y.XmlElement ? type.nodeName : '');

function differs(client: number, clock: number): never {
  resync(`Client ${client} has written something else at clock ${clock}`);
}
