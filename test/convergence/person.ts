import type * as Y from 'yjs';
import type { Actor } from '../../kit/context.ts';
import type { Kept } from '../../web/co-editing/shelf.ts';
import type { PlanWire } from '../../web/co-editing/wire.ts';
import { SlowShelf } from './device.ts';
import { Contents, readCharacters, Tokens } from './ledger.ts';
import type { Line, LineOptions } from './line.ts';
import { Tab } from './tab.ts';

/** What all tabs of a schedule share. `wrapLine` and `recall` are where faults are planted. */
export interface Desk extends Omit<LineOptions, 'actor' | 'onPush' | 'onAck'> {
  tokens: Tokens;
  wrapLine: (line: Line) => PlanWire;
  /** What a tab that is opened again finds on its device. */
  recall: (kept: Kept | undefined) => Kept | undefined;
  note: (what: string, who?: string) => void;
  /** Reports what must not happen. */
  fail: (what: string) => void;
}

/** A copy of the plan through reloads and crashes, until its profile is copied: what it has sent, by editId. */
export type Lineage = Map<string, Uint8Array>;
/** What a person typed and must find again: in the plan, or, once its copy was dropped, at least among what was refused. */
interface Owed {
  character: string;
  lineage: Lineage;
  dropped: boolean;
}

/** Somebody with a seat, and the tabs in which they have the plan open. */
export class Person {
  tabs: Tab[] = [];
  /** Places on the device that closed tabs have left, and that nobody has taken. */
  readonly strays: SlowShelf[] = [];
  get name(): string {
    return this.actor.seatId!;
  }
  /** Characters, each with the id it was sent with. */
  readonly sent = new Set<string>();
  readonly acknowledged = new Contents(Tokens.is);
  /** By id of the struct and character: two copies of one profile may use a clock twice. */
  readonly owed = new Map<string, Owed>();

  #hasCopies = false;

  constructor(
    readonly actor: Actor,
    readonly desk: Desk,
  ) {}

  open(lineage: Lineage = new Map(), kept?: Kept): void {
    const tab = new Tab(this, lineage, this.desk.recall(kept));
    this.tabs.push(tab);
    void tab.session.start();
  }

  /** Closed properly, and opened again on the same place. */
  reload(tab: Tab): void {
    this.close(tab);
    void tab.session.stop().then(() => {
      const kept = tab.shelf.peek();
      tab.crash();
      this.open(tab.lineage, kept);
    });
  }

  crash(tab: Tab, way: 'same place' | 'stray'): void {
    const { clock, dice } = this.desk.world;
    this.close(tab);
    const kept = tab.crash();
    this.noteCrashed(tab, kept);
    clock.after(dice.between(1, 1_500), () => {
      if (kept && way === 'stray') this.strays.push(new SlowShelf(clock, dice, kept, this.strays, true));
      this.open(tab.lineage, way === 'stray' ? undefined : kept);
    });
  }

  /** The profile is copied while the tab is open: a second tab stands on a copy of its shelf, with the same client id. */
  copyProfile(tab: Tab): void {
    this.#hasCopies = true;
    this.open(new Map(), tab.shelf.peek());
  }

  private close(tab: Tab): void {
    tab.isOpen = false;
    this.tabs = this.tabs.filter((each) => each !== tab);
  }

  noteTyped(update: Uint8Array, { lineage }: Tab): void {
    const contents = new Contents(Tokens.is);
    contents.add(update);
    for (const [id, character] of contents.characters) {
      this.owed.set(`${id} ${character}`, { character, lineage, dropped: false });
    }
  }

  /** What had been taken out of the copy before it was dropped is nothing to be kept. */
  noteDropped(doc: Y.Doc, { lineage, session }: Tab): void {
    this.desk.note(`drops a copy (${session.view.refused.at(-1)?.code ?? 'nothing held'})`, this.actor.seatId);
    this.release(doc, lineage);
    for (const owed of this.owed.values()) if (owed.lineage === lineage) owed.dropped = true;
  }

  /** What a tab that crashed had asked its device to write, and the device had not, is lost: it was never said to be kept. */
  private noteCrashed({ doc, lineage, shelf }: Tab, kept: Kept | undefined): void {
    if (doc) this.release(doc, lineage);
    const [written, asked] = [kept, shelf.intended()].map((found) => {
      const unsaved = new Contents(Tokens.is);
      for (const entry of found?.entries ?? []) if (entry.unsaved) unsaved.add(entry.update);
      const texts = found?.state.refused.flatMap(({ texts }) => texts.map(({ text }) => text)).join('\n') ?? '';
      return { has: (id: string, c: string) => unsaved.characters.get(id) === c || texts.includes(c), texts };
    });
    for (const [key, owed] of this.owed) {
      const { character } = owed;
      const [id] = key.split(' ') as [string];
      if (owed.lineage !== lineage || this.acknowledged.characters.get(id) === character) continue;
      owed.dropped &&= written!.texts.includes(character);
      if (!written!.has(id, character) && asked!.has(id, character)) this.owed.delete(key);
    }
  }

  private release(doc: Y.Doc, lineage: Lineage): void {
    const there = new Set([...readCharacters(doc, Tokens.is)].map(([id, character]) => `${id} ${character}`));
    for (const [key, owed] of this.owed) {
      if (owed.lineage === lineage && !owed.dropped && !there.has(key)) this.owed.delete(key);
    }
  }

  notePushed(editId: string, update: Uint8Array, { lineage }: Tab): void {
    const contents = new Contents(Tokens.is);
    contents.add(update);
    for (const [id, character] of contents.characters) this.sent.add(`${id} ${character}`);
    const before = lineage.get(editId);
    if (before && Buffer.compare(before, update) !== 0) this.desk.fail(`${editId} was sent again with other bytes`);
    const [other] = [...lineage].find(([id, bytes]) => id !== editId && Buffer.compare(bytes, update) === 0) ?? [];
    // What only deletes may be the same twice, and a copy of a profile knows nothing of what the other one has sent.
    if (other && update[0] !== 0 && !this.#hasCopies)
      this.desk.fail(`what was sent as ${other} was sent again as ${editId}`);
    lineage.set(editId, update);
  }

  noteAcknowledged(editId: string, update: Uint8Array): void {
    this.desk.note('is acknowledged', `${editId} of ${this.actor.seatId}`);
    this.acknowledged.add(update);
  }

  /** All text that was refused, in whichever tab. */
  get refusedText(): string {
    const refused = this.tabs.flatMap(({ session }) => session.view.refused);
    return refused.flatMap(({ texts }) => texts.map(({ text }) => text)).join('\n');
  }
}
