import type { BackOff } from './back-off.ts';
import type { Timers } from './timers.ts';
import { type PlanEvent, type PlanWire, WireFailure } from './wire.ts';

/** A stream that stood so long, ms, was worth coming back to at once. */
const STOOD = 5_000;

/** What comes so soon after the last, ms, waits to be taken with what comes meanwhile: a screen shows no more, and one change of the document costs as much as many. */
const PACE = 16;

/** The plan's edits as they come, held back while characters are being composed: a browser drops a composition whose text changes under it. */
export class Stream {
  #waiting: PlanEvent[] = [];
  #isHeld = false;
  /** Runs for `PACE` after something was taken. */
  #pause: unknown;
  #onRelease: (() => void)[] = [];
  #restart: (() => void) | undefined;

  constructor(
    private readonly wire: PlanWire,
    private readonly wait: BackOff,
    private readonly timers: Timers,
    private readonly take: (events: readonly PlanEvent[]) => void,
  ) {}

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#give();
    for (const go of this.#onRelease.splice(0)) go();
  }

  /** Resolves at once, or at the end of the composition under way. */
  async whenReleased(): Promise<void> {
    if (this.#isHeld) await new Promise<void>((resolve) => this.#onRelease.push(resolve));
  }

  /** Ends it: `follow` resolves, and whoever follows starts over from the cursor. */
  restart(): void {
    this.#restart?.();
  }

  /** Resolves when asked to start over; rejects with what ended the stream. */
  follow(after: string, onOpened: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let stood: unknown;
      const end = () => {
        this.timers.clearTimeout(stood);
        this.#restart = undefined;
        this.#waiting = []; // they come again: the cursor has not passed them
      };
      const leave = this.wire.follow(after, {
        opened: () => {
          this.timers.clearTimeout(stood);
          stood = this.timers.setTimeout(() => this.wait.succeed(), STOOD);
          onOpened();
        },
        next: (event) => {
          this.#waiting.push(event);
          if (this.#pause === undefined) this.#give();
        },
        ended: (failure) => {
          this.#give(); // the last may say why it ends
          end();
          reject(failure ?? new WireFailure('UNREACHABLE', 'the stream ended'));
        },
      });
      this.#restart = () => {
        end();
        leave();
        resolve();
      };
    });
  }

  #give(): void {
    if (this.#isHeld || this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.timers.clearTimeout(this.#pause);
    this.#pause = this.timers.setTimeout(() => {
      this.#pause = undefined;
      this.#give();
    }, PACE);
    this.take(events);
  }
}
