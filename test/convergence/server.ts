import type { Actor } from '../../kit/context.ts';
import type { Hints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { followPlan } from '../../subgraphs/working-plans/commands/follow.ts';
import { joinPlan } from '../../subgraphs/working-plans/commands/join.ts';
import { openDocument } from '../../subgraphs/working-plans/commands/open-document.ts';
import { pushPlanEdits } from '../../subgraphs/working-plans/commands/push.ts';
import { createPlanLog } from '../../subgraphs/working-plans/log.ts';
import type { Plans } from '../../subgraphs/working-plans/plans.ts';
import type { PlanEventValue } from '../../subgraphs/working-plans/room/room.ts';
import { createRooms } from '../../subgraphs/working-plans/room/rooms.ts';
import type { OpenedDocument, Resume } from '../../web/co-editing/wire.ts';
import type { Clock, Dice } from './clock.ts';
import type { PlanTables } from './postgres.ts';

const log = createLog('convergence', 'error', () => {});

/** How often something goes wrong between the processes, as probabilities; all zero once everything is healed. */
export interface Weather {
  hintLost: number;
  hintDoubled: number;
  /** The statement is done, and its answer does not arrive. */
  answerOfDatabaseLost: number;
  requestLost: number;
  answerLost: number;
  requestDoubled: number;
  streamCut: number;
}
export const calm: Weather = {
  hintLost: 0,
  hintDoubled: 0,
  answerOfDatabaseLost: 0,
  requestLost: 0,
  answerLost: 0,
  requestDoubled: 0,
  streamCut: 0,
};

export interface Surroundings {
  clock: Clock;
  dice: Dice;
  weather: Weather;
  tables: PlanTables;
  bus: HintBus;
}

/** Redis: hints may be lost, doubled or late, never altered. */
export class HintBus {
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  /** What becomes of a hint on its way, where a fault is planted. */
  alter = (payload: string) => payload;
  constructor(private readonly world: Omit<Surroundings, 'bus' | 'tables'>) {}

  publish(channel: string, payload: string): void {
    const { clock, dice, weather } = this.world;
    for (const listener of this.#listeners.get(channel) ?? []) {
      if (dice.chance(weather.hintLost)) continue;
      const deliver = () => void (this.#listeners.get(channel)?.has(listener) && listener(this.alter(payload)));
      clock.after(dice.chance(0.2) ? dice.between(10, 2_000) : 1, deliver);
      if (dice.chance(weather.hintDoubled)) clock.after(dice.between(5, 3_000), deliver);
    }
  }

  subscribe(channel: string, listener: (payload: string) => void): () => void {
    const known = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, known.add(listener));
    return () => void known.delete(listener);
  }
}

/** One process of working-plans: its rooms, log and commands are the real ones, over `PlanTables` and virtual time. */
export class Instance {
  alive = true;
  /** What ends each stream that is followed here: whoever stands between notices when this process is gone. */
  readonly streams = new Set<() => void>();
  readonly plans: Plans;

  constructor(private readonly world: Surroundings) {
    const { clock, dice, bus } = world;
    const hints: Hints = {
      publish: (channel, payload) => void (this.alive && bus.publish(channel, payload)),
      subscribe: (channel, listener) => bus.subscribe(channel, (payload) => void (this.alive && listener(payload))),
      stop: async () => {},
    };
    const source = { query: (sql: string, values: unknown[]) => this.query(sql, values) };
    const database = { source: Object.assign(source, { manager: source }) } as unknown as Plans['database'];
    const rooms = createRooms({
      source: database.source,
      hints,
      log,
      cursorSecret: 'of the simulation, long enough for a key',
      installation: 'one 1',
      now: () => clock.now,
      idleAfter: 4_000,
      snapshotEvery: 4 + dice.below(30),
    });
    this.plans = {
      database,
      rooms,
      log: createPlanLog({ source: database.source, onCommit: (edits) => rooms.commit(edits) }),
      region: 'americas',
      regionNumber: 1,
      stop: async () => {},
    } as Plans;
  }

  /** Ends without a farewell: what it asked of the database may still happen there, and nobody hears of it. */
  kill(): void {
    this.alive = false;
    for (const cut of [...this.streams]) cut();
    void this.plans.rooms.stop();
  }

  private query(sql: string, values: unknown[]): Promise<unknown[]> {
    const { clock, dice, tables, weather } = this.world;
    return new Promise((resolve, reject) => {
      clock.after(dice.between(0, 4), () => {
        if (!this.alive && dice.chance(0.5)) return;
        let rows: unknown[];
        try {
          rows = tables.run(sql, values);
        } catch (error) {
          return reject(error);
        }
        const lost = dice.chance(weather.answerOfDatabaseLost);
        clock.after(dice.between(0, 4), () => {
          if (!this.alive) return;
          if (lost) reject(new Error('the connection to the database was lost'));
          else resolve(rows);
        });
      });
    });
  }

  async open(planId: string, since: Uint8Array | undefined): Promise<OpenedDocument> {
    const room = (await this.plans.rooms.open([planId])).get(planId)!;
    const opened = openDocument(room, since && Buffer.from(since).toString('base64'));
    const { cursor, epoch } = opened;
    const [update, stateVector] = [opened.update, opened.stateVector].map((text) => Buffer.from(text, 'base64'));
    return { cursor, epoch, update: update!, stateVector: stateVector! };
  }

  async join(actor: Actor, planId: string, resume?: Resume): Promise<{ clientId: number; epoch: number }> {
    return joinPlan(this.plans, actor, planId, resume);
  }

  async push(actor: Actor, planId: string, epoch: number, editId: string, update: Uint8Array): Promise<string> {
    return pushPlanEdits(this.plans, actor, { planId, epoch, editId, update: Buffer.from(update).toString('base64') });
  }

  follow(actor: Actor, planId: string, after: string): Promise<AsyncIterableIterator<PlanEventValue>> {
    return followPlan(this.plans, actor, planId, after);
  }
}
