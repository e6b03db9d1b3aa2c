import type { BackOff } from './back-off.ts';
import type { Journal } from './journal.ts';
import type { Hindrance } from './view.ts';
import { hindranceOf, type PlanWire, WireFailure } from './wire.ts';

export interface SenderEvents {
  maySend(): boolean;
  /** The server has committed it, and it stands there in the log. */
  onSaved(cursor: string): void;
  /** Something is on its way, or will be tried again. */
  onProgress(): void;
  /** The server does not take it, now or later. */
  onRefused(failure: WireFailure): void;
}

/** Sends the outbox, one push at a time; what is typed meanwhile goes into the next. */
export class Sender {
  fails: Hindrance | null = null;
  #running = false;
  #underWay: { n: number; abort: AbortController } | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly wire: PlanWire,
    private readonly wait: BackOff,
    private readonly events: SenderEvents,
  ) {}

  /** Whether nothing is unsaved but what is on its way. */
  get hasSentAll(): boolean {
    const { entries } = this.journal.outbox;
    return entries.length === 1 && entries[0]!.n === this.#underWay?.n;
  }

  /** The push under way, as something to compare and to give up. */
  get underWay(): object | undefined {
    return this.#underWay;
  }

  /** Sends the push under way once more: its connection may be dead without a word. The server tells a second one from an edit of its own. */
  resend(): void {
    this.#underWay?.abort.abort();
  }

  async run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      // No await between finding the outbox empty and leaving: what is typed in such a gap would wait for the next keystroke.
      while (this.events.maySend() && !this.journal.outbox.isEmpty) await this.#sendNext();
    } finally {
      this.#running = false;
    }
  }

  async #sendNext(): Promise<void> {
    const { journal } = this;
    const { outbox } = journal;
    await Promise.resolve(); // changes that are made one after another at once, as by an undo, go together
    const next = await journal.prepare();
    if (!next || outbox !== journal.outbox || !this.events.maySend()) return;
    const abort = new AbortController();
    try {
      this.#underWay = { n: next.n, abort };
      this.events.onProgress();
      const cursor = await this.#push(journal.state.epoch, next.unsaved.editId, next.update, abort.signal);
      this.#underWay = undefined;
      if (outbox !== journal.outbox) return;
      this.wait.succeed();
      this.fails = null;
      journal.acknowledge(next.n);
      this.events.onSaved(cursor);
    } catch (error) {
      this.#underWay = undefined;
      if (outbox !== journal.outbox) return;
      const failure = error instanceof WireFailure ? error : new WireFailure('INTERNAL', String(error));
      if (failure.refuses) return this.events.onRefused(failure);
      if (abort.signal.aborted) return;
      this.fails = hindranceOf(failure);
      this.events.onProgress();
      await this.wait.wait(failure.retryAfter);
    }
  }

  #push(epoch: number, editId: string, update: Uint8Array, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new WireFailure('UNREACHABLE', 'given up for another attempt')));
      this.wire.push(epoch, editId, update, signal).then(resolve, reject);
    });
  }
}
