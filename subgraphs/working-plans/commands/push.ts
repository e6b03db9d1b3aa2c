import * as Y from 'yjs';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { isId } from '../../../kit/once.ts';
import { judge } from '../guard/judge.ts';
import {
  type Change,
  CLIENT_LIMITS,
  type RefusalCode,
  SERVER_LIMITS,
  touchedBy,
  type Verdict,
} from '../guard/verdict.ts';
import type { Refusal as LogRefusal } from '../log.ts';
import type { Plans } from '../plans.ts';
import { isOpen } from '../policy.ts';
import { type Room, toBase64 } from '../room/room.ts';
import { enterAsEditor } from './join.ts';
import { mayChange } from './rights.ts';

type Passed = Extract<Verdict, { ok: true }>;
/** Why an edit is not taken: by the guard, by the plan's state, or by the log. */
interface Refused {
  ok: false;
  code: RefusalCode | LogRefusal;
  message?: string;
  epoch?: number;
  stateVector?: Uint8Array;
}
/** An edit as its writer sent it. */
export interface Sent {
  planId: string;
  epoch: number;
  editId: string;
  update: Uint8Array;
  /** Taken whatever the plan's status; only the server's own commands ask for it, never a client. */
  forced?: boolean;
  /** The server wrote it: no cap on its size, and it may create texts that nodes lack. */
  serverMade?: boolean;
  /** In place of `mayChange`, where what the server writes has a rule of its own. */
  may?: (change: Change) => boolean;
}

/** How large a plan may grow: past it, only deletions are taken. */
export const planLimits = { bytes: 16 * 1024 * 1024, nodes: 10_000 };
const patience = 2_000; // ms: an append is tens of them, on a machine under load a second
const mostRaces = 3; // how often an edit may lose its clock to another process before its client must resync

/**
 * Takes an edit in: policy, guard, commit, live document, and only then the answer. An editId that was committed before gets its old cursor.
 * @param update Yjs, V1, base64
 * @returns the edit's cursor: it is committed
 * @throws ApiError NOT_FOUND, FORBIDDEN, PLAN_FROZEN, EPOCH_CHANGED, UPDATE_MALFORMED, UPDATE_TOO_LARGE, RESYNC, PLAN_FULL, EDIT_ID_REUSED,
 * BAD_USER_INPUT; nothing of a refused edit is kept
 */
export async function pushPlanEdits(
  plans: Plans,
  actor: Actor,
  edit: Pick<Sent, 'planId' | 'epoch' | 'editId'> & { update: string },
): Promise<string> {
  const { room, seatId } = await enterAsEditor(plans, actor, edit.planId);
  if (!isId(edit.editId)) throw new ApiError('BAD_USER_INPUT', 'editId: 1 to 200 characters of ASCII, without spaces.');
  const update = Buffer.from(edit.update, 'base64');
  if (update.toString('base64') !== edit.update) throw new ApiError('UPDATE_MALFORMED', 'update: this is not base64.');
  return take(plans, actor, seatId, room, { ...edit, update });
}

/** The same road for edits that the server writes for a seat. */
export async function take(plans: Plans, actor: Actor, seatId: string, entered: Room, sent: Sent): Promise<string> {
  const look = () => catchUp(plans, sent.planId);
  let room = sent.epoch > entered.epoch ? await look() : entered;
  // What an edit builds on may be on its way: pushed by the same client at the same time, or committed by another process.
  const waits = [() => awaitOwn(room, sent), look];
  for (let races = 0; ; ) {
    if (room.closed) room = await look();
    const judgedAt = room.seq; // or later, if client ids had to be looked up
    const verdict = whyClosed(room, sent) ?? (await judgeSent(plans, actor, seatId, room, sent));
    if (!verdict.ok) {
      const wait = verdict.code === 'RESYNC' ? waits.shift() : undefined;
      if (!wait) return (await findRepeated(plans, seatId, sent)) ?? fail(toError(verdict));
      room = await wait();
      continue;
    }
    // Everything in it is known, and alike: an edit sent again under another id, or merged from such.
    if (!verdict.effect) return (await findRepeated(plans, seatId, sent)) ?? room.cursor;
    if (isFull(room, verdict)) {
      throw new ApiError('PLAN_FULL', 'This plan has reached its size limit: delete something first.');
    }
    const { clients, changes } = verdict;
    const touched = touchedBy(changes);
    const makes = sent.serverMade || changes.some(({ action }) => action === 'create');
    const entry = { ...sent, seatId, region: plans.region, clients, touched, ...(makes && { judgedAt }) };
    const appended = await plans.log.append(entry);
    if (appended.ok) return plans.rooms.cursors(sent.planId).encode({ epoch: appended.epoch, seq: appended.seq });
    if (appended.reason !== 'CLOCK' || ++races >= mostRaces) {
      throw toError({ code: appended.reason, epoch: appended.epoch, stateVector: room.stateVector });
    }
    room = await look();
  }
}

