import * as Y from 'yjs';

/** A piece may be so long, bytes; what is longer and cannot be cut stays whole. The server takes 64 KiB. */
const MOST = 32 * 1024;
/** Characters of one struct in a piece: three bytes each at most. */
const MOST_CHARACTERS = 8_000;

/**
 * Cuts an update that is too long for one push, such as that of a large paste: between structs and inside of strings, where Yjs itself would cut them.
 * The pieces, applied in order, do what the whole does; deletions come with the last. Values of maps stay with what stands before them, since a node
 * of the plan must come whole.
 * @param update V1, of one transaction of one client
 */
export function cutUpdate(update: Uint8Array): Uint8Array[] {
  if (update.length <= MOST) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const clients = new Set(structs.map(({ id }) => id.client));
  if (clients.size !== 1 || structs.some((struct) => struct instanceof Y.Skip)) return [update];
  const groups: Struct[][] = [];
  let bytes = 0;
  for (const struct of structs.flatMap(cutStruct)) {
    const size = write([struct]).length;
    const isBound = struct instanceof Y.Item && struct.parentSub !== null;
    const group = groups.at(-1);
    if (group && (isBound || bytes + size <= MOST)) {
      group.push(struct);
      bytes += size;
    } else {
      groups.push([struct]);
      bytes = size;
    }
  }
  return groups.map((group, index) => write(group, index === groups.length - 1 ? ds : undefined));
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

function cutStruct(struct: Struct): Struct[] {
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) return [struct];
  const { id, origin, left, right, rightOrigin, parent, parentSub, content } = struct;
  const text = content.str;
  const pieces: Struct[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + MOST_CHARACTERS);
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!)) end--;
    const before = at === 0 ? origin : Y.createID(id.client, id.clock + at - 1);
    const piece = new Y.ContentString(text.slice(at, end));
    // Where it stands is written as the item before it; parent and key only if there is no neighbour at all.
    pieces.push(
      new Y.Item(Y.createID(id.client, id.clock + at), left, before, right, rightOrigin, parent, parentSub, piece),
    );
    at = end;
  }
  return pieces;
}

type Deletions = ReturnType<typeof Y.decodeUpdate>['ds'];

function write(structs: readonly Struct[], ds?: Deletions): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const first = structs[0];
  const varUint = (value: number) => encoder.writeLen(value); // V1 writes a length as any other number
  varUint(first ? 1 : 0);
  if (first) {
    varUint(structs.length);
    encoder.writeClient(first.id.client);
    varUint(first.id.clock);
    for (const struct of structs) struct.write(encoder, 0);
  }
  varUint(ds?.clients.size ?? 0);
  for (const [client, ranges] of ds?.clients ?? []) {
    varUint(client);
    varUint(ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}
