import type { Actor } from '../../../kit/context.ts';
import { nowhere, type Place } from './place.ts';

/** A tab that is in a plan, as every process knows it. */
export interface Person extends Place {
  /** One for each seat and tab, made by the server. */
  clientKey: string;
  seatId: string;
  region: string;
  /** When it came; ms since 1970. */
  since: number;
  /** When it last said where it is; ms since 1970, 0 if it never did. */
  setAt: number;
}
/** Who is in a plan: those listed, the longest here first, and how many there are. */
export interface People {
  listed: Person[];
  count: number;
}
interface Own {
  person: Person;
  /** As whom it came, or last spoke. */
  actor: Actor;
  seenAt: number;
}

export const presenceLimits = { listed: 200, tabsOfSeat: 10, processes: 64 };
/** ms: how long a tab is here after it last spoke, and a process's people after it was last heard. */
export const patience = { tab: 30_000, process: 10_000 };

/** Who is in one plan: the tabs that speak with this process, and what other processes have told of theirs. */
export class PeopleHere {
  readonly #own = new Map<string, Own>();
  readonly #others = new Map<string, { people: People; heardAt: number }>();

  /** How many tabs are here by this process. */
  get ownSize(): number {
    return this.#own.size;
  }

  /**
   * A tab is here, and says where, or goes on being where it was.
   * @returns whether anything changed that others can see
   */
  put(
    who: Pick<Person, 'clientKey' | 'seatId' | 'region'>,
    actor: Actor,
    place: Place | undefined,
    at: number,
  ): boolean {
    const known = this.#own.get(who.clientKey);
    if (known) {
      const before = known.person;
      known.actor = actor;
      known.seenAt = at;
      if (!place) return false;
      known.person = { ...before, ...place, setAt: at };
      return (Object.keys(nowhere) as (keyof Place)[]).some((field) => before[field] !== place[field]);
    }
    this.#makeRoom(who.seatId);
    const { clientKey, seatId, region } = who;
    const person = { ...(place ?? nowhere), clientKey, seatId, region, since: at, setAt: place ? at : 0 };
    this.#own.set(clientKey, { person, actor, seenAt: at });
    return true;
  }

  /** @returns whether it was here */
  remove(clientKey: string): boolean {
    return this.#own.delete(clientKey);
  }

  /** @returns whether any of its tabs was here */
  removeSeat(seatId: string): boolean {
    const before = this.#own.size;
    for (const [key, { person }] of this.#own) if (person.seatId === seatId) this.#own.delete(key);
    return this.#own.size < before;
  }

  /** Leaves out those who have been silent for too long, and those who may not be here any more. @returns whether there were any */
  leaveOut(at: number, mayBeHere: (actor: Actor) => boolean): boolean {
    let changed = false;
    for (const [key, { actor, seenAt }] of this.#own) {
      if (at - seenAt < patience.tab && mayBeHere(actor)) continue;
      this.#own.delete(key);
      changed = true;
    }
    for (const [process, { heardAt }] of this.#others) {
      if (at - heardAt >= patience.process) changed = this.hear(process, undefined, at) || changed;
    }
    return changed;
  }

  /** What another process says of its people; undefined: it has gone. @returns whether that is something new */
  hear(process: string, people: People | undefined, at: number): boolean {
    const before = this.#others.get(process)?.people;
    if (!people || people.count === 0) return this.#others.delete(process);
    if (!before && this.#others.size >= presenceLimits.processes) return false;
    this.#others.set(process, { people, heardAt: at });
    return JSON.stringify(before) !== JSON.stringify(people);
  }

  /** What this process tells the others. */
  get own(): People {
    return toList([...this.#own.values()].map(({ person }) => person));
  }

  /** Everybody. A tab that two processes know is where it last said. */
  get all(): People {
    const byKey = new Map<string, Person>();
    const unlisted = [...this.#others.values()].reduce(
      (sum, { people }) => sum + people.count - people.listed.length,
      0,
    );
    const own = [...this.#own.values()].map(({ person }) => person);
    for (const person of [...own, ...[...this.#others.values()].flatMap(({ people }) => people.listed)]) {
      const known = byKey.get(person.clientKey);
      if (!known) byKey.set(person.clientKey, person);
      else {
        const newer = person.setAt > known.setAt ? person : known;
        byKey.set(person.clientKey, { ...newer, since: Math.min(person.since, known.since) });
      }
    }
    const { listed, count } = toList([...byKey.values()]);
    return { listed, count: count + unlisted };
  }

  /** A seat has so many tabs: another takes the place of the one that has been silent for the longest. */
  #makeRoom(seatId: string): void {
    const tabs = [...this.#own.values()].filter(({ person }) => person.seatId === seatId);
    if (tabs.length < presenceLimits.tabsOfSeat) return;
    const oldest = tabs.reduce((a, b) => (b.seenAt < a.seenAt ? b : a));
    this.#own.delete(oldest.person.clientKey);
  }
}

function toList(people: Person[]): People {
  people.sort((a, b) => a.since - b.since || (a.clientKey < b.clientKey ? -1 : 1));
  return { listed: people.slice(0, presenceLimits.listed), count: people.length };
}
