import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { answerCalls, clock } from '../gateway/process.ts';
import { slugs } from './audience.ts';
import { judge, type Verdict } from './judge.ts';

/** A subscriber: a socket of its own with one subscription. */
export interface Asking {
  /** What the socket is opened with. */
  parameters: Record<string, string>;
  filter: object;
  /** What all who are to get the same have in common. */
  audience: string;
}

interface Subscriber {
  audience: string;
  socket: WebSocket;
  /** In the order in which they came. */
  arrivals: { id: string; source: string; at: number }[];
}

let subscribers: Subscriber[] = [];
let received = 0;
/** What went wrong, and how often. */
let faults = new Map<string, number>();
/** How many here are to get each of the updates that are waited for. */
let expected = new Map<string, number>();
let settle = () => {};

const sources = new Set(Object.values(slugs).map((slug) => `/networks/${slug}`));

function blame(fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
  settle();
}

interface Update {
  __typename: string;
  id: string;
  source: string;
  network?: { slug: string; memberships: { totalCount: number | null } } | null;
}

/** @returns what is wrong with it, if anything is */
function receive(subscriber: Subscriber, payload: { data?: { networkUpdates?: Update }; errors?: unknown[] }) {
  const at = clock();
  const update = payload.data?.networkUpdates;
  if (payload.errors || !update) return JSON.stringify(payload.errors ?? payload).slice(0, 300);
  if (update.__typename === 'Heartbeat') return undefined;
  const { id, source, network } = update;
  if (update.__typename !== 'NetworkUpdate') return update.__typename;
  if (!sources.has(source) || (network !== undefined && source !== `/networks/${network?.slug}`))
    return `an update of ${source} came with the network ${JSON.stringify(network)}`;
  subscriber.arrivals.push({ id, source, at });
  received += 1;
  const left = expected.get(id);
  if (left === undefined) return undefined;
  if (left > 1) expected.set(id, left - 1);
  else expected.delete(id);
  if (expected.size === 0) settle();
  return undefined;
}

/** Settles once its first message has come: a Heartbeat, which says that it stands. */
function subscribe(url: string, query: string, { parameters, filter, audience }: Asking): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    const subscriber: Subscriber = { audience, socket, arrivals: [] };
    subscribers.push(subscriber);
    const send = (message: unknown) => socket.send(JSON.stringify(message));
    socket.on('open', () => send({ type: 'connection_init', payload: parameters }));
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      blame(`a socket was closed: ${code} ${reason}`);
      reject(new Error(`a socket was closed: ${code} ${reason}`));
    });
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'next') {
        resolve();
        const fault = receive(subscriber, message.payload);
        if (fault !== undefined) blame(fault);
      } else if (message.type === 'connection_ack')
        send({ id: randomUUID(), type: 'subscribe', payload: { query, variables: { filter } } });
      else if (message.type === 'ping') send({ type: 'pong' });
      else {
        const fault = `a subscription ended: ${JSON.stringify(message.payload ?? message.type).slice(0, 300)}`;
        blame(fault);
        reject(new Error(fault));
      }
    });
  });
}

answerCalls({
  /** Opens sockets, some at a time, as no gateway's sign-in is what is measured. */
  async open({ url, query, asking }: { url: string; query: string; asking: Asking[] }) {
    for (let i = 0; i < asking.length; i += 25)
      await Promise.all(asking.slice(i, i + 25).map((one) => subscribe(url, query, one)));
  },
  /** From now on these updates, each for so many, are waited for: to be answered before they are written, lest they come first. */
  expect(updates: [id: string, count: number][]) {
    expected = new Map(updates.filter(([, count]) => count > 0));
  },
  /** Settles with true once all have what is waited for; with false after `within` ms, or when something has gone wrong. */
  arrival(within: number) {
    const isDone = () => expected.size === 0 || faults.size > 0;
    if (isDone()) return expected.size === 0;
    return new Promise<boolean>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        settle = () => {};
        resolve(expected.size === 0);
      };
      const timer = setTimeout(end, within);
      settle = () => isDone() && end();
    });
  },
  received: () => received,
  /** @param due by audience and source, what each of it is to have had, in its order @param commits ms, by update; only of what is in a phase */
  judge({
    due,
    commits,
  }: {
    due: Record<string, Record<string, string[]>>;
    commits: Record<string, number>[];
  }): Judged {
    const latencies: number[][] = commits.map(() => []);
    const total: Verdict = { due: 0, missed: 0, reordered: 0, doubled: 0, leaked: 0 };
    for (const { audience, arrivals } of subscribers) {
      const verdict = judge(due[audience] ?? {}, arrivals);
      for (const name of Object.keys(total) as (keyof Verdict)[]) total[name] += verdict[name];
      for (const { id, at } of arrivals) {
        const phase = commits.findIndex((times) => times[id] !== undefined);
        if (phase >= 0) latencies[phase]!.push(at - commits[phase]![id]!);
      }
    }
    return { ...total, latencies, faults: [...faults] };
  },
  close() {
    for (const { socket } of subscribers) {
      socket.removeAllListeners('close');
      socket.terminate();
    }
    subscribers = [];
    received = 0;
    faults = new Map();
    expected = new Map();
  },
});

export interface Judged extends Verdict {
  /** ms from the commit to here, by phase. */
  latencies: number[][];
  faults: [fault: string, times: number][];
}
