import { BackOff, type Waits } from './back-off.ts';
import { systemTimers } from './timers.ts';
import { WireFailure } from './wire.ts';

/** Where somebody is in the plan. */
export interface Position {
  /** Key of the node in the document. */
  node: string;
  field: string;
  /** Of localized fields. */
  locale: string | null;
  /** Where the selection begins and ends: encoded Yjs relative positions; null: somewhere in the field. */
  anchor: Uint8Array | null;
  head: Uint8Array | null;
}

/** A tab of somebody who has the plan open, as far as the reader may see them. */
export interface Person {
  /** Stable for the tab. */
  key: string;
  /** Id of the seat; null when it could not be looked up. */
  seat: string | null;
  name: string | null;
  organisation: string | null;
  /** Null: nowhere in particular. */
  position: Position | null;
  /** The newest edit that they have on their screen. */
  at: string | null;
  region: string;
  /** ISO 8601. */
  since: string;
}

/** The plan's presence in the graph. Rejects with WireFailure and nothing else. */
export interface PresenceWire {
  /** @returns the `key` under which the own entry is in the list */
  set(tab: string, position: Position | null, at: string | null): Promise<string>;
  /** Everybody who is here, own entry included, whole at each change. @returns ends the stream; `ended` is then not called */
  follow(
    tab: string,
    sink: { opened(): void; next(people: Person[]): void; ended(failure?: WireFailure): void },
  ): () => void;
}

/** ms: between two settings at least, when a cursor moves and when only what was received does; and at most. */
const MOVING = 500;
const RECEIVING = 2_000;
const HEARTBEAT = 15_000;

/** Codes after which there is no presence to be had. */
const never: ReadonlySet<string> = new Set(['NOT_FOUND', 'FORBIDDEN', 'UNAUTHENTICATED', 'GRAPHQL_VALIDATION_FAILED']);

export interface PresenceOptions extends Waits {
  wire: PresenceWire;
  /** Names this tab among those of one seat; nobody else sees it. */
  tab: string;
  onChange: () => void;
}

/**
 * Tells the others where this tab is, and hears where they are. While the page is not looked at it says nothing, and is soon not on the list any more:
 * so what `at` names has been on a screen.
 */
export class Presence {
  #all: Person[] | null = null;
  #own: string | null = null;
  #others: readonly Person[] | null = null;
  /** By seat, of all who have been here meanwhile. */
  #names = new Map<string, Pick<Person, 'name' | 'organisation'>>();
  #position: Position | null = null;
  #at: string | null = null;
  #looking = true;
  /** The run under way, so that one that was stopped does not go on beside the next. */
  #running: object | undefined;
  #leave: (() => void) | undefined;
  #timer: unknown;
  /** In ms from now, of the timer under way. */
  #soon = Number.POSITIVE_INFINITY;
  /** Nothing is set before. */
  #resting: unknown;
  #setting = false;
  readonly #wait: BackOff;

  constructor(private readonly options: PresenceOptions) {
    this.#wait = new BackOff(options);
  }

  /** Others who are here, without this person's other tabs; null while that is not known. */
  get others(): readonly Person[] | null {
    return this.#others;
  }

  /** What a seat is called, if it has been here since this tab came. */
  nameOf(seat: string): Pick<Person, 'name' | 'organisation'> | undefined {
    return this.#names.get(seat);
  }

  start(): void {
    if (this.#running) return;
    this.#running = {};
    void this.#run(this.#running);
  }

  stop(): void {
    this.#running = undefined;
    this.#all = this.#others = null;
    this.#clear();
    this.#wait.wake();
    this.#leave?.();
  }

  /** Tries at once what is waiting to be tried again. */
  wake(): void {
    this.#wait.wake();
  }

  move(position: Position | null): void {
    this.#position = position;
    this.#plan(MOVING);
  }

  /** The newest edit that the document holds. */
  receive(cursor: string): void {
    if (cursor === this.#at) return;
    this.#at = cursor;
    this.#plan(RECEIVING);
  }

  /** Whether somebody can see the page. */
  look(looking: boolean): void {
    if (looking === this.#looking) return;
    this.#looking = looking;
    if (looking) this.#plan(0);
    else this.#clear();
  }

  async #run(running: object): Promise<void> {
    while (this.#running === running) {
      const failure = await this.#follow();
      if (this.#running !== running) return;
      this.#know(null, this.#own);
      if (failure && never.has(failure.code)) this.#running = undefined;
      else await this.#wait.wait(failure?.retryAfter);
    }
  }

  #follow(): Promise<WireFailure | undefined> {
    return new Promise((resolve) => {
      const leave = this.options.wire.follow(this.options.tab, {
        opened: () => this.#plan(0),
        next: (people) => {
          this.#wait.succeed();
          this.#know(people, this.#own);
        },
        ended: resolve,
      });
      this.#leave = () => {
        leave();
        resolve(undefined);
      };
    });
  }

  #know(all: Person[] | null, own: string | null): void {
    this.#all = all;
    this.#own = own;
    for (const { seat, name, organisation } of all ?? []) if (seat) this.#names.set(seat, { name, organisation });
    const mine = all?.find(({ key }) => key === own);
    // Without the own entry, or its seat, it is not known which of them are others.
    this.#others = mine?.seat
      ? all!.filter(({ key, seat }) => key !== own && (seat === null || seat !== mine.seat))
      : null;
    this.options.onChange();
  }

  /** Sets within so many ms, and not sooner after the last time than a moving cursor may. */
  #plan(within: number): void {
    if (!this.#running || !this.#looking || within >= this.#soon) return;
    const { timers = systemTimers } = this.options;
    timers.clearTimeout(this.#timer);
    this.#soon = within;
    this.#timer = timers.setTimeout(() => {
      this.#soon = Number.POSITIVE_INFINITY;
      void this.#set();
    }, within);
  }

  async #set(): Promise<void> {
    if (this.#setting || this.#resting) return this.#plan(MOVING);
    const { wire, tab, timers = systemTimers } = this.options;
    let rest = MOVING;
    this.#setting = true;
    try {
      const own = await wire.set(tab, this.#position, this.#at);
      if (own !== this.#own) this.#know(this.#all, own);
    } catch (error) {
      const failure = error instanceof WireFailure ? error : new WireFailure('INTERNAL', String(error));
      if (never.has(failure.code)) return this.stop();
      rest = Math.max(rest, failure.retryAfter);
    } finally {
      this.#setting = false;
    }
    if (!this.#running) return;
    this.#resting = timers.setTimeout(() => {
      this.#resting = undefined;
    }, rest);
    this.#plan(HEARTBEAT);
  }

  #clear(): void {
    const { timers = systemTimers } = this.options;
    timers.clearTimeout(this.#timer);
    timers.clearTimeout(this.#resting);
    this.#timer = this.#resting = undefined;
    this.#soon = Number.POSITIVE_INFINITY;
  }
}
