import * as Y from 'yjs';
import { BackOff } from './back-off.ts';
import { Journal } from './journal.ts';
import type { Refused, Shelf } from './shelf.ts';
import type { Timers } from './timers.ts';
import { readTouchedTexts } from './unsaved-text.ts';
import { type Author, type PlanEvent, type PlanWire, WireFailure } from './wire.ts';

/** What the person is told. `changes`: those that only this device has, and would have after a crash of the tab too. */
export type Status =
  | { kind: 'opening' }
  /** All that was typed here is committed, and what others commit arrives. */
  | { kind: 'saved' }
  | { kind: 'saving'; changes: number }
  /** Nothing gets through: there is no connection, or the server has a fault. It is tried again by itself. */
  | { kind: 'waiting'; changes: number; because: Hindrance }
  | { kind: 'signed-out'; changes: number }
  /** The plan cannot be shown. */
  | { kind: 'closed'; code: string };

type Hindrance = 'connection' | 'server';

export interface PlanView {
  /** Null while it is being opened. Another object than before: the old one was dropped. */
  doc: Y.Doc | null;
  status: Status;
  rights: 'unknown' | 'edit' | 'read' | 'frozen';
  refused: readonly Refused[];
  /** False when this device does not take what is typed: it lives in this tab alone until it is saved. */
  kept: boolean;
  /** The last edit that arrived, own ones included. */
  lastChange: { author: Author | null; at: string } | null;
}

export interface PlanSessionOptions {
  wire: PlanWire;
  shelf: Shelf;
  onChange?: () => void;
  now?: () => Date;
  createId?: () => string;
  random?: () => number;
  timers?: Timers;
  /** Waits between attempts, ms. */
  shortestWait?: number;
  longestWait?: number;
}

export const openingView: PlanView = {
  doc: null,
  status: { kind: 'opening' },
  rights: 'unknown',
  refused: [],
  kept: true,
  lastChange: null,
};

const REMOTE = { remote: true };

const hindranceOf = ({ code }: WireFailure): Hindrance => (code === 'UNREACHABLE' ? 'connection' : 'server');

/**
 * One tab's copy of a plan: takes what is typed at once, keeps it on the shelf, sends it, and follows what others write.
 *
 * At most one push is under way; what is typed meanwhile goes into the next. Whatever the server refuses takes the whole local copy with it, since
 * the clock of its client id cannot go on: the text is kept in `view.refused`, and the plan is opened anew under another client id.
 */
export class PlanSession {
  #view: PlanView = openingView;
  #journal: Journal;
  #opened = false;
  #stopped = false;
  #signedOut = false;
  #closed: string | null = null;
  #streamFails: Hindrance | null = null;
  #pushFails: Hindrance | null = null;
  #pushing = false;
  #held: PlanEvent[] | null = null;
  #endStream: (() => void) | undefined;
  #running: Promise<void> | undefined;
  readonly #streamWait: BackOff;
  readonly #pushWait: BackOff;

  constructor(private readonly options: PlanSessionOptions) {
    const { shelf, createId, shortestWait: shortest, longestWait: longest, random, timers } = options;
    this.#journal = new Journal(shelf, createId, () => this.#stopped || this.#tell({}), timers);
    this.#streamWait = new BackOff({ shortest, longest, random, timers });
    this.#pushWait = new BackOff({ shortest, longest, random, timers });
  }

  get view(): PlanView {
    return this.#view;
  }

