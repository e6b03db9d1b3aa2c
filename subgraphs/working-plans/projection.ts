import type { DataSource } from 'typeorm';
import { describeError, type Log } from '../../kit/log.ts';
import { readOutline } from './document/outline.ts';
import { load } from './document/state.ts';
import { titlesIn } from './notices/titles.ts';
import { hasOutlineEdits, isBehind, touchesOutline } from './projection/behind.ts';
import { type Known, writeOutline } from './projection/write.ts';
import { readPlans } from './room/read.ts';
import type { Room } from './room/room.ts';
import type { Rooms } from './room/rooms.ts';

export { rebuildProjection } from './projection/write.ts';

/** Table `plan_node`: every plan's nodes without their texts, for queries across plans. */
export interface Projection {
  /** Hears of a committed edit; returns at once. */
  note(planId: string, touched: readonly string[]): void;
  /** Brings these plans' rows to what is committed when called, or further. A plan that cannot be read stays as it is. */
  catchUp(planIds: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export interface ProjectionOptions {
  source: DataSource;
  rooms: Rooms;
  log: Log;
  /** Called when somebody was told that an activity is assigned to his organisation; after the commit. */
  onTold?: () => void;
  /** At least so long after the first of several edits of a plan, longer where the last projection took long; ms. */
  delay?: number;
  /** Between looks for plans that the process which edited them has left behind; ms. */
  every?: number;
}

const lanes = 3; // projections at a time, of the ten connections that acknowledging edits needs too
const share = 0.1; // of a core that the projection of one plan may take while it is edited without a pause
const plansPerRound = 50;

/**
 * Keeps `plan_node` up to the log. Which process commits an edit also projects it, `delay` ms later and never before its writer was told: edits within that time
 * are projected together, and edits of texts not at all. If it dies first, another one finds the plan behind: who reads (`catchUp`), or the round every
 * `every` ms. Needs no hints. Any number of processes may write one plan: none goes back, see `writeOutline`.
 */
export function createProjection(options: ProjectionOptions): Projection {
  const { source, rooms, log, onTold, delay = 100, every = 5_000 } = options;
  const knownOf = new WeakMap<Room, Known>();
  const tookOf = new WeakMap<Room, number>();
  const failed = new Set<string>();
  const noted = new Map<string, NodeJS.Timeout>();
  const queued = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();
  let round: Promise<void> = Promise.resolve();
  let stopped = false;

  /** One run of a plan at a time; all who ask while one is under way share the next, which begins after they asked. */
  function project(planId: string): Promise<void> {
    const next = queued.get(planId);
    if (next) return next;
    const before = running.get(planId) ?? Promise.resolve();
    const run = before.then(async () => {
      queued.delete(planId);
      running.set(planId, run);
      try {
        if (!stopped) await inLane(() => projectNow(planId));
        failed.delete(planId);
      } catch (error) {
        // Tried again by each reader and each round: said once.
        if (!failed.has(planId)) log.error('a plan cannot be projected', { plan: planId, ...describeError(error) });
        failed.add(planId);
      } finally {
        if (running.get(planId) === run) running.delete(planId);
      }
    });
    queued.set(planId, run);
    return run;
  }

  let free = lanes;
  const waiting: (() => void)[] = [];
  async function inLane(work: () => Promise<void>): Promise<void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  }

  async function projectNow(planId: string): Promise<void> {
    const room = rooms.held(planId) && (await rooms.open([planId])).get(planId);
    if (room) {
      const began = performance.now();
      const known = await writeOutline(source, planId, room.position, readOutline(room.doc), knownOf.get(room), {
        titleOf: titlesIn(room.doc),
        onTold,
      });
      if (known) knownOf.set(room, known);
      tookOf.set(room, performance.now() - began);
      return;
    }
    // Nobody has it open here: not worth a room.
    const reading = (await readPlans(source, [{ id: planId, seq: null, epoch: null }])).get(planId);
    if (!reading) return;
    const updates = reading.edits.map(({ update }) => update);
    const doc = load(reading.snapshot?.bytes ?? null, updates);
    await writeOutline(source, planId, reading.plan, readOutline(doc), undefined, {
      titleOf: titlesIn(doc),
      onTold,
    });
    doc.destroy();
  }

  async function catchUp(planIds: readonly string[]): Promise<void> {
    await Promise.all([...new Set(planIds)].map(project));
  }

  /** What only texts were typed in is brought up by one statement; what else lies behind for two seconds was left by a process that died. */
  async function look(): Promise<void> {
    await source.query(
      `WITH typed AS (
         SELECT j.plan_id, p.epoch, p.seq FROM plan_projection j JOIN plan p ON p.id = j.plan_id
         WHERE p.epoch = j.epoch AND j.at_seq < p.seq AND NOT ${hasOutlineEdits} FOR UPDATE OF j SKIP LOCKED)
       UPDATE plan_projection j SET at_seq = t.seq FROM typed t
       WHERE j.plan_id = t.plan_id AND j.epoch = t.epoch AND j.at_seq < t.seq`,
    );
    const behind: { id: string }[] = await source.query(
      `SELECT p.id FROM plan p LEFT JOIN plan_projection j ON j.plan_id = p.id
       WHERE ${isBehind} AND NOT EXISTS (
         SELECT FROM plan_edit e WHERE e.plan_id = p.id AND e.seq = j.at_seq + 1 AND e.at > now() - interval '2 seconds')
       LIMIT $1`,
      [plansPerRound],
    );
    await catchUp(behind.map(({ id }) => id));
  }

  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    round = look()
      .catch((error) => log.warn('plans behind could not be looked for; trying again soon', describeError(error)))
      .finally(() => {
        looking = false;
      });
  }, every);
  timer.unref();

  return {
    catchUp,
    note(planId, touched) {
      if (stopped || noted.has(planId) || !touchesOutline(touched)) return;
      const room = rooms.held(planId);
      const took = (room && tookOf.get(room)) ?? 0;
      const soon = setTimeout(
        () => {
          noted.delete(planId);
          void project(planId);
        },
        Math.max(delay, Math.min(took / share, every)),
      );
      soon.unref();
      noted.set(planId, soon);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const soon of noted.values()) clearTimeout(soon);
      await Promise.all([round, ...running.values(), ...queued.values()]);
    },
  };
}
