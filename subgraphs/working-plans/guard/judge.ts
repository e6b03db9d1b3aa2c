import * as Y from 'yjs';
import { changesOf } from './changes.ts';
import { type Decoded, decode, type Struct } from './decode.ts';
import { Deletions } from './deletions.ts';
import { Places } from './place.ts';
import { isKnownAlike } from './repeat.ts';
import { type Fresh, Sequences } from './sequence.ts';
import { Structure } from './structure.ts';
import {
  CLIENT_LIMITS,
  type ClientClocks,
  forbidden,
  type Limits,
  malformed,
  Refusal,
  type Rights,
  resync,
  type Verdict,
} from './verdict.ts';

/**
 * What an update (V1) would do to a plan, and whether it may. `doc` is the live document; it is only read.
 *
 * Never throws because of what the update holds. A refusal leaves nothing behind; an accepted update applies without leaving anything pending, and
 * moves each of `clients` from its start to its end clock, which the caller compares again under the plan's lock.
 */
export function judge(update: Uint8Array, doc: Y.Doc, rights: Rights, limits: Limits = CLIENT_LIMITS): Verdict {
  try {
    return new Judgement(doc, decode(update, limits), rights, limits).pass();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message } = error;
    if (code !== 'RESYNC') return { ok: false, code, message };
    return { ok: false, code, message, stateVector: Y.encodeStateVector(doc) };
  }
}

class Judgement {
  /** The structs that are new here, by client, in the order of their clocks. */
  private readonly fresh = new Map<number, Fresh[]>();
  /** The clock after the last struct judged, for the update's clients. */
  private readonly judged = new Map<number, number>();
  private readonly clients: ClientClocks[] = [];
  private readonly places: Places;
  private readonly sequences: Sequences;
  private readonly structure: Structure;

  constructor(
    private readonly doc: Y.Doc,
    private readonly decoded: Decoded,
    private readonly rights: Rights,
    private readonly limits: Limits,
  ) {
    this.places = new Places(doc);
    this.sequences = new Sequences(doc, (id) => this.find(id));
    this.structure = new Structure(this.places, decoded.deletions, limits);
  }

  pass(): Verdict {
    this.checkClients();
    this.judgeStructs();
    const deletions = new Deletions(this.doc, this.places, this.structure);
    for (const [client, ranges] of this.decoded.deletions) {
      deletions.judge(client, ranges, this.judged.get(client) ?? Y.getState(this.doc.store, client));
    }
    deletions.finish();
    this.structure.finish();
    this.sequences.check();
    const changes = changesOf(this.structure, this.places.nodes);
    for (const change of changes) {
      if (this.rights.may(change)) continue;
      const what = [change.nodeKey, change.field, change.locale].filter(Boolean).join('.');
      forbidden(`May not ${change.action} ${what}`);
    }
    return { ok: true, clients: this.clients, changes, effect: this.clients.length > 0 || deletions.effect };
  }

  /** Whose clocks move, and from where. Ownership comes before RESYNC: a stranger's clock is none of the sender's business. */
  private checkClients(): void {
    for (const { client, structs } of this.decoded.blocks) {
      const state = Y.getState(this.doc.store, client);
      const last = structs.at(-1)!;
      const end = last.id.clock + last.length;
      if (end <= state) continue;
      if (!this.rights.owns(client)) forbidden(`Client id ${client} was not issued to this seat`);
      if (end - state > this.limits.maxClocks) malformed(`Client ${client} would jump from clock ${state} to ${end}`);
      this.clients.push({ clientId: client, startClock: state, endClock: end });
    }
    for (const { client, structs } of this.decoded.blocks) {
      const state = Y.getState(this.doc.store, client);
      if (structs[0]!.id.clock > state)
        resync(`Client ${client} is at clock ${state} here, not at ${structs[0]!.id.clock}`);
    }
  }

  /** In an order in which each struct comes after those it refers to, as applyUpdate finds one: a block waits for another where it must. */
  private judgeStructs(): void {
    const waiting = this.decoded.blocks.map((block) => ({ block, index: 0 }));
    let moved = true;
    while (moved) {
      moved = false;
      for (const entry of waiting) {
        const { structs } = entry.block;
        while (entry.index < structs.length && this.isReady(structs[entry.index]!)) {
          this.judgeStruct(structs[entry.index]!);
          entry.index++;
          moved = true;
        }
      }
    }
    for (const { block, index } of waiting) {
      if (index < block.structs.length) resync(`A struct of client ${block.client} refers to one that is not known`);
    }
  }