  async start(): Promise<void> {
    const doc = await this.#journal.restore().catch(() => null);
    if (this.#stopped) return;
    const { clientId } = this.#journal.state;
    if (doc) {
      this.#attach(doc);
      this.#tell({ doc, rights: clientId === null ? 'read' : 'edit' });
    }
    this.#running = this.#run();
  }

  /** Tries at once what is waiting to be tried again. */
  syncNow(): void {
    this.#streamWait.wake();
    this.#pushWait.wake();
    this.#endStream?.(); // it may be half open, and its cursor says where to go on
    if (this.#closed) {
      this.#closed = null;
      this.#running = this.#run();
    }
  }

  /** The device says that it is offline: nothing need fail first. */
  suspect(): void {
    this.#streamFails = this.#pushFails = 'connection';
    this.#tell({});
  }

  /** While characters are being composed, what others write waits: a browser drops a composition whose text changes under it. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    for (const event of held ?? []) this.#take(event);
  }

  /** The person has put the text away. */
  forget(refusedId: string): void {
    const refused = this.#journal.state.refused.filter(({ id }) => id !== refusedId);
    void this.#journal.setState({ refused });
    this.#tell({ refused });
  }

  /** Keeps everything on the shelf and ends. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#endStream?.();
    this.#streamWait.wake();
    this.#pushWait.wake();
    await this.#journal.compact(this.#view.doc).catch(() => {});
    this.options.shelf.release();
    await this.#running; // writes nothing any more
  }

  /** For a page that is being hidden: it may not come back. */
  keep(): void {
    void this.#journal.compact(this.#view.doc).catch(() => {});
  }

  #tell(change: Partial<PlanView>): void {
    const { state, isFailing } = this.#journal;
    const view = { ...this.#view, refused: state.refused, kept: !isFailing, ...change };
    this.#view = { ...view, status: this.#describe(view.doc) };
    this.options.onChange?.();
  }

  #describe(doc: Y.Doc | null): Status {
    const { outbox, kept: changes, isFailing } = this.#journal;
    if (this.#closed) return { kind: 'closed', code: this.#closed };
    if (!outbox.isEmpty && changes === 0 && !isFailing) return { kind: 'saving', changes: outbox.changes };
    if (this.#signedOut) return { kind: 'signed-out', changes };
    const because = changes > 0 ? (this.#pushFails ?? this.#streamFails) : this.#streamFails;
    if (because && (changes > 0 || outbox.isEmpty)) return { kind: 'waiting', changes, because };
    if (!outbox.isEmpty) return { kind: 'saving', changes: outbox.changes };
    return doc && this.#opened ? { kind: 'saved' } : { kind: 'opening' };
  }

  /** Opens and follows, again and again. */
  async #run(): Promise<void> {
    while (!this.#stopped && !this.#signedOut && !this.#closed) {
      try {
        if (!this.#opened) await this.#open();
        await this.#follow();
      } catch (error) {
        this.#fail(error instanceof WireFailure ? error : new WireFailure('INTERNAL', String(error)));
        if (this.#stopped || this.#signedOut || this.#closed) return;
        await this.#streamWait.wait();
      }
    }
  }

  #fail(failure: WireFailure): void {
    const { code, extensions } = failure;
    if (code === 'UNAUTHENTICATED') this.#signedOut = true;
    else if (code === 'NOT_FOUND' || code === 'NO_DOCUMENT') this.#close(code);
    else if (failure.passes) this.#streamFails = hindranceOf(failure);
    else if (code === 'RESYNC_REQUIRED' && typeof extensions.cursor === 'string') {
      void this.#journal.setState({ cursor: extensions.cursor });
    } else this.#opened = false; // rights or cursor are not what they were: ask again for both
    this.#tell({});
  }

  #close(code: string): void {
    this.#closed = code;
    this.#opened = false;
    this.#drop(code, '');
  }

  async #open(): Promise<void> {
    const { wire } = this.options;
    const before = this.#view.doc;
    const answer = await wire.open(before ? Y.encodeStateVector(before) : undefined);
    if (!answer) throw new WireFailure('NO_DOCUMENT', 'the document is not for this reader');
    if (this.#stopped || this.#view.doc !== before) return;
    if (before && this.#journal.state.epoch !== answer.epoch) this.#drop('EPOCH_CHANGED', '');
    else if (before && this.#journal.isAhead(before, answer.stateVector)) this.#drop('RESYNC', '');
    if (this.#view.doc !== before) return;

    const doc = before ?? new Y.Doc();
    Y.applyUpdateV2(doc, answer.update, REMOTE);
    if (doc.store.pendingStructs || doc.store.pendingDs) {
      if (before) this.#drop('RESYNC', '');
      throw new WireFailure('INTERNAL', 'the document came with a gap');
    }
    await this.#journal.setState({ cursor: answer.cursor, epoch: answer.epoch });
    if (!before) this.#attach(doc);
    this.#tell({ doc });

    const rights = await this.#join(doc, answer.epoch);
    if (this.#stopped || this.#view.doc !== doc) return;
    await this.#journal.compact(doc).catch(() => {});
    this.#opened = true;
    this.#streamFails = this.#pushFails = null;
    this.#tell({ rights });
    void this.#pump();
    void this.#saveStrays();
  }

  async #join(doc: Y.Doc, epoch: number): Promise<PlanView['rights']> {
    try {
      const joined = await this.options.wire.join();
      if (this.#stopped) return 'unknown';
      if (joined.epoch !== epoch) throw new WireFailure('INTERNAL', 'a new epoch began meanwhile');
      // After loading: Yjs changes an id whose own edits come in from outside.
      doc.clientID = joined.clientId;
      void this.#journal.setState({ clientId: joined.clientId });
      return 'edit';
    } catch (error) {
      const { code } = error as WireFailure;
      if (this.#stopped) return 'unknown';
      if (code !== 'FORBIDDEN' && code !== 'PLAN_FROZEN') throw error;
      void this.#journal.setState({ clientId: null });
      return code === 'FORBIDDEN' ? 'read' : 'frozen';
    }
  }

  #attach(doc: Y.Doc): void {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE || this.#view.doc !== doc || this.#view.rights !== 'edit') return;
      this.#journal.type(update, doc.clientID);
      if (this.#journal.isFailing) void this.#journal.compact(doc).catch(() => {}); // what it refused is in the document
      this.#tell({});
      void this.#pump();
    });
  }

  /** Resolves when asked to start over; rejects with what ended the stream. */
  #follow(): Promise<void> {
    if (this.#stopped || !this.#opened) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = this.options.wire.follow(this.#journal.state.cursor, {
        opened: () => {
          this.#streamWait.succeed();
          this.#streamFails = this.#pushFails = null;
          this.#tell({});
          this.#pushWait.wake();
          void this.#pump();
        },
        next: (event) => (this.#held ? this.#held.push(event) : this.#take(event)),
        ended: (failure) => {
          end();
          reject(failure ?? new WireFailure('UNREACHABLE', 'the stream ended'));
        },
      });
      const end = () => {
        this.#endStream = undefined;
        // Those that wait for the end of a composition come again: the cursor has not passed them.
        if (this.#held) this.#held = [];
      };
      this.#endStream = () => {
        end();
        leave();
        resolve();
      };
    });
  }

  #take(event: PlanEvent): void {
    const { doc } = this.#view;
    if (!doc || this.#stopped) return;
    if (event.kind === 'reset') {
      this.#drop('EPOCH_CHANGED', event.reason);
      this.#endStream?.();
      return;
    }
    Y.applyUpdate(doc, event.update, REMOTE);
    this.#journal.receive(event.update, event.cursor, doc);
    this.#tell({ lastChange: { author: event.author, at: event.at } });
    const { clientId } = this.#journal.state;
    if (clientId !== null && doc.clientID !== clientId && this.#view.rights === 'edit') {
      // Somebody wrote under our id (a copied profile): Yjs has chosen another, which the server never issued.
      this.#opened = false;
      this.#endStream?.();
    }
  }

  async #pump(): Promise<void> {
    if (this.#pushing) return;
    this.#pushing = true;
    try {
      // No await between finding the outbox empty and leaving: what is typed in such a gap would wait for the next keystroke.
      while (this.#opened && !this.#stopped && !this.#signedOut && !this.#journal.outbox.isEmpty) {
        const journal = this.#journal;
        const { outbox } = journal;
        const next = await journal.prepare();
        if (!next || outbox !== journal.outbox) continue;
        try {
          await this.options.wire.push(journal.state.epoch, next.unsaved.editId, next.update);
          if (outbox !== this.#journal.outbox) continue;
          this.#pushWait.succeed();
          this.#pushFails = null;
          journal.acknowledge(next.n);
          this.#tell({});
        } catch (error) {
          if (outbox !== this.#journal.outbox) continue;
          await this.#failPush(error instanceof WireFailure ? error : new WireFailure('INTERNAL', String(error)));
        }
      }
    } finally {
      this.#pushing = false;
    }
  }

  async #failPush(failure: WireFailure): Promise<void> {
    if (failure.code === 'UNAUTHENTICATED') {
      this.#signedOut = true;
      this.#tell({});
    } else if (failure.passes) {
      this.#pushFails = hindranceOf(failure);
      this.#tell({});
      await this.#pushWait.wait();
    } else {
      this.#drop(failure.code, failure.message);
      this.#endStream?.();
    }
  }

  /** Gives the local copy up; what only it held stays as text. */
  #drop(code: string, message: string): void {
    const { doc } = this.#view;
    const { outbox, state } = this.#journal;
    const texts = doc
      ? readTouchedTexts(
          doc,
          outbox.entries.map(({ update }) => update),
        )
      : [];
    const at = (this.options.now?.() ?? new Date()).toISOString();
    const id = (this.options.createId ?? (() => crypto.randomUUID()))();
    const refused = texts.length > 0 ? [...state.refused, { id, code, message, at, texts }] : state.refused;
    this.#opened = false;
    this.#journal.restart(refused);
    this.#tell({ doc: null, rights: 'unknown' });
  }

  /** Sends what closed tabs left behind. */
  async #saveStrays(): Promise<void> {
    const { wire, shelf, createId, now } = this.options;
    for (const stray of await shelf.strays().catch(() => [])) {
      try {
        const refused = await Journal.empty(stray, wire, createId, now);
        if (refused.length === 0) continue;
        await this.#journal.setState({ refused: [...this.#journal.state.refused, ...refused] });
        this.#tell({});
      } catch {
        stray.release(); // no connection: the next opening tries again
      }
    }
  }
}
