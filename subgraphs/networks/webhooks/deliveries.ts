import { randomUUID } from 'node:crypto';
import type { Database } from '../../../kit/database/open.ts';
import { feedChannel } from '../../../kit/feed/publish.ts';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import { startRounds } from '../../../kit/rounds.ts';
import type { Updates } from '../updates.ts';
import { forgetDeadLetters } from './dead-letters.ts';
import { confirm, giveBack, type Held, take } from './lease.ts';
import { createProgress } from './progress.ts';
import type { Secrets } from './secrets.ts';
import { serve } from './serve.ts';
import type { Settings } from './settings.ts';

export interface Deliveries {
  /** Something may be to be sent. */
  ask(): void;
  /** Lets attempts that are under way end, for a moment. Safe to call twice. */
  stop(): Promise<void>;
}

export interface DeliveriesOptions {
  database: Database;
  updates: Pick<Updates, 'show'>;
  secrets: Secrets;
  /** Of the installation. */
  epoch: number;
  hints: Hints;
  log: Log;
  settings: Settings;
}

const most = 32; // endpoints that a process serves at once
const mostFailing = 16; // of them, such as did not take what they were sent last: they wait for each other, and for them nobody
const confirmEvery = 300; // ms
const unconfirmed = 900; // ms after which nothing more is sent: within a second of a revocation, whatever the database does
const grace = 2_000; // ms
const forgetEvery = 60 * 60_000; // ms

interface Run {
  held: Held;
  ending: AbortController;
  /** Of `performance.now()`, a clock that is never set. */
  confirmedAt: number;
  done: Promise<void>;
}

/**
 * Sends every endpoint its updates. Any number of processes may: each endpoint is served by one at a time, which says every moment that it still does, and asks
 * whether it still may. One that dies is followed by another after the lease.
 */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const { database, hints, log, settings } = options;
  const { source } = database;
  const { leaseMs } = settings;
  const by = randomUUID();
  const means = { ...options, progress: createProgress(database, by, settings) };
  const runs = new Map<string, Run>();
  let stopping: Promise<void> | undefined;
  let forgotAt = Number.NEGATIVE_INFINITY;

  async function run(held: Held, ending: AbortController): Promise<void> {
    try {
      await serve(means, held, ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) {
        // Kept until the lease ends: what failed for a reason of ours would fail again at once.
        log.warn('a webhook could not be served; trying again', describeError(error));
        runs.delete(held.id);
        return;
      }
    }
    await giveBack(source, by, held.id).catch((error) => log.warn('a webhook waits', describeError(error)));
    runs.delete(held.id);
    rounds.ask();
  }

  async function look(): Promise<void> {
    if (performance.now() - forgotAt > forgetEvery) {
      forgotAt = performance.now();
      await forgetDeadLetters(source);
    }
    for (const which of ['well', 'failing'] as const) {
      const failing = [...runs.values()].filter(({ held }) => held.attempts > 0).length;
      const free = Math.min(most - runs.size, which === 'failing' ? mostFailing - failing : most);
      if (stopping || free <= 0) continue;
      const at = performance.now();
      for (const held of await take(source, { by, leaseMs, most: free, which })) {
        const ending = new AbortController();
        const one: Run = { held, ending, confirmedAt: at, done: Promise.resolve() };
        runs.set(held.id, one);
        one.done = run(held, ending);
      }
    }
  }

  async function confirmAll(): Promise<void> {
    if (runs.size === 0) return;
    const asked = [...runs.values()];
    const at = performance.now();
    const good = await confirm(source, { by, leaseMs, held: asked.map(({ held }) => held) });
    for (const one of asked) {
      if (good.has(one.held.id)) one.confirmedAt = at;
      else one.ending.abort();
    }
  }

  const failed = (error: unknown) => log.warn('webhooks wait; trying again', describeError(error));
  const rounds = startRounds(look, { everyMs: settings.everyMs, failed, on: { hints, channel: feedChannel } });
  const confirmations = startRounds(confirmAll, { everyMs: confirmEvery, failed });
  const watch = setInterval(() => {
    for (const { ending, confirmedAt } of runs.values())
      if (performance.now() - confirmedAt > unconfirmed) ending.abort();
  }, confirmEvery / 3);
  watch.unref();

  async function stop(): Promise<void> {
    await rounds.stop();
    const ended = Promise.all([...runs.values()].map(({ done }) => done));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    for (const { ending } of runs.values()) ending.abort();
    await ended;
    clearInterval(watch);
    await confirmations.stop();
  }

  return {
    ask: rounds.ask,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
