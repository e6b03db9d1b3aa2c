import type { Who } from './table.ts';
import { keyOf, recordsIn } from './walk.ts';

export type Found = Record<string, unknown>;

export const nameOf = (record: Found) =>
  `${record.__typename} ${String(record[keyOf.get(String(record.__typename))!])}`;

/** Whether two answers of one type say the same but for their key. */
const isLike = (one: Found, other: Found | null): boolean => {
  const key = keyOf.get(String(one.__typename))!;
  return other !== null && JSON.stringify({ ...one, [key]: null }) === JSON.stringify({ ...other, [key]: null });
};

/** Records that a reader may see wherever they are named, and that nothing he sees need name. */
const unmet: Record<string, (who: Who) => boolean> = {
  // What a network consists of, and where it works, is public: but what somebody sees names only some of them.
  Body: () => true,
  Country: () => true,
  // What a seat is called is said wherever something visible names it; lists of seats are for those who read the network.
  Seat: () => true,
  // The safety officer of a network may know who holds its seats: of those that he meets.
  Person: (who) => who === 'officer',
};
const mayBeUnmet = (who: Who, name: string): boolean => unmet[name.split(' ')[0]!]?.(who) ?? false;

/** What each reader was told of each record, and where he was told different things of one. */
export function createLedger(walkers: readonly Who[]) {
  const seen = new Map<Who, Map<string, { path: string; record: Found }>>(walkers.map((who) => [who, new Map()]));
  const told = new Map<Who, string[]>(walkers.map((who) => [who, []]));
  const differences: string[] = [];
  /** Types of which somebody has met a record. */
  const met = new Set<string>();
  const refused = new Map<string, string>();
  /** What is met by reference alone. */
  const referred = new Map<string, Found>();
  let compared = 0;

  /** Notes where one record differs from another of the same name, in the fields that both were asked for. */
  function compare(who: Who, one: Found, path: string, other: Found, otherPath: string): void {
    compared += 1;
    for (const [field, value] of Object.entries(one)) {
      const [here, there] = [JSON.stringify(value), JSON.stringify(other[field])];
      if (!(field in other) || here === there) continue;
      differences.push(`${who}: ${nameOf(one)} ${field} is ${here} by ${path}, ${there} by ${otherPath}`);
    }
  }

  return {
    differences,
    /** What was found since it was last asked, one line each. */
    take: () => differences.splice(0),
    met,
    compare,
    compared: () => compared,
    /** Everything that a reader has received, as text. */
    told: (who: Who): string[] => told.get(who)!,
    tell: (who: Who, answer: unknown) => void told.get(who)!.push(JSON.stringify(answer)),
    /** A record as its reader met it in queries, else by reference. */
    known: (who: Who, name: string): Found | undefined =>
      seen.get(who)!.get(name)?.record ?? referred.get(`${who} ${name}`),
    /** Names of all records that anybody has met. */
    everything: () => [...new Set([...seen.values()].flatMap((records) => [...records.keys()]))],
    /** Compares the records of an answer with what the same reader has seen of them elsewhere. */
    note(who: Who, answer: unknown): void {
      this.tell(who, answer);
      for (const { path, record } of recordsIn(answer)) {
        const name = nameOf(record);
        const known = seen.get(who)!.get(name);
        if (known) compare(who, record, path, known.record, known.path);
        else seen.get(who)!.set(name, { path, record });
        met.add(String(record.__typename));
      }
    },
    /** By its own root field, records that this reader has met elsewhere and is not shown; of some, their place is held by a blank. */
    refused,
    /** Notes what a root field answers that was asked for one record: null where it is as if it were not there. */
    noteRoot(who: Who, path: string, name: string, record: Found | null): void {
      const known = seen.get(who)!.get(name);
      if (record) this.note(who, { [path]: record });
      else if (known) refused.set(`${who} ${name}`, `${who}: ${name} is hidden by ${path}, shown by ${known.path}`);
    },
    /**
     * Notes what a subgraph answers to a reference.
     * @param blank what it answers of a record that does not exist
     * @param isRooted whether its root field answers such records too
     */
    noteReference(
      who: Who,
      path: string,
      name: string,
      record: Found | null,
      blank: Found | null,
      isRooted: boolean,
    ): void {
      const known = seen.get(who)!.get(name);
      const isBlank = record !== null && isLike(record, blank);
      if (isBlank && isRooted) refused.delete(`${who} ${name}`);
      if (record && known) compare(who, record, path, known.record, known.path);
      if (record && !known && !isBlank) {
        if (mayBeUnmet(who, name)) referred.set(`${who} ${name}`, { ...referred.get(`${who} ${name}`), ...record });
        else differences.push(`${who}: ${name} is shown by ${path}, by no other path`);
      }
      if (!record && known) differences.push(`${who}: ${name} is hidden by ${path}, shown by ${known.path}`);
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;
