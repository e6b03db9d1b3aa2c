import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import { claim, findClaim, forgotten, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import type { Plans } from '../../plans.ts';
import { mayEditObjective, maySetActivityStatus } from '../../policy.ts';
import { splitId, viewFor } from '../../view.ts';
import { refuseHistory } from '../nodes/status.ts';
import { isCountry } from '../nodes/vocabulary.ts';

export interface AddStrategy {
  clientMutationId: string;
  activityId: string;
  title: string;
  url?: string | null;
  country?: string | null;
}

const mostAnActivity = 20;

/** An activity, for who may say what it serves: its responsible organisation, its objective's editors and lead, steering and coordinators. */
async function enter(plans: Plans, actor: Actor, activityId: string) {
  const [planId = '', nodeKey = ''] = splitId(activityId) ?? [];
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  const place = view?.places.get(nodeKey);
  if (!view || place?.node.kind !== 'activity') throw forbidden('There is no such activity, or you may not see it.');
  const { plan } = view;
  const may =
    maySetActivityStatus(actor, plan, view.activityFacts(place)) ||
    (actor.kind === 'SEAT' && mayEditObjective(actor, plan, view.factsOf(place.objective!)));
  if (!may)
    throw forbidden(
      'This belongs to the responsible organisation, editors, the group’s lead, steering and coordinators.',
    );
  return { planId, nodeKey, seatId: requireSeat(actor) };
}

/**
 * Says which national or regional strategy an activity serves. In every status of the plan but when it is history: it is no part of what was adopted.
 * @returns the link's id
 * @throws Problem ForbiddenError, ValidationError
 */
export async function addStrategy(plans: Plans, actor: Actor, input: AddStrategy): Promise<string> {
  const { planId, nodeKey, seatId } = await enter(plans, actor, input.activityId);
  const { title, url, country } = check(input);
  const newId = `strategy:${ulid()}`;
  return plans.database.transaction(async (tx) => {
    const { id, first } = await claim(tx.manager, actor, 'addStrategyLink', input, newId);
    if (!first) return id;
    await refuseHistory(tx, planId);
    await tx.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 4904823))', [input.activityId]);
    const [{ count }] = await tx.manager.query(
      'SELECT count(*)::int AS count FROM plan_strategy WHERE plan_id = $1 AND node_key = $2',
      [planId, nodeKey],
    );
    if (count >= mostAnActivity)
      throw invalid(`An activity has at most ${mostAnActivity} of them.`, 'input', 'activityId');
    await tx.manager.query(
      'INSERT INTO plan_strategy (id, plan_id, node_key, title, url, country, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [newId, planId, nodeKey, title, url, country, seatId],
    );
    return newId;
  });
}

function check({ title, url = null, country = null }: AddStrategy) {
  const trimmed = title.trim();
  if (trimmed === '' || trimmed.length > 300 || /[\0\p{Cs}]/u.test(trimmed))
    throw invalid('title: 1 to 300 characters, without U+0000.', 'input', 'title');
  // Shown as a link: only what leads to the web, and without what browsers pass over in a scheme.
  if (url !== null && (url.length > 1_000 || !/^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/iu.test(url) || !URL.canParse(url)))
    throw invalid('url: an address of the web, of at most 1,000 characters.', 'input', 'url');
  if (country !== null && !isCountry(country)) throw invalid("country: a country's code.", 'input', 'country');
  return { title: trimmed, url, country };
}

/** @returns the activity's id @throws Problem ForbiddenError, ValidationError */
export async function removeStrategy(
  plans: Plans,
  actor: Actor,
  input: { clientMutationId: string; id: string },
): Promise<string> {
  const none = 'There is no such link, or you may not see it.';
  if (input.id.includes('\u0000')) throw forbidden(none);
  const { manager } = plans.database.source;
  const [known] = await manager.query('SELECT plan_id, node_key FROM plan_strategy WHERE id = $1', [input.id]);
  if (!known) {
    // A call that is repeated is answered as the first time.
    return (await findClaim(manager, actor, 'removeStrategyLink', input)) ?? Promise.reject(forbidden(none));
  }
  const activityId = `${known.plan_id}/${known.node_key}`;
  const { planId } = await enter(plans, actor, activityId);
  return plans.database.transaction(async (tx) => {
    const { id, first } = await claim(tx.manager, actor, 'removeStrategyLink', input, activityId);
    if (!first) return id;
    await refuseHistory(tx, planId);
    await tx.manager.query('DELETE FROM plan_strategy WHERE id = $1', [input.id]);
    // No redaction would find what it was made from any more.
    await tx.manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [input.id, forgotten]);
    return activityId;
  });
}
