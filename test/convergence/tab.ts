import type * as Y from 'yjs';
import { PlanSession } from '../../web/co-editing/session.ts';
import type { Kept } from '../../web/co-editing/shelf.ts';
import { SlowShelf } from './device.ts';
import { Hands } from './hands.ts';
import { Line } from './line.ts';
import type { Lineage, Person } from './person.ts';

/** One tab with the plan open: the real session over a line and a shelf that can break. */
export class Tab {
  readonly line: Line;
  readonly shelf: SlowShelf;
  readonly session: PlanSession;
  #hands: Hands | undefined;
  #doc: Y.Doc | null = null;
  isOpen = true;

  constructor(
    readonly person: Person,
    readonly lineage: Lineage,
    kept: Kept | undefined,
  ) {
    const { desk, actor } = person;
    const { clock, dice } = desk.world;
    this.line = new Line({
      ...desk,
      actor,
      onPush: (editId, update) => person.notePushed(editId, update, this),
      onAck: (editId, update) => person.noteAcknowledged(editId, update),
    });
    this.shelf = new SlowShelf(clock, dice, kept, person.strays);
    this.session = new PlanSession({
      wire: desk.wrapLine(this.line),
      shelf: this.shelf,
      random: dice.roll,
      createId: () => `edit-${dice.below(2 ** 30)}`,
      now: () => new Date(clock.now),
      timers: {
        setTimeout: (run, ms) => clock.after(ms, run),
        clearTimeout: (timer) => clock.cancel(timer as never),
      },
      shortestWait: 40,
      longestWait: 800,
      onChange: () => this.look(),
    });
  }

  get doc(): Y.Doc | null {
    return this.session.view.doc;
  }

  /** Notices that the session has dropped its copy. */
  private look(): void {
    const { doc } = this.session.view;
    if (doc === this.#doc || !this.isOpen) return;
    if (this.#doc) this.person.noteDropped(this.#doc, this);
    this.#doc = doc;
    this.#hands = undefined;
  }

  type(): void {
    const { doc, rights } = this.session.view;
    if (!doc || rights !== 'edit') return;
    const { world, tokens } = this.person.desk;
    this.#hands ??= new Hands(doc, this.person.actor.seatId!, world.dice, tokens);
    const typed = (update: Uint8Array) => this.person.noteTyped(update, this);
    doc.on('update', typed);
    this.#hands.act();
    doc.off('update', typed);
  }

  /** Ends without a farewell. @returns what its device holds */
  crash(): Kept | undefined {
    this.shelf.crash();
    this.line.abandon();
    void this.session.stop();
    return this.shelf.peek();
  }
}
