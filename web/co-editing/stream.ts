import type { BackOff } from './back-off.ts';
import type { Timers } from './timers.ts';
import { type PlanEvent, type PlanWire, WireFailure } from './wire.ts';

/** A stream that stood so long, ms, was worth coming back to at once. */
const STOOD = 5_000;

/** The plan's edits as they come, held back while characters are being composed: a browser drops a composition whose text changes under it. */
export class Stream {
  #held: PlanEvent[] | null = null;
  #onRelease: (() => void)[] = [];
  #restart: (() => void) | undefined;

  constructor(
    private readonly wire: PlanWire,
    private readonly wait: BackOff,
    private readonly timers: Timers,
    private readonly take: (event: PlanEvent) => void,
  ) {}

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    for (const event of held ?? []) this.take(event);
    for (const go of this.#onRelease.splice(0)) go();
  }

  /** Resolves at once, or at the end of the composition under way. */
  async whenReleased(): Promise<void> {
    if (this.#held) await new Promise<void>((resolve) => this.#onRelease.push(resolve));
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
        // Those that wait for the end of a composition come again: the cursor has not passed them.
        if (this.#held) this.#held = [];
      };
      const leave = this.wire.follow(after, {
        opened: () => {
          this.timers.clearTimeout(stood);
          stood = this.timers.setTimeout(() => this.wait.succeed(), STOOD);
          onOpened();
        },
        next: (event) => (this.#held ? this.#held.push(event) : this.take(event)),
        ended: (failure) => {
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
}
