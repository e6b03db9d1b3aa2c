import { type Filter, filters, isFor, type Party, parties, slugs, type Told } from './audience.ts';
import type { Asking } from './readers.ts';

/** All subscribers, shared out to processes that read. */
export interface Crowd {
  /** What each process opens. */
  shares: Asking[][];
  /** How many subscribers of each process are to get this update. */
  count(told: Told): number[];
  /** What each audience is to have had of a log, by source, in the log's order. */
  due(log: readonly (Told & { id: string })[]): Record<string, Record<string, string[]>>;
}

/** Each filter with each party, round and round. Who has both in common with another is of one audience. */
export function createCrowd(
  options: { subscribers: number; filters: number; processes: number },
  parametersOf: (party: Party) => Record<string, string>,
): Crowd {
  const audiences = new Map<string, { party: Party; filter: Filter; sizes: number[] }>();
  const shares: Asking[][] = Array.from({ length: options.processes }, () => []);
  for (let i = 0; i < options.subscribers; i += 1) {
    const n = i % options.filters;
    const party = parties[Math.floor(i / options.filters) % parties.length] as Party;
    const filter = filters[n] as Filter;
    const name = `${party.name} ${n}`;
    const audience = audiences.get(name) ?? { party, filter, sizes: shares.map(() => 0) };
    audiences.set(name, audience);
    const process = Math.floor((i * options.processes) / options.subscribers);
    audience.sizes[process]! += 1;
    shares[process]!.push({ parameters: parametersOf(party), filter, audience: name });
  }
  return {
    shares,
    count(told) {
      const counts = shares.map(() => 0);
      for (const { party, filter, sizes } of audiences.values())
        if (isFor(party, filter, told)) for (const [process, size] of sizes.entries()) counts[process]! += size;
      return counts;
    },
    due(log) {
      const all: Record<string, Record<string, string[]>> = {};
      for (const [name, { party, filter }] of audiences) {
        const own: Record<string, string[]> = {};
        for (const told of log) {
          if (!isFor(party, filter, told)) continue;
          const source = `/networks/${slugs[told.networkId]}`;
          own[source] ??= [];
          own[source].push(told.id);
        }
        all[name] = own;
      }
      return all;
    },
  };
}
