import type { Hints } from '../../../kit/hints.ts';
import { type People, type Person, presenceLimits } from './people.ts';

/** What processes tell each other about one plan. `HELLO` asks the others to tell; `LEFT`: these tabs have closed; `BYE`: the process stops. */
export type Message =
  | { kind: 'HERE'; people: People }
  | { kind: 'HELLO' }
  | { kind: 'LEFT'; clientKeys: string[] }
  | { kind: 'BYE' };

/** Between processes, on a channel of each plan's own. One may be lost: what is here is told again every few seconds. */
export function createExchange(hints: Hints, own: string) {
  const channel = (planId: string) => `presence:${planId}`;
  return {
    tell: (planId: string, message: Message) =>
      hints.publish(channel(planId), JSON.stringify({ from: own, ...message })),
    /** @returns stop */
    listen: (planId: string, onMessage: (process: string, message: Message) => void) =>
      hints.subscribe(channel(planId), (payload) => {
        const message = parse(payload);
        if (message && message.from !== own) onMessage(message.from, message);
      }),
  };
}

/** @returns undefined for what another version may say, and this one does not know */
function parse(payload: string): (Message & { from: string }) | undefined {
  try {
    const { from, kind, people, clientKeys } = JSON.parse(payload);
    if (typeof from !== 'string') return undefined;
    if (kind === 'HELLO' || kind === 'BYE') return { from, kind };
    if (kind === 'LEFT' && Array.isArray(clientKeys)) return { from, kind, clientKeys };
    if (kind !== 'HERE' || !Array.isArray(people?.listed) || typeof people.count !== 'number') return undefined;
    const listed: Person[] = people.listed.slice(0, presenceLimits.listed).filter(isPerson);
    return { from, kind, people: { listed, count: Math.max(people.count, listed.length) } };
  } catch {
    return undefined;
  }
}

const isPerson = (one: Partial<Person> | null): one is Person =>
  typeof one?.clientKey === 'string' &&
  typeof one.seatId === 'string' &&
  typeof one.region === 'string' &&
  Number.isFinite(one.since) &&
  Number.isFinite(one.setAt);
