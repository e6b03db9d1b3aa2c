import * as Y from 'yjs';

interface Range {
  clock: number;
  len: number;
}

/** Clock ranges by client. */
export class Ranges {
  readonly byClient = new Map<number, Range[]>();

  add(client: number, clock: number, len: number): void {
    const known = this.byClient.get(client);
    if (known) known.push({ clock, len });
    else this.byClient.set(client, [{ clock, len }]);
  }

  has(client: number, clock: number): boolean {
    return this.byClient.get(client)?.some((range) => clock >= range.clock && clock < range.clock + range.len) ?? false;
  }
}

/** What updates hold: each character at its clock, all clocks, all deletions. */
export class Contents {
  /** `client:clock` -> the character. */
  readonly characters = new Map<string, string>();
  readonly structs = new Ranges();
  readonly deletions = new Ranges();

  /** @param counts which characters are noted; all unless told */
  constructor(private readonly counts: (character: string) => boolean = () => true) {}

  add(update: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(update);
    for (const struct of structs) {
      const { client, clock } = struct.id;
      this.structs.add(client, clock, struct.length);
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue;
      const { str } = struct.content;
      for (let at = 0; at < str.length; at++) {
        if (this.counts(str[at]!)) this.characters.set(`${client}:${clock + at}`, str[at]!);
      }
    }
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) this.deletions.add(client, clock, len);
    }
  }
}

/** The characters of the document's texts that are there to be read, by id. */
export function readCharacters(doc: Y.Doc, counts: (character: string) => boolean = () => true): Map<string, string> {
  const found = new Map<string, string>();
  for (const [client, structs] of doc.store.clients) {
    for (const struct of structs) {
      if (struct.deleted || !(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue;
      const { str } = struct.content;
      for (let at = 0; at < str.length; at++) {
        if (counts(str[at]!)) found.set(`${client}:${struct.id.clock + at}`, str[at]!);
      }
    }
  }
  return found;
}

/** Whether something has deleted what stands at this clock: itself, or what it stands in. */
export function wasDeleted(doc: Y.Doc, deletions: Ranges, client: number, clock: number): boolean {
  if (deletions.has(client, clock)) return true;
  const struct = Y.getItem(doc.store, Y.createID(client, clock));
  // Garbage: its parent was deleted, and the struct holds no more than its clocks.
  if (!(struct instanceof Y.Item)) return true;
  const parent = (struct.parent as Y.AbstractType<unknown> | null)?._item;
  return parent?.deleted === true;
}

const FIRST_TOKEN = 0x3400;

/** Characters of which each is given out once: one that is found says who typed it and when. */
export class Tokens {
  #next = FIRST_TOKEN;
  take(count: number): string {
    return String.fromCharCode(...Array.from({ length: count }, () => this.#next++));
  }
  static is = (character: string) => character.charCodeAt(0) >= FIRST_TOKEN && character.charCodeAt(0) < 0xd800;
}
