import * as Y from 'yjs';
import type { Shared } from './place.ts';
import { malformed, Refusal } from './verdict.ts';

/** Between all anchors of one update together. Honest gaps are a few structs wide; invented ones could be a whole text, thousands of times. */
const MAX_STEPS = 100_000;

/** A struct of the update that is new here, with the part that is known cut off. */
export interface Fresh {
  item: Y.Item | Y.GC;
  client: number;
  clock: number;
  length: number;
  origin: Y.ID | null;
  rightOrigin: Y.ID | null;
  /** The type and key whose list it joins; null when that is deleted. */
  parent: Shared | null;
  key: string | null;
}
export type Lookup = (id: Y.ID) => Fresh | Y.Item | Y.GC;

interface List {
  parent: Shared;
  key: string | null;
  fresh: Fresh[];
  /** What the update put right after which id. */
  after: Map<string, Fresh>;
  entangled: boolean;
}

/**
 * Yjs converges only for structs whose origin and right origin were neighbours in some state that their author can have seen. Anchors that were
 * not let documents differ for ever under equal state vectors (about one run in ten with random forged anchors and two honest writers), and nothing
 * else notices: every id is known, every path allowed.
 *
 * The test: between the two anchors there must be nothing by another author that this author must have known, where he must have known his own
 * earlier structs in this list, both anchors, and whatever those refer to in turn. Lists are independent of each other, so one list is enough. What
 * he wrote himself may stand between: Yjs's undo puts a restored struct back that way.
 *
 * Nearly always the anchors are neighbours here too, which costs one comparison.
 */
export class Sequences {
  private readonly lists = new Map<Shared, Map<string | null, List>>();

  constructor(
    private readonly doc: Y.Doc,
    private readonly lookup: Lookup,
  ) {}

  join(fresh: Fresh): void {
    const list = this.listOf(fresh.parent!, fresh.key);
    list.fresh.push(fresh);
    if (list.entangled) return;
    if (sameId(this.next(list, fresh.origin), fresh.rightOrigin)) list.after.set(nameOf(fresh.origin), fresh);
    else list.entangled = true;
  }

  check(): void {
    for (const byKey of this.lists.values()) {
      for (const list of byKey.values()) if (list.entangled) checkAnchors(this.doc, list);
    }
  }

  private listOf(parent: Shared, key: string | null): List {
    const byKey = this.lists.get(parent) ?? new Map<string | null, List>();
    const list = byKey.get(key) ?? { parent, key, fresh: [], after: new Map(), entangled: false };
    this.lists.set(parent, byKey.set(key, list));
    return list;
  }

  /** The id that follows `left` (null: the first), the update's own structs included. */
  private next(list: List, left: Y.ID | null): Y.ID | null {
    const inserted = list.after.get(nameOf(left));
    if (inserted) return Y.createID(inserted.client, inserted.clock);
    if (left === null) return firstOf(list.parent, list.key)?.id ?? null;
    const struct = this.lookup(left);
    const end = 'clock' in struct ? struct.clock + struct.length : struct.id.clock + struct.length;
    if (left.clock + 1 < end) return Y.createID(left.client, left.clock + 1);
    if ('clock' in struct) return struct.rightOrigin;
    return struct instanceof Y.Item ? (struct.right?.id ?? null) : null;
  }
}

function firstOf(parent: Shared, key: string | null): Y.Item | null {
  if (key === null) return parent._start;
  let item = parent._map.get(key) ?? null;
  while (item?.left) item = item.left;
  return item;
}

/**
 * The first struct is compared with the list as it is. For those after it, Yjs itself places the update's structs, one by one, in a document that
 * has this one list and nothing else (2 us for each struct of the list).
 */
function checkAnchors(doc: Y.Doc, list: List): void {
  const [{ client, clock, origin, rightOrigin }] = list.fresh as [Fresh];
  const isMember = (struct: Y.Item) => struct.parent === list.parent && struct.parentSub === list.key;
  new Gaps(doc.store, () => firstOf(list.parent, list.key), isMember).check(client, clock, origin, rightOrigin);
  if (list.fresh.length > 1) checkInCopy(list);
}

function checkInCopy(list: List): void {
  const copy = new Y.Doc();
  const root = copy.get('list');
  const byClient = new Map<number, Y.Item[]>();
  for (let item = firstOf(list.parent, list.key); item; item = item.right) {
    const items = byClient.get(item.id.client);
    if (items) items.push(item);
    else byClient.set(item.id.client, [item]);
  }
  Y.applyUpdate(copy, encode([...byClient].map(([client, items]) => [client, withoutOthers(client, items)])));
  const gaps = new Gaps(
    copy.store,
    () => root._start,
    () => true,
  );
  copy.transact((transaction) => {
    for (const { client, clock, origin, rightOrigin, length } of list.fresh) {
      gaps.check(client, clock, origin, rightOrigin);
      const state = Y.getState(copy.store, client);
      if (state < clock) new Y.GC(Y.createID(client, state), clock - state).integrate(transaction, 0);
      const struct = blank(Y.createID(client, clock), origin, rightOrigin, length);
      if (!origin && !rightOrigin) struct.parent = root;
      struct.getMissing(transaction, copy.store);
      struct.integrate(transaction, 0);
    }
  });
}

