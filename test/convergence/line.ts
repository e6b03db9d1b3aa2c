import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';
import type { PlanEdits, PlanReset } from '../../subgraphs/working-plans/entities/live.ts';
import { type PlanEvent, type PlanSink, type PlanWire, type Resume, WireFailure } from '../../web/co-editing/wire.ts';
import type { Instance, Surroundings } from './server.ts';

/** A request whose answer does not come is given up after this, ms. */
const PATIENCE = 4_000;

export interface LineOptions {
  world: Surroundings;
  planId: string;
  actor: Actor;
  /** The running instance that takes a new request or stream; undefined: none is there. */
  route: () => Instance | undefined;
  onPush?: (editId: string, update: Uint8Array) => void;
  onAck?: (editId: string, update: Uint8Array) => void;
}

/** A tab's way to the platform: requests and streams that are late, lost, doubled and cut. */
export class Line implements PlanWire {
  #up = true;
  /** The tab is gone: what is still on its way arrives at the server, and nothing comes back. */
  #abandoned = false;
  readonly #streams = new Set<() => void>();

  constructor(private readonly options: LineOptions) {}

  get isUp(): boolean {
    return this.#up;
  }

  drop(): void {
    this.#up = false;
    this.cutStreams();
  }
  restore(): void {
    this.#up = true;
  }
  cutStreams(): void {
    for (const cut of [...this.#streams]) cut();
  }
  abandon(): void {
    this.#abandoned = true;
    this.#streams.clear();
  }

  open = (since?: Uint8Array) => this.#request((instance) => instance.open(this.options.planId, since));
  join = (resume?: Resume) =>
    this.#request((instance) => instance.join(this.options.actor, this.options.planId, resume));
  push = async (epoch: number, editId: string, update: Uint8Array): Promise<string> => {
    const { actor, planId, onPush, onAck } = this.options;
    onPush?.(editId, update);
    const cursor = await this.#request((instance) => instance.push(actor, planId, epoch, editId, update));
    onAck?.(editId, update);
    return cursor;
  };

  #request<T>(work: (instance: Instance) => Promise<T>): Promise<T> {
    const { clock, dice } = this.options.world;
    const { weather } = this.options.world;
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (act: () => void) => {
        if (over || this.#abandoned) return;
        over = true;
        act();
      };
      const fail = (delay: number) =>
        clock.after(delay, () => end(() => reject(new WireFailure('UNREACHABLE', 'no answer'))));
      const arrive = () => {
        const instance = this.options.route();
        if (!instance) return fail(5);
        const answer = (act: () => void) => {
          if (!instance.alive || !this.#up || dice.chance(weather.answerLost)) return;
          clock.after(latency(dice), () => end(act));
        };
        work(instance).then(
          (value) => answer(() => resolve(value)),
          (error) => answer(() => reject(toFailure(error))),
        );
      };
      if (!this.#up) return fail(2);
      // The client stops waiting; the request may still be on its way, and arrive.
      fail(PATIENCE);
      if (dice.chance(weather.requestLost)) return;
      clock.after(latency(dice), arrive);
      if (dice.chance(weather.requestDoubled)) clock.after(dice.between(20, 6_000), arrive);
    });
  }

  follow(after: string, sink: PlanSink): () => void {
    const { world } = this.options;
    const { clock, dice } = world;
    let over = false;
    let leave = () => {};
    let arrival = 0;
    /** What is on its way arrives in order. */
    const deliver = (act: () => void) => {
      arrival = Math.max(arrival, clock.now + latency(dice));
      clock.after(arrival - clock.now, () => over || this.#abandoned || act());
    };
    const stop = () => {
      over = true;
      this.#streams.delete(cut);
      leave();
    };
    const end = (failure?: WireFailure) => {
      if (over || this.#abandoned) return;
      stop();
      sink.ended(failure);
    };
    /** What is on its way is lost; the client notices after a while. */
    const cut = () => {
      this.#streams.delete(cut);
      leave();
      const wasOver = over;
      over = true;
      clock.after(dice.between(1, 500), () => {
        if (!wasOver && !this.#abandoned && !left) sink.ended(new WireFailure('UNREACHABLE', 'cut'));
      });
    };
    let left = false;
    const begin = async () => {
      const instance = this.options.route();
      if (!this.#up || !instance) return cut();
      instance.streams.add(cut);
      leave = () => instance.streams.delete(cut);
      try {
        const follower = await instance.follow(this.options.actor, this.options.planId, after);
        leave = () => {
          instance.streams.delete(cut);
          void follower.return?.();
        };
        if (over || this.#abandoned) return leave();
        if (!instance.alive) return cut();
        deliver(() => sink.opened());
        for await (const event of follower) {
          if (over) return;
          if (!instance.alive || dice.chance(world.weather.streamCut)) return cut();
          deliver(() => sink.next(toEvent(event as PlanEdits | PlanReset)));
        }
        // A killed one says nothing more: whoever stands between notices, as for a link that is cut.
        if (!instance.alive) return cut();
        deliver(() => end());
      } catch (error) {
        deliver(() => end(toFailure(error)));
      }
    };
    this.#streams.add(cut);
    if (this.#up && !dice.chance(world.weather.requestLost)) clock.after(latency(dice), () => void begin());
    else clock.after(20, cut);
    return () => {
      left = true;
      stop();
    };
  }
}

const latency = (dice: Surroundings['dice']) => (dice.chance(0.1) ? dice.between(20, 900) : dice.between(1, 15));

function toFailure(error: unknown): WireFailure {
  if (error instanceof ApiError) return new WireFailure(error.code, error.message, error.extensions);
  return new WireFailure('INTERNAL', String(error));
}

function toEvent(event: PlanEdits | PlanReset): PlanEvent {
  if (!('update' in event)) return { kind: 'reset', epoch: event.epoch, reason: event.reason };
  const { cursor, update, at } = event;
  return { kind: 'edits', cursor, update: Buffer.from(update, 'base64'), author: null, at: String(at) };
}
