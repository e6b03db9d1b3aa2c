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
  } else {
    // What was here is gone, and its neighbours went with it: they cannot be told from invented ones that still stand.
    for (const id of [struct.origin, struct.rightOrigin]) {
      if (id && id.clock < Y.getState(doc.store, id.client) && Y.getItem(doc.store, id) instanceof Y.Item) {
        malformed('A struct that is known and gone names neighbours that are not gone');
      }
    }
  }
  if (!(struct.content instanceof Y.ContentString)) return;
  for (; index < structs.length && structs[index]!.id.clock < until; index++) {
    const known = structs[index]!;
    if (!(known instanceof Y.Item) || !(known.content instanceof Y.ContentString)) continue;
    const from = Math.max(clock, known.id.clock);
    const to = Math.min(until, known.id.clock + known.length);
    const here = known.content.str.slice(from - known.id.clock, to - known.id.clock);
    const sent = struct.content.str.slice(from - clock, to - clock);
    // A character that was cut in two reads U+FFFD here, and need not where it comes from.
    if (here !== sent && !here.includes('\uFFFD')) differs(client, from);
  }
}

function differs(client: number, clock: number): never {
  resync(`Client ${client} has written something else at clock ${clock}`);
}
