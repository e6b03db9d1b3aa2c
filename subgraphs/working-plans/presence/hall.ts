import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { PlanPeople, PlanPresence } from '../entities/presence.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { mayOpenDocument } from '../policy.ts';
import type { Room } from '../room/room.ts';
import type { Rooms } from '../room/rooms.ts';
import type { createExchange, Message } from './exchange.ts';
import { Pace } from './pace.ts';
import { PeopleHere, type Person, presenceLimits } from './people.ts';
import type { Place } from './place.ts';
import { Watcher } from './watcher.ts';

/** What a hall needs of its process. */
export interface Surroundings {
  rooms: Pick<Rooms, 'enter'>;
  exchange: ReturnType<typeof createExchange>;
  region: string;
  now: () => number;
  times: Times;
}
/** ms */
export interface Times {
  /** Between two lists, and between two messages to the other processes. */
  list: number;
  /** Between two messages to the other processes when nothing changes. */
  beat: number;
  /** Between two looks at who is silent, and who may not be here any more. */
  look: number;
}
interface Watching {
  watcher: Watcher<PlanPeople>;
  actor: Actor;
  clientKey: string | null;
}

const longest = 10_000; // ms between two lists, however many people there are
/** Given to all readers of a plan together, before lists come more seldom: each costs some 100 us on its way, with the seat's name, which the edits of a crowd need. */
const entriesASecond = 1_000;
const entriesOfReader = 40; // a second, some 300 bytes each: it may be on a poor link, which edits need
const lateWords = 2_000; // ms in which what a closed tab had still sent may arrive

/**
 * The people of one plan, in this process: who speaks with it, whom other processes have told of, and those who watch. A change is told to the other processes and
 * to the watchers at most twice a second, to all the same list; what a crowd costs is bounded by telling it more seldom. It lives as long as somebody is here by
 * this process, and holds the plan's room open: by its row rights are judged.
 */
export class Hall {
  readonly #people = new PeopleHere();
  readonly #watching = new Set<Watching>();
  /** Tabs that have just closed, when, and what came of them since: it counts if they open again. */
  readonly #left = new Map<string, { at: number; late?: Place }>();
  readonly #delivery: Pace;
  readonly #greeting: Pace;
  readonly #telling: Pace;
  readonly #stopListening: () => void;
  #count = 0;
  /** What everybody was told last. */
  #told = '';
  #changed = false;
  #toldAt: number;
  #closed = false;