/** Requests sent at once may arrive in any order: an edit that comes before its client's previous one waits for it a moment. */
async function awaitOwn(room: Room, { update }: Sent): Promise<Room> {
  await room.reach(Y.parseUpdateMeta(update).from, patience);
  return room;
}

function whyClosed(room: Room, { epoch, forced }: Sent): Refused | undefined {
  if (epoch !== room.epoch) return { ok: false, code: 'EPOCH_CHANGED', epoch: room.epoch };
  return forced || isOpen(room.plan) ? undefined : { ok: false, code: 'PLAN_FROZEN' };
}

/** Judges against the live document; client ids not yet known to this process are looked up, and judged once more. */
async function judgeSent(plans: Plans, actor: Actor, seatId: string, room: Room, sent: Sent): Promise<Verdict> {
  const { update, may = (change: Change) => mayChange(actor, room, change) } = sent;
  const unknown = new Set<number>();
  const pass = () =>
    judge(
      update,
      room.doc,
      {
        owns(clientId) {
          const owner = room.clients.get(clientId);
          if (owner === undefined) unknown.add(clientId);
          // one that another region issued has its clock there, whoever's it is
          return owner === seatId && clientId >>> 24 === plans.regionNumber;
        },
        may,
      },
      sent.serverMade ? SERVER_LIMITS : CLIENT_LIMITS,
    );
  const verdict = pass();
  if (verdict.ok || unknown.size === 0) return verdict;
  const rows: { client_id: number; seat_id: string }[] = await plans.database.source.query(
    'SELECT client_id, seat_id FROM plan_client WHERE plan_id = $1 AND seat_id = $2',
    [room.id, seatId],
  );
  for (const row of rows) room.clients.set(row.client_id, row.seat_id);
  return rows.some((row) => unknown.has(row.client_id)) ? pass() : verdict;
}

async function catchUp(plans: Plans, planId: string): Promise<Room> {
  const now = (await plans.rooms.open([planId])).get(planId);
  return now ?? fail(toError({ code: 'NOT_FOUND' }));
}

/** @returns the cursor of an edit committed before under this id with these bytes; undefined when there is none */
async function findRepeated(plans: Plans, seatId: string, sent: Sent): Promise<string | undefined> {
  const [known]: { seq: string; epoch: number; update: Buffer }[] = await plans.database.source.query(
    'SELECT seq, epoch, update FROM plan_edit WHERE plan_id = $1 AND seat_id = $2 AND edit_id = $3',
    [sent.planId, seatId, sent.editId],
  );
  if (!known) return undefined;
  if (Buffer.compare(known.update, sent.update) !== 0) throw toError({ code: 'EDIT_ID_REUSED' });
  return plans.rooms.cursors(sent.planId).encode({ epoch: known.epoch, seq: Number(known.seq) });
}

function isFull(room: Room, verdict: Passed): boolean {
  const grows = verdict.changes.some(({ action }) => action === 'create' || action === 'edit');
  if (!grows || verdict.clients.length === 0) return false;
  const creates = verdict.changes.some(({ action }) => action === 'create');
  return room.bytes > planLimits.bytes || (creates && room.doc.getMap('nodes').size >= planLimits.nodes);
}

const fail = (error: Error): never => {
  throw error;
};

function toError({ code, message = '', epoch, stateVector }: Omit<Refused, 'ok'>): ApiError {
  switch (code) {
    case 'EPOCH_CHANGED':
      return new ApiError(code, 'The plan has a new epoch: drop the local document and open it again.', { epoch });
    case 'PLAN_FROZEN':
      return new ApiError(code, 'The plan takes edits only as a draft or when changes were requested.');
    case 'EDIT_ID_REUSED':
      return new ApiError(code, 'This editId was used with other bytes: give each edit its own.');
    case 'NOT_FOUND':
      return new ApiError(code, 'There is no such plan, or you may not see it.');
    case 'RESYNC':
    case 'CLOCK':
      return new ApiError('RESYNC', 'The edit builds on something this plan has not got.', {
        stateVector: toBase64(stateVector ?? new Uint8Array([0])),
      });
    default:
      return new ApiError(code, `${message}.`);
  }
}
