import * as Y from 'yjs';
import { BackOff } from './back-off.ts';
import { Journal } from './journal.ts';
import { findMisfit, hasGap, joinAs } from './opening.ts';
import { type Position, Presence } from './presence.ts';
import { Seen } from './seen.ts';
import { Sender } from './sender.ts';
import type { Shelf } from './shelf.ts';
import { sendStray } from './stray.ts';
import { Stream } from './stream.ts';
import { systemTimers, type Timers } from './timers.ts';
import { readTouchedTexts } from './unsaved-text.ts';
import { describe, type Hindrance, openingView, type PlanView } from './view.ts';
import { hindranceOf, type OpenedDocument, type PlanEvent, type PlanWire, WireFailure } from './wire.ts';

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

const REMOTE = { remote: true };

/**
 * One tab's copy of a plan: takes what is typed at once, keeps it on the shelf, sends it, and follows what others write.
 *
 * At most one push is under way; what is typed meanwhile goes into the next. Whatever the server refuses takes the whole local copy with it, since
 * the clock of its client id cannot go on: the text is kept in `view.refused`, and the plan is opened anew under another client id.
 */
export class PlanSession {
  #view: PlanView = openingView;
  #opened = false;
  /** The stream stands: what others commit arrives. */
  #follows = false;
  #stopped = false;
  #signedOut = false;
  #closed: string | null = null;
  #streamFails: Hindrance | null = null;
  #running: Promise<void> | undefined;
  readonly #journal: Journal;
  readonly #stream: Stream;
  readonly #sender: Sender;
  readonly #presence: Presence | undefined;
  readonly #seen = new Seen();
  readonly #streamWait: BackOff;
  readonly #pushWait: BackOff;
  readonly #createId: () => string;
  readonly #now: () => Date;

