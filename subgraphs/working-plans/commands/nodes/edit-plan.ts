import { createHash, randomUUID } from 'node:crypto';
import * as Y from 'yjs';
import type { Actor } from '../../../../kit/context.ts';
import { ApiError } from '../../../../kit/errors.ts';
import { claim, findClaim } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import { completeTexts, PlanEditError } from '../../document/edit.ts';
import { readHead } from '../../document/read.ts';
import type { Plans } from '../../plans.ts';
import { isOpen } from '../../policy.ts';
import type { Room } from '../../room/room.ts';
import { PlanView } from '../../view.ts';
import { enterAsEditor, issueClient } from '../join.ts';
import { take } from '../push.ts';
import { mayChange } from '../rights.ts';

export interface ClientInput {
  clientMutationId: string;
}
/** What a typed edit is written against: the plan as it is now, and the client id that the server writes with for this seat. */
export interface Writing {
  view: PlanView;
  clientId: number;
}
export interface TypedEdit {
  /** The mutation's name: a `clientMutationId` used for one is not used for another. */
  command: string;
  input: ClientInput;
  planId: string;
  /** What the caller is told, the first time and each time after. */
  id: string;
  /** The node it changes: who may not edit that is refused also where nothing would change. */
  key?: string;
  /**
   * Reads from the database what `write` needs besides the plan and the input; called before each `write` anew. What it reads counts for the epoch in which
   * the reading began: a redaction that comes between refuses the edit, and what it has taken out is read again without it.
   */
  read?(): Promise<void>;
  /**
   * Checks the input against the plan and writes the update (V1); called again when the plan has moved on meanwhile.
   * @throws Problem with the path of the input field at fault
   */
  write(at: Writing): Uint8Array;
  /** In place of the rights of typing, where the edit has a rule of its own. */
  may?: (room: Room) => boolean;
}

/** The ids that the server writes with, by seat: one for all typed edits of a seat while the plan stays open here. */
const clientsOfRoom = new WeakMap<Room, Map<string, number>>();
const bytesOfNothing = 2;

/**
 * The one road of all typed edits of a plan's document: written as an update, then guarded, logged and sent on like typing, so that all who have the
 * plan open see it live. Those of one plan in this process take turns: each is checked against what the one before has made.
 *
 * Done once for a `clientMutationId`: the log holds the edit under an id made from it, and its claim is written after it. Who repeats the call when a
 * process has died between the two is answered from the log.
 * @returns `edit.id`
 * @throws Problem ForbiddenError, ValidationError, ConflictError (the plan takes no edits in its status)
 */
export function editPlan(plans: Plans, actor: Actor, edit: TypedEdit): Promise<string> {
  const { manager } = plans.database.source;
  const { command, input, planId, id } = edit;
  return plans.turns(planId, async () => {
    if ((await findClaim(manager, actor, command, input)) === undefined) {
      await writeOnce(plans, actor, edit).catch((error) => asProblem(plans, planId, error));
      await claim(manager, actor, command, input, id);
    }
    return id;
  });
}

/** The key of a node that a call makes. It follows from the seat and the `clientMutationId`: who repeats the call asks for the same node. */
export function newKey(actor: Actor, planId: string, input: ClientInput, letter: string): string {
  const name = JSON.stringify([actor.seatId ?? actor.subject, planId, input.clientMutationId]);
  return `${letter}-${createHash('sha256').update(name).digest('hex').slice(0, 26)}`;
}

async function writeOnce(plans: Plans, actor: Actor, edit: TypedEdit): Promise<void> {
  const { planId, input } = edit;
  const editId = `mutation:${input.clientMutationId}`;
  for (let attempts = 0; ; attempts++) {
    await plans.rooms.open([planId]); // so that the room has all that is committed
    const { room, seatId } = await enterAsEditor(plans, actor, planId);
    const { epoch, seq } = room; // before anything is read that a redaction may rewrite
    await edit.read?.();
    const writer = await writerOf(plans, room, seatId);
    try {
      await writeAndTake(plans, actor, edit, { room, epoch, seatId, editId, clientId: writer.clientId });
      return;
    } catch (error) {
      if (await isLogged(plans, planId, seatId, editId)) return;
      if (attempts > 0 || !(await isOvertaken(plans, planId, writer, room.seq > seq, error))) throw error;
      clientsOfRoom.get(room)?.delete(seatId);
      room.clients.delete(writer.clientId);
    }
  }
}

interface Attempt {
  room: Room;
  /** The room's when the attempt began. */
  epoch: number;
  seatId: string;
  editId: string;
  clientId: number;
}

