import type { Actor } from '../../../kit/context.ts';
import { claim, requireSeat } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { PLAN_KEY, textFields } from '../document/fields.ts';
import type { Plans } from '../plans.ts';
import { mayEditObjective, mayEditPlan } from '../policy.ts';
import { readTouches } from '../translations/touches.ts';
import { splitId, viewFor } from '../view.ts';

export interface ConfirmTranslation {
  clientMutationId: string;
  nodeId: string;
  field: string;
  locale: string;
}

/**
 * Says that a translation is still right, although its source has changed: it is no longer STALE.
 * @returns the plan's id
 * @throws Problem ForbiddenError, ValidationError
 */
export async function confirmTranslation(plans: Plans, actor: Actor, input: ConfirmTranslation): Promise<string> {
  const { nodeId, field, locale } = input;
  requireSeat(actor);
  const [planId, key] = splitId(nodeId) ?? [nodeId, PLAN_KEY];
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  const place = key === PLAN_KEY ? undefined : view?.places.get(key);
  if (!view || (key !== PLAN_KEY && !place)) throw forbidden('There is no such text, or you may not see it.');
  const objective = place?.objective ?? null;
  const may = objective ? mayEditObjective(actor, view.plan, view.factsOf(objective)) : mayEditPlan(actor, view.plan);
  if (!may) throw forbidden('A translation is confirmed by who may edit it.');
  const kind = place?.node.kind ?? 'plan';
  if (![...textFields(kind)].some(([name]) => name === field))
    throw invalid('field: there is no such text.', 'input', 'field');
  if (!view.tree.locales.includes(locale) || locale === view.plan.sourceLocale)
    throw invalid('locale: one that the plan is translated to.', 'input', 'locale');
  await readTouches(plans, [planId]);
  await plans.database.transaction(async ({ manager }) => {
    const { first } = await claim(manager, actor, 'confirmTranslation', input, planId);
    if (!first) return;
    // As far as the reader has read: what is typed in the source at this moment makes it stale again.
    await manager.query(
      `INSERT INTO plan_touch AS t (plan_id, node_key, field, locale, seq, at) VALUES ($1, $2, $3, $4, $5, now())
       ON CONFLICT (plan_id, node_key, field, locale) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE t.seq < excluded.seq`,
      [planId, key, field, locale, view.room.seq],
    );
  });
  return planId;
}