  constructor(private readonly options: PlanSessionOptions) {
    const { wire, shelf, createId = () => crypto.randomUUID(), timers = systemTimers, random } = options;
    const waits = { shortest: options.shortestWait, longest: options.longestWait, random, timers };
    this.#createId = createId;
    this.#now = options.now ?? (() => new Date());
    this.#journal = new Journal(shelf, createId, () => this.#stopped || this.#tell({}), timers);
    this.#streamWait = new BackOff(waits);
    this.#pushWait = new BackOff(waits);
    this.#stream = new Stream(wire, this.#streamWait, timers, (events) => this.#take(events));
    this.#sender = new Sender(this.#journal, wire, this.#pushWait, {
      maySend: () => this.#opened && !this.#stopped && !this.#signedOut,
      onSaved: (cursor) => {
        this.#seen.save(cursor);
        this.#tell({});
      },
      onProgress: () => this.#tell({}),
      onRefused: (failure) => this.#refuse(failure),
    });
    if (wire.presence) {
      const onChange = () => this.#stopped || this.#tell({});
      this.#presence = new Presence({ ...waits, wire: wire.presence, tab: createId(), onChange });
    }
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
    this.#presence?.wake();
    this.#stream.restart(); // it may be half open, and its cursor says where to go on
    this.#sender.resend();
    if (this.#closed) {
      this.#closed = null;
      this.#running = this.#run();
    }
  }

  /** The plan's status or this person's rights may not be what they were: they are asked for anew, and what was typed goes on. */
  recheck(): void {
    if (this.#opened && !this.#stopped) this.#reopen();
  }

  /** The device says that it is offline: nothing need fail first. */
  suspect(): void {
    this.#streamFails = this.#sender.fails = 'connection';
    this.#tell({});
  }

  /** While characters are being composed, what others write waits: a browser drops a composition whose text changes under it. */
  hold(): void {
    this.#stream.hold();
  }

  release(): void {
    this.#stream.release();
  }

  /** Where this person is in the plan, for the others to see; null: nowhere in particular. Call it as often as the cursor moves. */
  setPosition(position: Position | null): void {
    this.#presence?.move(position);
  }

  /** Whether somebody can see the page. While not, others are not told that what comes is on a screen here. */
  look(looking: boolean): void {
    this.#presence?.look(looking);
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
    this.#presence?.stop();
    this.#stream.release();
    this.#stream.restart();
    this.#streamWait.wake();
    this.#pushWait.wake();
    await this.#journal.compact(this.#view.doc).catch(() => {});
    this.#journal.close();
    await this.#running;
  }

  /** For a page that is being hidden: it may not come back. */
  keep(): void {
    void this.#journal.compact(this.#view.doc).catch(() => {});
  }

  #tell(change: Partial<PlanView>): void {
    const { outbox, state, kept, isFailing, isUnkept } = this.#journal;
    const status = describe({
      closed: this.#closed,
      signedOut: this.#signedOut,
      isOpen: this.#opened && this.#follows && (change.doc ?? this.#view.doc) !== null,
      streamFails: this.#streamFails,
      pushFails: this.#sender.fails,
      changes: outbox.changes,
      kept,
      isUnkept,
      isFailing,
      isSent: this.#sender.hasSentAll,
      isEmpty: outbox.isEmpty,
    });
    const people = this.#presence?.others ?? null;
    const seenBy = status.kind === 'saved' ? this.#seen.countOthers(people) : null;
    const view = { ...this.#view, refused: state.refused, kept: !isFailing, people, seenBy, ...change, status };
    this.#view = { ...view, lastChange: this.#nameAuthor(view.lastChange) };
    this.options.onChange?.();
  }

  #nameAuthor(lastChange: PlanView['lastChange']): PlanView['lastChange'] {
    const author = lastChange?.author;
    const found = author && !author.name && !author.organisation && this.#presence?.nameOf(author.seat);
    return found ? { ...lastChange, author: { ...author, ...found } } : lastChange;
  }

  /** Opens and follows, again and again. */
  async #run(): Promise<void> {
    while (!this.#stopped && !this.#signedOut && !this.#closed) {
      try {
        if (!this.#opened) await this.#open();
        if (!this.#stopped && this.#opened) await this.#follow();
      } catch (error) {
        const failure = error instanceof WireFailure ? error : new WireFailure('INTERNAL', String(error));
        this.#fail(failure);
        if (this.#stopped || this.#signedOut || this.#closed) return;
        await this.#streamWait.wait(failure.retryAfter);
      }
    }
  }

  #fail(failure: WireFailure): void {
    const { code } = failure;
    if (code === 'UNAUTHENTICATED') this.#signedOut = true;
    else if (code === 'NOT_FOUND' || code === 'NO_DOCUMENT') {
      this.#closed = code;
      this.#presence?.stop();
      this.#drop(code, '');
    } else if (failure.passes) this.#streamFails = hindranceOf(failure);
    // One that fell behind is followed again from our own cursor: what the server had sent may not all have been taken. Else
    // rights or cursor are not what they were: ask again for both.
    else if (code !== 'RESYNC_REQUIRED') {
      if (!this.#opened) this.#streamFails = 'server'; // asked for, and again not given
      this.#opened = false;
    }
    this.#tell({});
  }

  async #open(): Promise<void> {
    const { wire } = this.options;
    const before = this.#view.doc;
    const answer = await wire.open(before ? Y.encodeStateVector(before) : undefined);
    if (!answer) throw new WireFailure('NO_DOCUMENT', 'the document is not for this reader');
    await this.#stream.whenReleased();
    if (this.#stopped || this.#view.doc !== before) return;
    const misfit = before && findMisfit(this.#journal, before, answer);
    if (misfit) return this.#drop(misfit, '');

    const doc = before ?? new Y.Doc();
    Y.applyUpdateV2(doc, answer.update, REMOTE);
    if (hasGap(doc)) {
      if (before) this.#drop('RESYNC', '');
      throw new WireFailure('INTERNAL', 'the document came with a gap');
    }
    if (!before) this.#attach(doc);
    this.#hasReached(answer.cursor);
    this.#tell({ doc });
    // Before anything is typed that stands on what has come.
    await this.#journal.compact(doc, { cursor: answer.cursor, epoch: answer.epoch }).catch(() => {});

    const rights = await this.#join(doc, answer);
    if (this.#stopped || this.#view.doc !== doc) return;
    this.#opened = true;
    this.#streamFails = this.#sender.fails = null;
    this.#tell({ rights });
    this.#presence?.start();
    void this.#sender.run();
    void this.#sendStrays();
  }

  /** Into a plan that takes no edits nobody joins, unless something is left to be sent: the server says what becomes of that. */
  async #join(doc: Y.Doc, { epoch, isFrozen }: OpenedDocument): Promise<PlanView['rights']> {
    if (!isFrozen || !this.#journal.outbox.isEmpty) return joinAs(this.options.wire, this.#journal, doc, epoch);
    void this.#journal.setState({ clientId: null });
    return 'frozen';
  }

  #attach(doc: Y.Doc): void {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE || this.#view.doc !== doc || this.#view.rights !== 'edit') return;
      this.#journal.type(update, doc.clientID);
      if (this.#journal.isFailing) void this.#journal.compact(doc).catch(() => {}); // what it refused is in the document
      this.#tell({});
      void this.#sender.run();
    });
  }

  #follow(): Promise<void> {
    const underWay = this.#sender.underWay;
    this.#follows = false;
    return this.#stream.follow(this.#journal.state.cursor, () => {
      this.#follows = true;
      this.#streamFails = this.#sender.fails = null;
      this.#tell({});
      this.#pushWait.wake();
      // A push from before the stream was lost hangs where the stream hung.
      if (underWay && underWay === this.#sender.underWay) this.#sender.resend();
      void this.#sender.run();
    });
  }

  #take(events: readonly PlanEvent[]): void {
    const { doc } = this.#view;
    if (!doc || this.#stopped) return;
    const reset = events.find(({ kind }) => kind === 'reset');
    if (reset?.kind === 'reset') {
      this.#drop('EPOCH_CHANGED', reset.reason); // what came before it is of the document that is given up
      this.#stream.restart();
      return;
    }
    const edits = events.filter((event) => event.kind === 'edits');
    Y.transact(
      doc,
      () => {
        for (const { update } of edits) Y.applyUpdate(doc, update, REMOTE);
      },
      REMOTE,
      false,
    );
    if (hasGap(doc)) {
      this.#reopen(); // it was handed to us with a gap
      return;
    }
    for (const { update, cursor } of edits) {
      this.#journal.receive(update, cursor, doc);
      this.#hasReached(cursor);
    }
    const last = edits.at(-1);
    if (last) this.#tell({ lastChange: { author: last.author, at: last.at } });
    const { clientId } = this.#journal.state;
    // Somebody wrote under our id (a copied profile): Yjs has chosen another, which the server never issued.
    if (clientId !== null && doc.clientID !== clientId && this.#view.rights === 'edit') this.#reopen();
  }

  #reopen(): void {
    const { doc, rights } = this.#view;
    this.#opened = false;
    // What is typed under an id that nobody issued is refused.
    const isOurs = doc?.clientID === this.#journal.state.clientId;
    this.#tell(isOurs || rights !== 'edit' ? {} : { rights: 'unknown' });
    this.#stream.restart();
  }

  /** The document holds all that was saved up to this cursor. */
  #hasReached(cursor: string): void {
    this.#seen.pass(cursor);
    this.#presence?.receive(cursor);
  }

  #refuse(failure: WireFailure): void {
    if (failure.code === 'UNAUTHENTICATED') {
      this.#signedOut = true;
      this.#tell({});
    } else {
      this.#drop(failure.code, failure.message);
      this.#stream.restart();
    }
  }

  /** Gives the local copy up; what only it held stays as text. */
  #drop(code: string, message: string): void {
    const { doc } = this.#view;
    const { outbox, state } = this.#journal;
    const updates = outbox.entries.map(({ update }) => update);
    const texts = readTouchedTexts(doc ?? new Y.Doc(), updates);
    const found = { id: this.#createId(), code, message, at: this.#now().toISOString(), texts };
    this.#opened = false;
    this.#seen.forget();
    this.#journal.restart(updates.length > 0 ? [...state.refused, found] : state.refused);
    this.#tell({ doc: null, rights: 'unknown' });
  }

  /** Sends what closed tabs left behind. */
  async #sendStrays(): Promise<void> {
    const { wire, shelf } = this.options;
    const keep = async (refused: PlanView['refused']) => {
      if (this.#stopped) throw new WireFailure('UNREACHABLE', 'this tab has been closed meanwhile');
      await this.#journal.setState({ refused: [...this.#journal.state.refused, ...refused] });
      this.#tell({});
    };
    for (const stray of await shelf.strays().catch(() => [])) {
      await sendStray(stray, wire, keep, this.#now, this.#createId).catch(() => stray.release()); // the next opening tries again
    }
  }
}