  private isReady(struct: Struct): boolean {
    if (!(struct instanceof Y.Item)) return true;
    const parent: unknown = struct.parent;
    for (const id of [struct.origin, struct.rightOrigin, parent instanceof Y.ID ? parent : null]) {
      if (id === null) continue;
      if (id.client === struct.id.client && id.clock >= struct.id.clock)
        malformed('A struct refers to itself or a later one');
      if (id.clock >= (this.judged.get(id.client) ?? Y.getState(this.doc.store, id.client))) return false;
    }
    return true;
  }

  private judgeStruct(struct: Struct): void {
    const { client, clock } = struct.id;
    const state = Y.getState(this.doc.store, client);
    const root: unknown = struct instanceof Y.Item ? struct.parent : null;
    // Also in a struct that is known: applyUpdate makes every root that it reads of.
    if (typeof root === 'string' && root !== 'nodes') malformed(`There is no root ${JSON.stringify(root)} in a plan`);
    if (clock < state) isKnownAlike(this.doc, struct, Math.min(state, clock + struct.length));
    if (clock + struct.length <= state) {
      this.judged.set(client, state);
      return;
    }
    const fresh = this.anchor(struct, state);
    this.judged.set(client, fresh.clock + fresh.length);
    const run = this.fresh.get(client);
    if (run) run.push(fresh);
    else this.fresh.set(client, [fresh]);
    if (fresh.parent === null) {
      // Children of what is deleted are deleted with it.
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentType)
        this.places.enter(struct.content.type, null);
      return;
    }
    this.structure.judge(fresh as Fresh & { item: Y.Item });
    this.sequences.join(fresh);
  }

  /** Resolves the list that a struct joins as Item.getMissing does: by its origin, else its right origin, else the written parent. */
  private anchor(struct: Struct, state: number): Fresh {
    const { client, clock } = struct.id;
    const known = Math.max(0, state - clock);
    const fresh: Fresh = {
      item: struct,
      client,
      clock: clock + known,
      length: struct.length - known,
      origin: null,
      rightOrigin: null,
      parent: null,
      key: null,
    };
    if (struct instanceof Y.GC) return fresh;
    const list = this.listOf(struct);
    if (known > 0) {
      // Yjs hangs the unknown rest onto the last known struct, but keeps the parent that it resolved: they must be the same list.
      fresh.origin = Y.createID(client, state - 1);
      const before = this.memberOf(fresh.origin);
      if (list?.parent !== before?.parent || list?.key !== before?.key)
        malformed('A struct goes on in another list than it began in');
    } else fresh.origin = struct.origin;
    fresh.rightOrigin = struct.rightOrigin;
    if (list && this.places.of(list.parent) !== null) {
      fresh.parent = list.parent;
      fresh.key = list.key;
    }
    return fresh;
  }

  private listOf(item: Y.Item): List | null {
    if (item.origin || item.rightOrigin) {
      const left = item.origin ? this.memberOf(item.origin) : undefined;
      const right = item.rightOrigin ? this.memberOf(item.rightOrigin) : undefined;
      if (left === undefined) return right!;
      // Yjs takes the left one's list and splits the right one wherever it is: a way to cut a character in two in a text of others.
      if (right !== undefined && (left?.parent !== right?.parent || left?.key !== right?.key)) {
        malformed('The two neighbours of a struct are in different lists');
      }
      return left;
    }
    const parent: unknown = item.parent;
    if (typeof parent === 'string') return { parent: this.places.nodes, key: item.parentSub };
    const holder = this.find(parent as Y.ID);
    const above = 'clock' in holder ? holder.item : holder;
    if (above instanceof Y.GC || above.content instanceof Y.ContentDeleted) return null;
    if (!(above.content instanceof Y.ContentType)) malformed('The parent of a struct is not a shared type');
    if ('clock' in holder && holder.parent === null) return null;
    return { parent: above.content.type, key: item.parentSub };
  }

  /** The list that a struct is a member of; null when it was deleted together with its parent. */
  private memberOf(id: Y.ID): List | null {
    const struct = this.find(id);
    if ('clock' in struct) return struct.parent && { parent: struct.parent, key: struct.key };
    if (!(struct instanceof Y.Item) || struct.parent === null) return null;
    return { parent: struct.parent as List['parent'], key: struct.parentSub };
  }

  private find(id: Y.ID): Fresh | Y.Item | Y.GC {
    if (id.clock < Y.getState(this.doc.store, id.client)) return Y.getItem(this.doc.store, id);
    const run = this.fresh.get(id.client)!;
    let low = 0;
    let high = run.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (run[middle]!.clock <= id.clock) low = middle;
      else high = middle - 1;
    }
    return run[low]!;
  }
}
interface List {
  parent: NonNullable<Fresh['parent']>;
  key: string | null;
}