  constructor(
    private room: Room,
    private readonly around: Surroundings,
  ) {
    const { exchange, now, times } = around;
    room.readers += 1;
    this.#toldAt = now();
    this.#greeting = new Pace(
      () => void this.#greet(),
      () => times.list,
      now,
    );
    this.#delivery = new Pace(
      () => void this.#deliver(),
      () => this.#interval,
      now,
    );
    this.#telling = new Pace(
      () => this.#tell(),
      () => times.list,
      now,
    );
    this.#stopListening = exchange.listen(room.id, (process, message) => this.#hear(process, message));
    exchange.tell(room.id, { kind: 'HELLO' });
  }

  get isEmpty(): boolean {
    return this.#watching.size === 0 && this.#people.ownSize === 0 && this.#left.size === 0;
  }

  /** @param room as just read */
  put(room: Room, actor: Actor, who: Pick<Person, 'clientKey' | 'seatId'>, place: Place | undefined): void {
    const { region, now } = this.around;
    this.#adopt(room);
    const left = this.#left.get(who.clientKey);
    if (place && left && now() - left.at < lateWords) {
      left.late = place;
      return;
    }
    this.#left.delete(who.clientKey);
    if (this.#people.put({ ...who, region }, actor, place ?? left?.late, now())) this.#change();
  }

  /** @param clientKey of the tab that watches, which leaves with its last watcher; null: nobody is here by it */
  watch(room: Room, actor: Actor, clientKey: string | null): Watcher<PlanPeople> {
    this.#adopt(room);
    const watcher = new Watcher<PlanPeople>(
      () => {
        if (!mayOpenDocument(actor, this.room.plan)) throw rightsChanged();
      },
      () => this.#leave(watching),
    );
    const watching = { watcher, actor, clientKey };
    this.#watching.add(watching);
    this.#greeting.ask();
    return watcher;
  }

  /** A seat that has been refused is here no longer, nor does it watch. */
  expel(seatId: string): void {
    for (const { watcher, actor } of [...this.#watching]) if (actor.seatId === seatId) watcher.fail(rightsChanged());
    if (this.#people.removeSeat(seatId)) this.#change();
  }

  /** Now and then: who is silent or may not be here leaves, and the other processes hear that this one lives. */
  tick(): void {
    const { rooms, now, times } = this.around;
    if (this.room.closed) {
      const look = async () => {
        const room = await rooms.enter(this.room.id);
        if (room && !this.#closed) this.#adopt(room);
      };
      look().catch(() => {}); // the next tick looks again
    }
    this.#judge();
    for (const [clientKey, { at }] of this.#left) if (now() - at >= lateWords) this.#left.delete(clientKey);
    if (this.#changed) this.#delivery.ask();
    if (this.#newcomers.length > 0) this.#greeting.ask();
    if (this.#people.ownSize > 0 && now() - this.#toldAt >= times.beat) this.#telling.ask();
  }

  close(): void {
    this.#closed = true;
    this.around.exchange.tell(this.room.id, { kind: 'BYE' });
    this.#stopListening();
    this.#delivery.stop();
    this.#greeting.stop();
    this.#telling.stop();
    for (const { watcher } of [...this.#watching]) void watcher.return();
    this.room.readers -= 1;
  }

  /** ms between two lists for everybody. */
  get #interval(): number {
    const entries = Math.min(this.#count, presenceLimits.listed);
    const seconds = Math.max(entries / entriesOfReader, (entries * this.#watching.size) / entriesASecond);
    return Math.min(longest, Math.max(this.around.times.list, seconds * 1_000));
  }

  #adopt(room: Room): void {
    if (room === this.room) return;
    this.room.readers -= 1;
    room.readers += 1;
    this.room = room;
  }

  #change(): void {
    this.#changed = true;
    this.#delivery.ask();
    this.#telling.ask();
  }

  /** Rights are judged by a row that is at most a second old; while it cannot be read, nobody is told anything. */
  async #list(): Promise<PlanPeople | undefined> {
    const room = await this.around.rooms.enter(this.room.id).catch(() => undefined);
    if (!room || this.#closed) return undefined;
    this.#adopt(room);
    this.#judge();
    const { listed, count } = this.#people.all;
    this.#count = count;
    return Object.assign(new PlanPeople(), { totalCount: count, people: listed.map(toPresence) });
  }

  async #deliver(): Promise<void> {
    this.#changed = false;
    const list = await this.#list();
    if (!list) {
      this.#changed = true; // the next tick asks again
      return;
    }
    const told = JSON.stringify(list);
    const isNews = told !== this.#told; // another process may have heard again what is known
    this.#told = told;
    for (const { watcher } of this.#watching) if (isNews || !watcher.begun) watcher.push(list);
  }

  /** Who has just come does not wait for a crowd's turn. */
  async #greet(): Promise<void> {
    if (this.#newcomers.length === 0) return;
    const list = await this.#list();
    if (list) for (const { watcher } of this.#newcomers) watcher.push(list);
  }

  get #newcomers(): Watching[] {
    return [...this.#watching].filter(({ watcher }) => !watcher.begun);
  }

  #judge(): void {
    const { plan } = this.room;
    for (const { watcher, actor } of [...this.#watching]) {
      if (!mayOpenDocument(actor, plan)) watcher.fail(rightsChanged());
    }
    if (this.#people.leaveOut(this.around.now(), (actor) => mayOpenDocument(actor, plan))) this.#change();
  }

  #leave(watching: Watching): void {
    this.#watching.delete(watching);
    const { clientKey } = watching;
    if (this.#closed || clientKey === null || this.#isWatched(clientKey)) return;
    this.around.exchange.tell(this.room.id, { kind: 'LEFT', clientKeys: [clientKey] });
    this.#left.set(clientKey, { at: this.around.now() });
    if (this.#people.remove(clientKey)) this.#change();
  }

  #isWatched(clientKey: string): boolean {
    for (const watching of this.#watching) if (watching.clientKey === clientKey) return true;
    return false;
  }

  #tell(): void {
    this.#toldAt = this.around.now();
    this.around.exchange.tell(this.room.id, { kind: 'HERE', people: this.#people.own });
  }

  #hear(process: string, message: Message): void {
    if (message.kind === 'HELLO') {
      this.#telling.ask();
      return;
    }
    if (message.kind === 'LEFT') {
      // A tab whose subscription another process served, and whose words came here.
      const left = message.clientKeys.filter((key) => !this.#isWatched(key) && this.#people.remove(key));
      if (left.length > 0) this.#change();
      return;
    }
    const people = message.kind === 'HERE' ? message.people : undefined;
    if (!this.#people.hear(process, people, this.around.now())) return;
    this.#changed = true;
    this.#delivery.ask();
  }
}

const rightsChanged = () =>
  new ApiError('RIGHTS_CHANGED', 'You may no longer open this plan: subscribe again if that should change.');

function toPresence({ seatId, since, setAt: _inner, ...person }: Person): PlanPresence {
  return Object.assign(new PlanPresence(), { ...person, seat: stub(Seat, { id: seatId }), since: new Date(since) });
}
