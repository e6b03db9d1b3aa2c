import type { DataSource } from 'typeorm';
import { type Cursors, createCursors } from '../../../kit/cursor.ts';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import type { Edit } from '../log.ts';
import { createHinting } from './hint.ts';
import { type Held, type Reading, readPlans, writeSnapshot } from './read.ts';
import { type Position, Room } from './room.ts';

export interface Rooms {
  /** The plans as committed when called, in one statement; unknown ids are left out. */
  open(ids: readonly string[]): Promise<Map<string, Room>>;
  /** A plan whose row was read within the last second; undefined when there is none. Edits may be a hint behind. */
  enter(id: string): Promise<Room | undefined>;
  /** Hands over what this process has committed, in order: applies it, then hints. Never throws. */
  commit(edits: readonly Edit[]): Promise<void>;
  /** Tells other processes to look at a plan whose row has changed. */
  announce(id: string): void;
  cursors(id: string): Cursors<Position>;
  /** The plan's room if it is open here, as it is. */
  held(id: string): Room | undefined;
  /** Plans now in memory. */
  readonly size: number;
  stop(): Promise<void>;
}

export interface RoomsOptions {
  source: DataSource;
  hints: Hints;
  log: Log;
  cursorSecret: string;
  /** Identity of the database's installation, with its epoch: cursors of another one are invalid. */
  installation: string;
  now?: () => number;
  recheckAfter?: number;
  idleAfter?: number;
  quietAfter?: number;
  snapshotEvery?: number;
}

const mostIdle = 200; // plans kept without readers

/**
 * The plans open in this process. What others commit arrives by hint, at once and with the bytes; where a hint is lost, plans with readers are read
 * again every `recheckAfter` ms, all in one statement.
 */
