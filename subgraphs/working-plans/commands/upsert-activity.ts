import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { claim } from '../../../kit/once.ts';
import { forbidden, fromInput, invalid } from '../../../kit/types.ts';
import { createNode, PlanEditError, setFields } from '../document/edit.ts';
import type { UpsertActivityInput } from '../inputs/nodes.ts';
import type { Plans } from '../plans.ts';
import { type PlanView, splitId, viewFor } from '../view.ts';
import { enterAsEditor, issueClient } from './join.ts';
import { take } from './push.ts';

/**
 * Adds or changes an activity by the road of typing: an update of the document, guarded, logged and sent to all who have the plan open. The claim of
 * `clientMutationId` comes first, on its own; who repeats the call goes on where the first one stopped, since the edit has the same id.
 * @returns the activity's id
 * @throws Problem ForbiddenError, ValidationError; ApiError PLAN_FROZEN, PLAN_FULL
 */
export async function upsertActivity(plans: Plans, actor: Actor, input: UpsertActivityInput): Promise<string> {
  const [planId = '', outcomeKey = ''] = splitId(input.outcomeId) ?? [];
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  const outcome = view?.places.get(outcomeKey);
  if (!view || !outcome?.outcome || outcome.node !== outcome.outcome) {
    throw forbidden('There is no such outcome, or you may not see it.');
  }
  const { manager } = plans.database.source;
  const { room, seatId } = await enterAsEditor(plans, actor, planId).catch(asProblem);
  const { id } = await claim(
    manager,
    actor,
    'upsertActivity',
    input,
    input.id ?? `${planId}/a-${ulid().toLowerCase()}`,
  );
  const editId = `mutation:${input.clientMutationId}`;
  const [done] = await manager.query('SELECT 1 FROM plan_edit WHERE plan_id = $1 AND seat_id = $2 AND edit_id = $3', [
    planId,
    seatId,
    editId,
  ]);
  if (done) return id;
  const clientId = await issueClient(manager, planId, seatId, plans.regionNumber);
  room.clients.set(clientId, seatId);
  try {
    const update = write(view, outcomeKey, id, input, clientId);
    await take(plans, actor, seatId, room, { planId, epoch: room.epoch, editId, update });
  } catch (error) {
    return asProblem(error);
  }
  return id;
}

function write(
  view: PlanView,
  outcomeKey: string,
  id: string,
  input: UpsertActivityInput,
  clientId: number,
): Uint8Array {
  const { doc } = view.room;
  const key = keyIn(view, id, 'id');
  const values = Object.fromEntries(
    Object.entries({
      code: input.code,
      title: input.title && fromInput(input.title),
      description: input.description && fromInput(input.description),
      responsible: input.responsibleId,
      countries: input.countries,
      startsOn: input.startsOn,
      endsOn: input.endsOn,
      instrumentArticles: input.instrumentArticles,
    }).filter(([, value]) => value !== undefined && value !== null),
  );
  if (input.id) {
    const place = view.places.get(key);
    if (place?.outcome?.key !== outcomeKey || place.node !== place.activity) {
      throw invalid('id: the outcome has no such activity.', 'input', 'id');
    }
    return setFields(doc, key, values, clientId);
  }
  const after = input.after ? { after: keyIn(view, input.after, 'after') } : {};
  return createNode(doc, { key, kind: 'activity', parent: outcomeKey, values, ...after }, clientId);
}

function keyIn(view: PlanView, id: string, field: string): string {
  const [planId, key] = splitId(id) ?? [];
  if (planId !== view.plan.id || key === undefined)
    throw invalid(`${field}: not an activity of this plan.`, 'input', field);
  return key;
}

function asProblem(error: unknown): never {
  if (error instanceof PlanEditError) throw invalid(`${error.message}.`);
  if (error instanceof ApiError && error.code === 'FORBIDDEN') throw forbidden(error.message);
  throw error;
}
