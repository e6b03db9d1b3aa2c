import * as Y from 'yjs';

type SharedType = Y.Map<unknown> | Y.Text | Y.XmlFragment;

/**
 * Writes an update for a document without touching or copying it: each change becomes the very struct that Yjs would have made, addressed by what
 * the live document knows. (A clone costs 8 ms on a plan of 500 activities, this some microseconds.)
 *
 * The clocks follow the document's state for `clientId`: of two updates written with one client id, the first must be applied before the second is
 * written.
 */
export class UpdateWriter {
  private readonly items: Y.Item[] = [];
  private readonly deletions = new Map<number, { clock: number; len: number }[]>();
  private readonly start: number;
  private clock: number;

  constructor(
    doc: Y.Doc,
    private readonly clientId: number,
  ) {
    this.start = Y.getState(doc.store, clientId);
    this.clock = this.start;
  }

  /** Sets a key of a map, over the entry that is there now. `parent` is a root's name, or the id of the map's own struct. */
  set(parent: string | Y.ID, key: string, value: unknown, current?: Y.Item): Y.ID {
    const id = this.add(
      current?.lastId ?? null,
      null,
      current ? null : parent,
      current ? null : key,
      value instanceof Y.AbstractType ? new Y.ContentType(value) : new Y.ContentAny([value]),
    );
    if (current) this.delete(current);
    return id;
  }

  /** Inserts into a list between two ids (both null only when the list is empty) and returns the id of what now comes last. */
  insert(parent: Y.ID, origin: Y.ID | null, rightOrigin: Y.ID | null, value: string | SharedType): Y.ID {
    const content = typeof value === 'string' ? new Y.ContentString(value) : new Y.ContentType(value);
    const first = this.add(origin, rightOrigin, origin || rightOrigin ? null : parent, null, content);
    return Y.createID(first.client, first.clock + content.getLength() - 1);
  }

  delete(item: Y.Item, from = 0, length = item.length - from): void {
    if (item.deleted || length === 0) return;
    const ranges = this.deletions.get(item.id.client) ?? [];
    ranges.push({ clock: item.id.clock + from, len: length });
    this.deletions.set(item.id.client, ranges);
  }

  /** The update in the V1 encoding; two bytes when nothing was written. */
  encode(): Uint8Array {
    const encoder = new Y.UpdateEncoderV1();
    encoder.writeLen(this.items.length > 0 ? 1 : 0);
    if (this.items.length > 0) {
      encoder.writeLen(this.items.length);
      encoder.writeClient(this.clientId);
      encoder.writeLen(this.start);
      for (const item of this.items) item.write(encoder, 0);
    }
    encoder.writeLen(this.deletions.size);
    for (const [client, ranges] of [...this.deletions].sort(([a], [b]) => b - a)) {
      const merged = mergeRanges(ranges);
      encoder.writeClient(client);
      encoder.writeLen(merged.length);
      for (const range of merged) {
        encoder.writeDsClock(range.clock);
        encoder.writeDsLen(range.len);
      }
    }
    return encoder.toUint8Array();
  }

  private add(
    origin: Y.ID | null,
    rightOrigin: Y.ID | null,
    parent: string | Y.ID | null,
    key: string | null,
    content: Y.Item['content'],
  ): Y.ID {
    const id = Y.createID(this.clientId, this.clock);
    const item = new Y.Item(id, null, origin, null, rightOrigin, parent as Y.ID | null, key, content);
    this.items.push(item);
    this.clock += item.length;
    return id;
  }
}

/** Sorted and joined where they touch, as Yjs writes them. */
function mergeRanges(ranges: { clock: number; len: number }[]): { clock: number; len: number }[] {
  const merged: { clock: number; len: number }[] = [];
  for (const range of ranges.sort((a, b) => a.clock - b.clock)) {
    const last = merged.at(-1);
    if (last && last.clock + last.len >= range.clock) {
      last.len = Math.max(last.len, range.clock + range.len - last.clock);
    } else merged.push({ ...range });
  }
  return merged;
}
