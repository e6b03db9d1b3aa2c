import { createHash, randomUUID } from 'node:crypto';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import type { Hints } from '../../../kit/hints.ts';
import type { PlanPeople } from '../entities/presence.ts';
import { mayOpenDocument, mayRead } from '../policy.ts';
import type { Room } from '../room/room.ts';
import type { Rooms } from '../room/rooms.ts';
import { createExchange } from './exchange.ts';
import { Hall, type Times } from './hall.ts';
import { type GivenPlace, readPlace } from './place.ts';
import { createRate } from './rate.ts';
import type { Watcher } from './watcher.ts';

/** Who has which plan open, and where in it they are. Kept in memory alone, here and by hints in the other processes; never stored or logged. */
export interface Presence {
  /**
   * A tab is here for another 30 s, at this place.
   * @param tab the client's own random name for it: 1 to 64 characters of ASCII; null: the seat's one tab
   * @returns the key under which it is listed
   * @throws ApiError NOT_FOUND, FORBIDDEN, RATE_LIMITED, BAD_USER_INPUT, CURSOR_INVALID
   */
  set(actor: Actor, planId: string, tab: string | null, place: GivenPlace): Promise<string>;
  /**
   * Everybody who is here, now and whenever that changes. The tab that follows is here too, until it ends.
   * @throws ApiError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT; the reader is told RIGHTS_CHANGED when it may no longer open the plan
   */
  follow(actor: Actor, planId: string, tab: string | null): Promise<Watcher<PlanPeople>>;
  /** Plans in which somebody is by this process. */
  readonly size: number;
  stop(): void;
}

export interface PresenceOptions {
  rooms: Pick<Rooms, 'enter' | 'cursors'>;
  hints: Hints;
  region: string;
  /** ms since 1970; never goes back */
  now?: () => number;
  /** How this process is known to the others. */
  own?: string;
  times?: Times;
}

/** The wall clock as it was when the process began, and from then on what has passed: a clock that is set back would hold everything up. */
const neverBack = (): number => Math.floor(performance.timeOrigin + performance.now());
const setsASecond = 20; // of a seat, on all its tabs
const usualTimes: Times = { list: 500, beat: 3_000, look: 1_000 };

export function createPresence(options: PresenceOptions): Presence {
  const { rooms, hints, region, now = neverBack, own = randomUUID(), times = usualTimes } = options;
  const around = { rooms, region, now, times, exchange: createExchange(hints, own) };
  const halls = new Map<string, Hall>();
  const count = createRate(setsASecond, now);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function tick(): void {
    for (const [id, hall] of halls) {
      hall.tick();
      if (!hall.isEmpty) continue;
      hall.close();
      halls.delete(id);
    }
    if (halls.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function open(room: Room): Hall {
    let hall = halls.get(room.id);
    if (!hall) {
      if (stopped) throw new ApiError('SERVICE_STOPPING', 'This process is stopping.');
      hall = new Hall(room, around);
      halls.set(room.id, hall);
      timer ??= setInterval(tick, times.look).unref();
    }
    return hall;
  }

  async function enter(actor: Actor, planId: string): Promise<Room> {
    const room = await rooms.enter(planId);
    if (room && actor.seatId !== undefined && !mayOpenDocument(actor, room.plan))
      halls.get(planId)?.expel(actor.seatId);
    if (!room || !mayRead(actor, room.plan))
      throw new ApiError('NOT_FOUND', 'There is no such plan, or you may not see it.');
    if (!mayOpenDocument(actor, room.plan)) {
      throw new ApiError('FORBIDDEN', "You may read this plan; who is in it is for its networks' readers.");
    }
    return room;
  }

  return {
    async set(actor, planId, tab, given) {
      checkTab(tab);
      if (actor.seatId !== undefined) count(actor.seatId);
      const room = await enter(actor, planId);
      const { seatId } = actor;
      if (seatId === undefined) throw new ApiError('FORBIDDEN', 'Only a seat can be in a plan.');
      const place = readPlace(rooms, room, given);
      const clientKey = keyOf(planId, seatId, tab);
      open(room).put(room, actor, { clientKey, seatId }, place);
      return clientKey;
    },
    async follow(actor, planId, tab) {
      checkTab(tab);
      const room = await enter(actor, planId);
      const hall = open(room);
      const { seatId } = actor;
      if (seatId === undefined) return hall.watch(room, actor, null);
      const clientKey = keyOf(planId, seatId, tab);
      hall.put(room, actor, { clientKey, seatId }, undefined);
      return hall.watch(room, actor, clientKey);
    },
    get size() {
      return halls.size;
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const hall of halls.values()) hall.close();
      halls.clear();
    },
  };
}

function checkTab(tab: string | null): void {
  if (tab !== null && !/^[\x21-\x7e]{1,64}$/.test(tab)) {
    throw new ApiError('BAD_USER_INPUT', 'tab: 1 to 64 characters of ASCII, without spaces.');
  }
}

/** The seat is what the gateway has verified, so nobody comes to another one's key, whatever tab they send. Every process makes the same. */
const keyOf = (planId: string, seatId: string, tab: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([planId, seatId, tab]))
    .digest('base64url')
    .slice(0, 22);