async function writeAndTake(
  plans: Plans,
  actor: Actor,
  edit: TypedEdit,
  { room, epoch, seatId, editId, clientId }: Attempt,
): Promise<void> {
  if (!isOpen(room.plan)) throw new ApiError('PLAN_FROZEN', '');
  const may = edit.may && (() => edit.may!(room));
  if (may && !may()) throw new ApiError('FORBIDDEN', 'This is for editors of the networks that own the plan.');
  const send = async (id: string, update: Uint8Array, allowed: typeof may) => {
    if (update.byteLength === bytesOfNothing) return;
    const sent = { planId: room.id, epoch, editId: id, update, serverMade: true };
    await take(plans, actor, seatId, room, allowed ? { ...sent, may: allowed } : sent);
  };
  const write = () => edit.write({ view: new PlanView(room), clientId });
  let update: Uint8Array;
  try {
    update = write();
  } catch (error) {
    // A node made by someone who did not know a locale yet, or no texts at all, lacks what this is to write into.
    if (!(error instanceof PlanEditError) || error.code !== 'UNKNOWN_LOCALE') throw error;
    // Two processes may complete it at once: one is refused, and finds the other's.
    await send(`texts:${randomUUID()}`, completeTexts(room.doc, clientId), () => true).catch(() => {});
    await plans.rooms.open([room.id]);
    update = write();
  }
  if (update.byteLength === bytesOfNothing && edit.key !== undefined) requireRight(actor, room, edit.key);
  await send(editId, update, may);
}

/** Of an edit that changes nothing there is nothing for the guard to judge. @throws ApiError FORBIDDEN */
function requireRight(actor: Actor, room: Room, key: string): void {
  const nodes = room.doc.getMap('nodes');
  const headOf = (at: string) => {
    const node = nodes.get(at);
    return node instanceof Y.Map ? readHead(at, node) : undefined;
  };
  const head = headOf(key);
  let above = head;
  for (let steps = 0; above && above.kind !== 'objective' && above.parent !== null && steps < 8; steps++)
    above = headOf(above.parent);
  if (!head || !above) return;
  const objectives = above.kind === 'objective' ? [above.key] : [];
  const change = { nodeKey: key, kind: head.kind, locale: null, value: undefined, objectives };
  if (!mayChange(actor, room, { ...change, action: 'edit', field: 'code' }))
    throw new ApiError('FORBIDDEN', `May not edit ${key}.`);
}

interface Writer {
  clientId: number;
  isNew: boolean;
}

async function writerOf(plans: Plans, room: Room, seatId: string): Promise<Writer> {
  const ids = clientsOfRoom.get(room) ?? new Map<string, number>();
  clientsOfRoom.set(room, ids);
  const known = ids.get(seatId);
  if (known !== undefined) return { clientId: known, isNew: false };
  const clientId = await issueClient(plans.database.source.manager, room.id, seatId, plans.regionNumber);
  ids.set(seatId, clientId);
  room.clients.set(clientId, seatId);
  return { clientId, isNew: true };
}

/**
 * Whether another try may pass: the plan has a new epoch, another process came first or made the same (the plan has `moved`), or the writer's id has ended
 * meanwhile.
 */
async function isOvertaken(
  plans: Plans,
  planId: string,
  { clientId, isNew }: Writer,
  moved: boolean,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof ApiError)) return false;
  if (error.code === 'EPOCH_CHANGED' || error.code === 'RESYNC') return true;
  if (error.code !== 'FORBIDDEN') return false;
  if (moved || isNew) return moved;
  const [there] = await plans.database.source.query('SELECT 1 FROM plan_client WHERE plan_id = $1 AND client_id = $2', [
    planId,
    clientId,
  ]);
  return there === undefined;
}

async function isLogged(plans: Plans, planId: string, seatId: string, editId: string): Promise<boolean> {
  const [logged] = await plans.database.source.query(
    'SELECT 1 FROM plan_edit WHERE plan_id = $1 AND seat_id = $2 AND edit_id = $3',
    [planId, seatId, editId],
  );
  return logged !== undefined;
}

async function asProblem(plans: Plans, planId: string, error: unknown): Promise<never> {
  if (error instanceof PlanEditError) throw invalid(`${error.message}.`);
  if (!(error instanceof ApiError)) throw error;
  if (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND') throw forbidden(error.message);
  if (error.code === 'PLAN_FULL') throw invalid(error.message);
  if (error.code !== 'PLAN_FROZEN') throw error;
  const { status, version } = (await plans.rooms.enter(planId))!.plan;
  throw conflict(`The plan is ${status}: its text is closed.`, version);
}
