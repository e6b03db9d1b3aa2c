import type { EntityManager } from 'typeorm';
import type { Database } from '../../../kit/database/open.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import { settleNotices } from '../../../kit/notices/write.ts';
import { type Rounds, startRounds } from '../../../kit/rounds.ts';
import { todayIn } from '../../../kit/zone.ts';
import { load } from '../document/state.ts';
import { readPlans } from '../room/read.ts';
import { titlesIn } from './titles.ts';

/** Where days end first: what is late nowhere is not looked at. When it is late where a reader is, members knows. */
const eastmost = 'Pacific/Kiritimati';
const plansAtOnce = 50; // the rest are found the next time

interface Late {
  nodeKey: string;
  kind: 'activity' | 'milestone';
  dueOn: string;
  organisationId: string;
}

/**
 * SQL: nodes of plans `p` whose day is over before $1, neither done nor given up, with who is responsible. An open amendment's are those of the plan
 * that it amends.
 */
const late = `SELECT n.plan_id, n.node_key, n.kind, n.due_on, a.responsible AS organisation_id
  FROM plan p JOIN plan_node n ON n.plan_id = p.id AND n.kind IN ('activity', 'milestone')
  JOIN plan_node a ON a.plan_id = n.plan_id AND a.node_key = CASE n.kind WHEN 'activity' THEN n.node_key ELSE n.parent END
  LEFT JOIN activity_status s ON s.plan_id = n.plan_id AND s.node_key = a.node_key
  LEFT JOIN milestone_status m ON n.kind = 'milestone' AND m.plan_id = n.plan_id AND m.node_key = n.node_key
  WHERE (p.status = 'ADOPTED' OR (p.status IN ('DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED') AND p.amends IS NULL))
    AND n.due_on COLLATE "C" < $1 AND a.responsible IS NOT NULL
    AND coalesce(s.status, 'PROPOSED') NOT IN ('COMPLETED', 'CANCELLED', 'DEFERRED')
    AND coalesce(m.status, 'PENDING') NOT IN ('REACHED', 'DROPPED')`;

const isTold = `t.plan_id = l.plan_id AND t.node_key = l.node_key AND t.due_on = l.due_on AND t.organisation_id = l.organisation_id`;

/**
 * Tells organisations which of their activities and milestones are late, each once; what is late no more is settled. Any number of processes may do so
 * at once: who notes it first in \`told_late\` tells it, in one transaction.
 * @param report is told of each plan that failed; the others are done
 */
export async function tellLate(
  database: Database,
  now: () => Date = () => new Date(),
  report: (error: unknown) => void = () => {},
): Promise<void> {
  const today = todayIn(eastmost, now());
  const plans: { id: string }[] = await database.source.query(
    `WITH late AS (${late})
     SELECT plan_id AS id FROM late l WHERE NOT EXISTS (SELECT FROM told_late t WHERE ${isTold})
     UNION SELECT plan_id FROM told_late t WHERE NOT EXISTS (SELECT FROM late l WHERE ${isTold})
     ORDER BY 1 LIMIT ${plansAtOnce}`,
    [today],
  );
  for (const { id } of plans) await tellLateOf(database, id, today).catch(report);
}

const tellLateOf = (database: Database, planId: string, today: string): Promise<void> =>
  database.transaction(async ({ manager, notify }) => {
    const keyOf = ({ nodeKey, dueOn, organisationId }: Omit<Late, 'kind'>) =>
      `late ${planId}/${nodeKey} ${dueOn} ${organisationId}`;
    // A redaction waits, or has taken out what the titles below would say.
    await manager.query('SELECT FROM plan WHERE id = $1 FOR SHARE', [planId]);
    const columns = `node_key AS "nodeKey", due_on AS "dueOn", organisation_id AS "organisationId"`;
    const [over]: [Omit<Late, 'kind'>[], number] = await manager.query(
      `WITH late AS (${late} AND p.id = $2)
       DELETE FROM told_late t WHERE t.plan_id = $2 AND NOT EXISTS (SELECT FROM late l WHERE ${isTold}) RETURNING ${columns}`,
      [today, planId],
    );
    if (over.length > 0) await settleNotices((sql, parameters) => manager.query(sql, parameters), over.map(keyOf));
    const fresh: Omit<Late, 'kind'>[] = await manager.query(
      `WITH late AS (${late} AND p.id = $2)
       INSERT INTO told_late (plan_id, node_key, due_on, organisation_id)
       SELECT plan_id, node_key, due_on, organisation_id FROM late ORDER BY node_key
       ON CONFLICT DO NOTHING RETURNING ${columns}`,
      [today, planId],
    );
    if (fresh.length === 0) return;
    const { plan, titleOf, kindOf } = await readForTitles(manager, planId);
    for (const one of fresh) {
      notify({
        kind: 'LATE',
        key: keyOf(one),
        target: {
          type: kindOf(one.nodeKey) === 'milestone' ? 'Milestone' : 'Activity',
          id: `${planId}/${one.nodeKey}`,
        },
        aboutId: planId,
        networkIds: plan.networkIds,
        visibility: 'NETWORK',
        to: { organisationId: one.organisationId },
        titles: titleOf(one.nodeKey),
        sourceLocale: plan.sourceLocale,
        dueOn: one.dueOn,
      });
    }
  });

async function readForTitles(manager: EntityManager, planId: string) {
  const { plan, snapshot, edits } = (await readPlans(manager, [{ id: planId, seq: null, epoch: null }])).get(planId)!;
  const updates = edits.map(({ update }) => update);
  const doc = load(snapshot?.bytes ?? null, updates);
  const kindOf = (nodeKey: string): unknown => {
    const node = doc.getMap('nodes').get(nodeKey);
    return (node as { get?: (field: string) => unknown } | undefined)?.get?.('kind');
  };
  return { plan, titleOf: titlesIn(doc), kindOf };
}

/** Tells what is late, now and from time to time. `stop` lets a run that is under way end. Safe to call twice. */
export function startLateNotices(database: Database, log: Log, everyMs = 300_000): Rounds {
  const failed = (error: unknown) => log.warn('late items cannot be told of; trying again', describeError(error));
  return startRounds(() => tellLate(database, undefined, failed), { everyMs, failed });
}
