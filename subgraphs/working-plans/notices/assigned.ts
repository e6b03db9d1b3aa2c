import type { EntityManager } from 'typeorm';
import { addNotices, settleNotices } from '../../../kit/notices/write.ts';
import type { Localized } from '../../../kit/types.ts';

/** Rows of a plan's projection by node key, each as JSON. */
type Rows = ReadonlyMap<string, string>;
interface Row {
  kind: string;
  responsible: string | null;
}

const keyOf = (planId: string, nodeKey: string, organisationId: string) =>
  `assigned ${planId}/${nodeKey} ${organisationId}`;

const responsibleIn = (json: string | undefined): string | null => {
  if (json === undefined) return null;
  const { kind, responsible } = JSON.parse(json) as Row;
  return kind === 'activity' ? responsible : null;
};

/**
 * Tells organisations which activities they have become responsible for, with the projection that finds it: so it is told however it was written, and
 * though the process that took the edit has died. A draft that amends a plan repeats what its owners know.
 * @param titleOf a node's title in its languages
 * @returns whether anybody was told
 */
export async function tellAssigned(
  manager: EntityManager,
  planId: string,
  before: Rows,
  after: Rows,
  titleOf: (nodeKey: string) => Localized,
): Promise<boolean> {
  const told: { nodeKey: string; organisationId: string }[] = [];
  const over: string[] = [];
  for (const [nodeKey, row] of after) {
    if (before.get(nodeKey) === row) continue;
    const [was, is] = [responsibleIn(before.get(nodeKey)), responsibleIn(row)];
    if (was === is) continue;
    if (was !== null) over.push(keyOf(planId, nodeKey, was));
    if (is !== null) told.push({ nodeKey, organisationId: is });
  }
  for (const [nodeKey, row] of before) {
    const was = after.has(nodeKey) ? null : responsibleIn(row);
    if (was !== null) over.push(keyOf(planId, nodeKey, was));
  }
  if (told.length + over.length === 0) return false;
  const query = (sql: string, parameters: unknown[]) => manager.query(sql, parameters);
  if (over.length > 0) await settleNotices(query, over);
  if (told.length === 0) return false;
  const [plan]: { networkIds: string[]; sourceLocale: string; known: string[] }[] = await manager.query(
    `SELECT network_ids AS "networkIds", source_locale AS "sourceLocale", ARRAY(
       SELECT n.node_key || ' ' || n.responsible FROM plan_node n
       WHERE n.plan_id = p.amends AND n.responsible IS NOT NULL AND n.node_key = ANY ($2)) AS known
     FROM plan p WHERE p.id = $1 AND p.status NOT IN ('SUPERSEDED', 'ARCHIVED')`,
    [planId, told.map(({ nodeKey }) => nodeKey)],
  );
  if (!plan) return false;
  await addNotices(
    query,
    told
      .filter(({ nodeKey, organisationId }) => !plan.known.includes(`${nodeKey} ${organisationId}`))
      .map(({ nodeKey, organisationId }) => ({
        kind: 'ASSIGNED' as const,
        key: keyOf(planId, nodeKey, organisationId),
        target: { type: 'Activity' as const, id: `${planId}/${nodeKey}` },
        aboutId: planId,
        networkIds: plan.networkIds,
        // Whatever the plan's own: its owners' drafts are theirs, and an assignment is nobody else's business.
        visibility: 'NETWORK' as const,
        to: { organisationId },
        titles: titleOf(nodeKey),
        sourceLocale: plan.sourceLocale,
      })),
  );
  return true;
}