/** One client's structs of a list, as blanks, with its other clocks filled up. */
function withoutOthers(client: number, items: Y.Item[]): (Y.Item | Y.GC)[] {
  const structs: (Y.Item | Y.GC)[] = [];
  let clock = 0;
  for (const item of items.sort((a, b) => a.id.clock - b.id.clock)) {
    if (item.id.clock > clock) structs.push(new Y.GC(Y.createID(client, clock), item.id.clock - clock));
    structs.push(blank(item.id, item.origin, item.rightOrigin, item.length));
    clock = item.id.clock + item.length;
  }
  return structs;
}

class Gaps {
  private readonly knowledge = new Map<number, Knowledge>();
  private steps = 0;

  constructor(
    private readonly store: Y.Doc['store'],
    private readonly first: () => Y.Item | null,
    private readonly isMember: (struct: Y.Item) => boolean,
  ) {}

  check(author: number, clock: number, origin: Y.ID | null, right: Y.ID | null): void {
    const known = this.knowledge.get(author) ?? new Knowledge(this.store, this.isMember);
    this.knowledge.set(author, known);
    known.learn(author, clock);
    known.learnId(origin);
    known.learnId(right);
    let item = origin ? (Y.getItem(this.store, origin) as Y.Item | null) : this.first();
    let from = origin ? origin.clock + 1 : (item?.id.clock ?? 0);
    for (; item; item = item.right, from = item?.id.clock ?? 0) {
      if (++this.steps > MAX_STEPS)
        throw new Refusal('UPDATE_TOO_LARGE', 'Too much was written at one place at once; send less');
      const { client, clock: start } = item.id;
      const end = start + item.length;
      const stops = right !== null && right.client === client && right.clock >= from && right.clock < end;
      if (client !== author && from < Math.min(known.of(client), stops ? right.clock : end)) {
        malformed('A struct names neighbours that its author cannot have seen side by side');
      }
      if (stops) return;
    }
    if (right !== null) malformed('A struct names a right neighbour that stands to the left');
  }
}

/** Up to which clock an author must have known each client's structs of a list. */
class Knowledge {
  private readonly clocks = new Map<number, number>();

  constructor(
    private readonly store: Y.Doc['store'],
    private readonly isMember: (struct: Y.Item) => boolean,
  ) {}

  of(client: number): number {
    return this.clocks.get(client) ?? 0;
  }

  learnId(id: Y.ID | null): void {
    if (id) this.learn(id.client, id.clock + 1);
  }

  /** Everything of `client` before `clock`, and all that it refers to. Each struct is visited once, however often this is called. */
  learn(client: number, clock: number): void {
    const open: [number, number][] = [[client, clock]];
    for (let entry = open.pop(); entry; entry = open.pop()) {
      const [of, to] = entry;
      const from = this.of(of);
      if (to <= from) continue;
      this.clocks.set(of, to);
      const structs = this.store.clients.get(of);
      if (!structs || from >= Y.getState(this.store, of)) continue;
      for (let index = Y.findIndexSS(structs, from); index < structs.length; index++) {
        const struct = structs[index]!;
        if (struct.id.clock >= to) break;
        if (!(struct instanceof Y.Item) || !this.isMember(struct)) continue;
        if (struct.origin) open.push([struct.origin.client, struct.origin.clock + 1]);
        if (struct.rightOrigin) open.push([struct.rightOrigin.client, struct.rightOrigin.clock + 1]);
      }
    }
  }
}

function blank(id: Y.ID, origin: Y.ID | null, rightOrigin: Y.ID | null, length: number): Y.Item {
  const parent = origin || rightOrigin ? null : 'list';
  return new Y.Item(id, null, origin, null, rightOrigin, parent as unknown as null, null, new Y.ContentDeleted(length));
}

function encode(blocks: readonly [number, (Y.Item | Y.GC)[]][]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoder.writeLen(blocks.length);
  for (const [client, structs] of blocks) {
    encoder.writeLen(structs.length);
    encoder.writeClient(client);
    encoder.writeLen(structs[0]!.id.clock);
    for (const struct of structs) struct.write(encoder, 0);
  }
  encoder.writeLen(0);
  return encoder.toUint8Array();
}

export function sameId(a: Y.ID | null, b: Y.ID | null): boolean {
  return a === b || (a !== null && b !== null && a.client === b.client && a.clock === b.clock);
}

function nameOf(id: Y.ID | null): string {
  return id ? `${id.client}:${id.clock}` : '';
}