export function createRooms(options: RoomsOptions): Rooms {
  const {
    source,
    log,
    now = Date.now,
    recheckAfter = 3_000,
    idleAfter = 60_000,
    quietAfter = 5_000,
    snapshotEvery = 500,
  } = options;
  const rooms = new Map<string, Room>();
  const loading = new Map<string, Promise<unknown>>();
  const background = new Set<Promise<void>>();
  const cursorsByPlan = new Map<string, Cursors<Position>>();
  const hinting = createHinting(options.hints);
  let stopped = false;

  function cursors(id: string): Cursors<Position> {
    let known = cursorsByPlan.get(id);
    if (!known) {
      if (cursorsByPlan.size >= 10_000) cursorsByPlan.clear();
      known = createCursors<Position>(options.cursorSecret, {
        kind: 'plan',
        stream: id,
        installation: options.installation,
      });
      cursorsByPlan.set(id, known);
    }
    return known;
  }

  async function open(ids: readonly string[]): Promise<Map<string, Room>> {
    const wanted = [...new Set(ids)].filter((id) => !id.includes('\u0000'));
    // Who asks for a plan that is just being loaded waits for that, then reads only what came since.
    await Promise.all(wanted.map((id) => loading.get(id)?.catch(() => {})));
    const cold = wanted.filter((id) => !rooms.has(id));
    const reading = read(wanted);
    for (const id of cold) loading.set(id, reading);
    try {
      const behind = await reading;
      if (behind.length > 0) await read(behind);
    } finally {
      for (const id of cold) if (loading.get(id) === reading) loading.delete(id);
    }
    return new Map(wanted.flatMap((id) => (rooms.has(id) ? [[id, rooms.get(id)!] as const] : [])));
  }

  /** @returns the plans to read again, since the reading did not reach what the room holds by now */
  async function read(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const startedAt = now();
    for (const id of ids) if (rooms.get(id)?.isBroken) drop(rooms.get(id)!, true);
    const held = ids.map((id): Held => {
      const room = rooms.get(id);
      if (room) room.usedAt = startedAt;
      return { id, seq: room?.seq ?? null, epoch: room?.epoch ?? null };
    });
    const readings = await readPlans(source, held);
    const behind: string[] = [];
    held.forEach(({ id, seq }) => {
      const reading = readings.get(id);
      const room = rooms.get(id);
      if (!reading) return;
      if (room) {
        if (!attempt(room, () => room.refresh(reading, startedAt))) behind.push(id);
      } else if (seq !== null) behind.push(id);
      else if (ids.length === 1) add(reading, startedAt);
      else addOrLeaveOut(reading, startedAt);
    });
    return behind;
  }

  /** One plan that cannot be opened must not take the others of a list with it. */
  function addOrLeaveOut(reading: Reading, startedAt: number): void {
    try {
      add(reading, startedAt);
    } catch (error) {
      log.error('a plan cannot be opened', { plan: reading.plan.id, ...describeError(error) });
    }
  }

  /** @throws when the log has a hole */
  function add(reading: Reading, startedAt: number): void {
    const { id } = reading.plan;
    const room = new Room(reading, startedAt, (position) => cursors(id).encode(position), now);
    if (stopped) return;
    rooms.set(id, room);
    hinting.listen(id, (edits) => {
      if (edits.length === 0 || !attempt(room, () => room.advance(edits))) inBackground(open([id]));
    });
  }

  /** A room that cannot take a committed edit is closed, and made again by who asks next. @returns whether all is applied */
  function attempt(room: Room, apply: () => boolean): boolean {
    try {
      return apply();
    } catch (error) {
      log.error('a room could not apply the log', { plan: room.id, seq: room.seq, ...describeError(error) });
      drop(room, true);
      return false;
    }
  }

  function drop(room: Room, failed = false): void {
    room.close(failed);
    if (rooms.get(room.id) !== room) return;
    rooms.delete(room.id);
    hinting.forget(room.id);
  }

  function inBackground(work: Promise<unknown>): void {
    const run: Promise<void> = work.then(
      () => {},
      (error) => log.warn('plans could not be read; trying again soon', describeError(error)),
    );
    background.add(run);
    void run.finally(() => background.delete(run));
  }

  function keepSnapshot(room: Room): void {
    attempt(room, () => {
      const { id, epoch, seq, whole: bytes, stateVector } = room;
      room.snapshotSeq = seq;
      room.snapshotAt = now();
      room.bytes = bytes.byteLength;
      inBackground(writeSnapshot(source, id, epoch, seq, { bytes, stateVector }));
      return true;
    });
  }

  /** Nobody types any more in what was typed here: who opens the plan next should find it in one piece. Not for every pause in writing. */
  function isQuiet(room: Room, at: number): boolean {
    const behind = room.seq - room.snapshotSeq;
    if (behind === 0 || room.editedAt === 0 || at - room.editedAt < quietAfter) return false;
    return behind >= snapshotEvery / 10 || at - room.snapshotAt >= idleAfter;
  }

  const timer = setInterval(() => {
    const at = now();
    for (const room of rooms.values()) {
      if (isQuiet(room, at)) keepSnapshot(room);
      room.rest(idleAfter);
    }
    inBackground(open([...rooms.values()].filter((room) => room.readers > 0).map((room) => room.id)));
    const empty = [...rooms.values()].filter((room) => room.readers === 0).sort((a, b) => b.usedAt - a.usedAt);
    for (const [place, room] of empty.entries()) {
      if (place < mostIdle && at - room.usedAt < idleAfter) continue;
      if (room.editedAt > 0 && room.seq > room.snapshotSeq) keepSnapshot(room);
      drop(room);
    }
  }, recheckAfter);
  timer.unref();

  return {
    open,
    cursors,
    held: (id) => rooms.get(id),
    get size() {
      return rooms.size;
    },
    async enter(id) {
      const room = rooms.get(id);
      if (room && !room.isBroken && now() - room.checkedAt < 1_000) {
        room.usedAt = now();
        return room;
      }
      return (await open([id])).get(id);
    },
    async commit(edits) {
      const byPlan = new Map<string, Edit[]>();
      for (const edit of edits) {
        const own = byPlan.get(edit.planId);
        if (own) own.push(edit);
        else byPlan.set(edit.planId, [edit]);
      }
      const gaps: string[] = [];
      for (const [id, own] of byPlan) {
        const room = rooms.get(id);
        if (room && !attempt(room, () => room.advance(own))) gaps.push(id);
        hinting.send(id, own);
        if (!room) continue;
        room.editedAt = now();
        if (room.seq - room.snapshotSeq >= snapshotEvery) keepSnapshot(room);
      }
      // Another process committed in between: its edits come first. What cannot be read now is read by the next who looks.
      if (gaps.length > 0) await open(gaps).catch((error) => log.warn('plans could not be read', describeError(error)));
    },
    announce(id) {
      hinting.send(id, []);
      const room = rooms.get(id);
      if (!room) return;
      room.checkedAt = 0;
      if (room.readers > 0) inBackground(open([id]));
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const room of [...rooms.values()]) drop(room);
      await Promise.all(background);
    },
  };
}
