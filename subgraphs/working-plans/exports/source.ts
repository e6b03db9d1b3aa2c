import type { ContentNode } from '../document/canonical.ts';
import { contentOf, withoutInternals } from '../document/canonical.ts';
import type { Plans } from '../plans.ts';
import { readActivityStates, readIndicatorStates, readMilestoneStates } from '../statuses.ts';
import { readVersion } from '../versions.ts';
import { PlanView } from '../view.ts';
import type { ExportSource } from './model.ts';

export interface SourceRequest {
  planId: string;
  locale: string;
  version: number | null;
  inside: boolean;
  names: Record<string, string>;
}

/**
 * What a file of a plan is to say, and the epoch that it is of: a redaction that comes later makes it void.
 * @returns undefined when there is no such plan or version
 */
export async function readSource(
  plans: Plans,
  { planId, locale, version, inside, names }: SourceRequest,
  now = new Date(),
): Promise<{ source: ExportSource; epoch: number } | undefined> {
  const room = (await plans.rooms.open([planId])).get(planId);
  if (!room) return undefined;
  const { plan, epoch } = room;
  const { manager } = plans.database.source;
  const live = version === null ? contentOf(new PlanView(room).tree) : undefined;
  const kept = version === null ? undefined : await readVersion(manager, planId, version);
  const whole = live ? { json: live.json, hash: live.hash } : kept && { json: kept.content, hash: kept.contentHash };
  if (!whole) return undefined;
  const states = version === null ? await readStates(plans, planId, inside) : nothing;
  return {
    epoch,
    source: {
      planId,
      content: JSON.parse(inside ? whole.json : withoutInternals(whole.json)) as ContentNode,
      contentHash: whole.hash,
      locale,
      sourceLocale: plan.sourceLocale,
      status: plan.status,
      networkIds: plan.networkIds,
      expertGroups: { ...plan.expertGroups },
      version,
      exportedAt: now.toISOString(),
      names,
      ...states,
    },
  };
}

const nothing = { activities: {}, milestones: {}, actuals: {}, strategies: {} };

/** What became of the activities; why it did stays with the owner networks. */
async function readStates(
  { database }: Plans,
  planId: string,
  inside: boolean,
): Promise<Pick<ExportSource, 'activities' | 'milestones' | 'actuals' | 'strategies'>> {
  const { manager } = database.source;
  const ids = [planId];
  const activities = await readActivityStates(manager, ids);
  const milestones = await readMilestoneStates(manager, ids);
  const indicators = await readIndicatorStates(manager, ids);
  const strategies: { nodeKey: string; title: string; url: string | null }[] = await manager.query(
    'SELECT node_key AS "nodeKey", title, url FROM plan_strategy WHERE plan_id = $1 ORDER BY added_at, id',
    [planId],
  );
  const byNode: ExportSource['strategies'] = {};
  for (const { nodeKey, title, url } of strategies) {
    byNode[nodeKey] ??= [];
    byNode[nodeKey].push({ title, url });
  }
  return {
    activities: Object.fromEntries(
      activities.map(({ nodeKey, status, note }) => [nodeKey, { status, note: inside ? note : null }]),
    ),
    milestones: Object.fromEntries(
      milestones.map(({ nodeKey, status, reachedOn, evidence }) => [nodeKey, { status, reachedOn, evidence }]),
    ),
    actuals: Object.fromEntries(
      indicators.flatMap(({ nodeKey, actual }) => (actual === null ? [] : [[nodeKey, actual]])),
    ),
    strategies: byNode,
  };
}
