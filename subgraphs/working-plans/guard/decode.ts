import * as Y from 'yjs';
import { type Limits, malformed, Refusal } from './verdict.ts';

export type Struct = Y.Item | Y.GC;
/** The structs of one client, with consecutive clocks. */
export interface Block {
  client: number;
  structs: Struct[];
}
export interface Range {
  clock: number;
  len: number;
}
export interface Decoded {
  blocks: Block[];
  /** Per client sorted and apart. */
  deletions: Map<number, Range[]>;
}

/** Content that no client of this document model writes: JSON (an old Yjs), binary, embeds, subdocuments; and Skip, which is a gap in a clock. */
const REFUSED_CONTENT: ReadonlySet<number> = new Set([2, 3, 5, 9, 10]);

/**
 * Yjs's own decoder, with an eye on what the decoded structs no longer show: how many blocks there were (applyUpdate keeps only the last of two blocks
 * of one client, so a flat list of structs is not what would be applied) and where the reading ended.
 */
class WatchedDecoder extends Y.UpdateDecoderV1 {
  /** The decoder of the call under way: `Y.decodeUpdateV2` makes the instance itself. Decoding is synchronous. */
  static latest: WatchedDecoder;
  static maxStructs = 0;
  readonly blocks: { client: number; structs: number }[] = [];
  private structs = 0;

  constructor(decoder: ConstructorParameters<typeof Y.UpdateDecoderV1>[0]) {
    super(decoder);
    WatchedDecoder.latest = this;
  }

  override readClient(): number {
    const client = super.readClient();
    this.blocks.push({ client, structs: 0 });
    return client;
  }

  override readInfo(): number {
    const info = super.readInfo();
    if (info === undefined) malformed('The update ends within a struct');
    if (REFUSED_CONTENT.has(info & 31)) malformed(`Content of type ${info & 31} has no place in a plan`);
    if (++this.structs > WatchedDecoder.maxStructs)
      throw new Refusal('UPDATE_TOO_LARGE', `More than ${WatchedDecoder.maxStructs} structs`);
    this.blocks.at(-1)!.structs++;
    return info;
  }
}

/** Decodes an update (V1). Throws Refusal and nothing else, whatever the bytes are; the document is not involved. */
export function decode(update: Uint8Array, limits: Limits): Decoded {
  if (update.byteLength > limits.maxBytes) {
    throw new Refusal('UPDATE_TOO_LARGE', `${update.byteLength} bytes; an update may have ${limits.maxBytes}`);
  }
  WatchedDecoder.maxStructs = limits.maxStructs;
  let decoded: ReturnType<typeof Y.decodeUpdateV2>;
  try {
    decoded = Y.decodeUpdateV2(update, WatchedDecoder);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // Yjs throws what the bytes lead it to: RangeError, TypeError, SyntaxError, plain Error.
    malformed('The bytes are not a Yjs update (V1)');
  }
  const { blocks: seen, restDecoder } = WatchedDecoder.latest;
  // Also when it read past the end: strings are read from the underlying buffer, which may go on.
  if (restDecoder.pos !== update.byteLength) malformed('The update does not end where its bytes end');
  return { blocks: blocksOf(seen, decoded.structs as Struct[], limits), deletions: deletionsOf(decoded.ds) };
}

function blocksOf(seen: WatchedDecoder['blocks'], structs: Struct[], limits: Limits): Block[] {
  const clients = new Set<number>();
  let at = 0;
  return seen.map(({ client, structs: count }) => {
    if (count === 0 || clients.has(client))
      malformed(`The structs of client ${client} must be one block that is not empty`);
    clients.add(client);
    const block = { client, structs: structs.slice(at, at + count) };
    at += count;
    for (const struct of block.structs) {
      const end = struct.id.clock + struct.length;
      if (struct.length <= 0) malformed('A struct has no length');
      if (!Number.isSafeInteger(end) || struct.length > limits.maxClocks)
        malformed('A struct is longer than an update may be');
    }
    return block;
  });
}

function deletionsOf(set: { clients: Map<number, Range[]> }): Map<number, Range[]> {
  for (const ranges of set.clients.values()) {
    let end = 0;
    for (const { clock, len } of ranges) {
      // Yjs writes them sorted and joined. Overlapping ones would have applyUpdate walk the same structs once for each.
      if (len <= 0 || clock < end) malformed('Deleted ranges must be sorted, apart and not empty');
      end = clock + len;
      if (!Number.isSafeInteger(end)) malformed('A deleted range is longer than any document');
    }
  }
  return set.clients;
}

/** Whether a clock lies in one of the sorted ranges. */
export function covers(ranges: readonly Range[] | undefined, clock: number): boolean {
  if (!ranges) return false;
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle]!;
    if (clock < range.clock) high = middle - 1;
    else if (clock >= range.clock + range.len) low = middle + 1;
    else return true;
  }
  return false;
}
