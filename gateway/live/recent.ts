import type { LiveEvent } from './event.ts';

const kept = 128; // events: half of what may wait for a reader, who is given them all at once
const keptBytes = 512 * 1024; // of them
const keptFor = 10_000; // ms; what is older may have become private since: it is read from the log again

/** The newest events of a stream, and so where it stands; enough to let somebody in who is a little behind. */
export class Recent {
  readonly #events: LiveEvent[] = [];
  #bytes = 0;
  /** The cursor before the first of the events; undefined when that is not known. */
  #origin: string | undefined;
  #position: string | undefined;
  #isResumable: boolean;

  /** @param after the cursor that the stream began after */
  constructor(after: string | undefined) {
    this.#origin = after;
    this.#position = after;
    this.#isResumable = after !== undefined;
  }

  /** The newest cursor. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Whether opening the stream after `position` gives what comes next, and nothing twice. */
  get isResumable(): boolean {
    return this.#isResumable;
  }

  get last(): LiveEvent | undefined {
    return this.#events.at(-1);
  }

  add(event: LiveEvent): void {
    this.#events.push(event);
    this.#bytes += event.body.length;
    this.#isResumable = event.cursor !== undefined;
    if (event.cursor !== undefined) this.#position = event.cursor;
    while (this.#events.length > 1 && (this.#events.length > kept || this.#bytes > keptBytes)) {
      const gone = this.#events.shift() as LiveEvent;
      this.#bytes -= gone.body.length;
      this.#origin = gone.cursor;
    }
  }

  /** The events after this cursor, oldest first; undefined if they are not known, or not all of them young enough to be given again. */
  since(cursor: string, now = Date.now()): readonly LiveEvent[] | undefined {
    const at = this.#events.findLastIndex((event) => event.cursor === cursor);
    if (at < 0 && cursor !== this.#origin) return undefined;
    const events = this.#events.slice(at + 1);
    return events.some((event) => now - event.at > keptFor) ? undefined : events;
  }
}
