import type { DataSource, EntityManager } from 'typeorm';
import type { Localized } from '../../../kit/types.ts';
import { type OutlineNode, readOutline } from '../document/outline.ts';
import { load } from '../document/state.ts';
import { tellAssigned } from '../notices/assigned.ts';
import { titlesIn } from '../notices/titles.ts';
import { readPlans } from '../room/read.ts';
import type { Position } from '../room/room.ts';

/** A plan's rows as the table has them at a revision: each as JSON, by node key. */
export interface Known {
  revision: string;
  rows: ReadonlyMap<string, string>;
}

const columns = `node_key text, kind text, parent text, path text[], code text, objective_key text, thematic_area text, responsible text,
  expert_group text, partners text[], countries text[], starts_on text, due_on text`;
const names = columns.split(',').map((column) => column.trim().split(' ')[0]!);

const toRow = (node: OutlineNode) => ({
  node_key: node.key,
  kind: node.kind,
  parent: node.parent,
  path: node.path,
  code: node.code,
  objective_key: node.objectiveKey,
  thematic_area: node.thematicArea,
  responsible: node.responsible,
  expert_group: node.expertGroup,
  partners: node.partners,
  countries: node.countries,
  starts_on: node.startsOn,
  due_on: node.dueOn,
});

const toRows = (outline: readonly OutlineNode[]): Map<string, string> =>
  new Map(outline.map((node) => [node.key, JSON.stringify(toRow(node))]));

/** Who has become responsible for an activity is told so. */
export interface Telling {
  /** A node's title in its languages. */
  titleOf?: (nodeKey: string) => Localized;
  /** After the commit, when somebody was told. */
  onTold?: (() => void) | undefined;
}

/**
 * Writes a plan's rows as they are at `at`, unless the table is there or further already. Who writes holds the plan's row of `plan_projection`, never that of
 * `plan`: the log does not wait for it. Only rows that differ are written, and who has become responsible is told.
 * @param known what the caller believes the table has; read again when the revision is another
 * @returns what the table has now; undefined when it was further already
 */
export async function writeOutline(
  source: DataSource,
  planId: string,
  at: Position,
  outline: readonly OutlineNode[],
  known?: Known,
  { titleOf = () => ({}), onTold }: Telling = {},
): Promise<Known | undefined> {
  let isTold = false;
  const written = await source.transaction(async (manager) => {
    // Who reads waits for this: of a plan that a long redaction holds, it goes on with the rows from before.
    await manager.query("SET LOCAL lock_timeout = '2s'");
    const head = await lock(manager, planId);
    if (head.epoch > at.epoch || (head.epoch === at.epoch && Number(head.seq) >= at.seq)) return undefined;
    const before = known?.revision === head.revision ? known.rows : await readRows(manager, planId);
    const after = toRows(outline);
    const now = await replace(manager, planId, at, head.revision, before, after);
    isTold = await tellAssigned(manager, planId, before, after, titleOf);
    return now;
  });
  if (isTold) onTold?.();
  return written;
}

/**
 * Makes a plan's rows anew from the snapshot and the log, as the transaction of `manager` sees them, whatever the table has. For a redaction, which gives its own
 * manager so that what was redacted is gone with its commit; and for repairs.
 */
export async function rebuildProjection(manager: EntityManager, planId: string): Promise<void> {
  const { revision } = await lock(manager, planId);
  // Read after the lock: at least as new as anything that was written here before.
  const reading = (await readPlans(manager, [{ id: planId, seq: null, epoch: null }])).get(planId);
  const before = await readRows(manager, planId);
  await manager.query('DELETE FROM plan_node WHERE plan_id = $1', [planId]);
  // What a process knew of the rows is void, also where there are none now.
  await manager.query('UPDATE plan_projection SET revision = revision + 1 WHERE plan_id = $1', [planId]);
  if (!reading) {
    await manager.query('DELETE FROM plan_projection WHERE plan_id = $1', [planId]);
    return;
  }
  const { snapshot, edits, plan } = reading;
  const doc = load(
    snapshot?.bytes ?? null,
    edits.map(({ update }) => update),
  );
  const after = toRows(readOutline(doc));
  await replace(manager, planId, plan, revision, new Map(), after);
  await tellAssigned(manager, planId, before, after, titlesIn(doc));
  doc.destroy();
}

async function lock(manager: EntityManager, planId: string): Promise<{ epoch: number; seq: string; revision: string }> {
  await manager.query('INSERT INTO plan_projection (plan_id, epoch, at_seq) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING', [
    planId,
  ]);
  const [head] = await manager.query(
    'SELECT epoch, at_seq AS seq, revision FROM plan_projection WHERE plan_id = $1 FOR UPDATE',
    [planId],
  );
  return head;
}

async function readRows(manager: EntityManager, planId: string): Promise<Map<string, string>> {
  const rows: Record<string, unknown>[] = await manager.query(
    `SELECT ${names.join(', ')} FROM plan_node WHERE plan_id = $1`,
    [planId],
  );
  return new Map(rows.map((row) => [row.node_key as string, JSON.stringify(row)]));
}

async function replace(
  manager: EntityManager,
  planId: string,
  at: Position,
  revision: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<Known> {
  const gone = [...before.keys()].filter((key) => !after.has(key));
  const changed = [...after].filter(([key, row]) => before.get(key) !== row).map(([, row]) => row);
  if (gone.length > 0)
    await manager.query('DELETE FROM plan_node WHERE plan_id = $1 AND node_key = ANY($2)', [planId, gone]);
  if (changed.length > 0) {
    const set = names.map((name) => `${name} = excluded.${name}`).join(', ');
    await manager.query(
      `INSERT INTO plan_node (plan_id, ${names.join(', ')}, at_seq)
       SELECT $1, ${names.map((name) => `r.${name}`).join(', ')}, $3 FROM jsonb_to_recordset($2::jsonb) AS r(${columns})
       ON CONFLICT (plan_id, node_key) DO UPDATE SET ${set}, at_seq = excluded.at_seq`,
      [planId, `[${changed.join(',')}]`, at.seq],
    );
  }
  const moved = gone.length + changed.length > 0 ? 1 : 0;
  await manager.query(
    'UPDATE plan_projection SET epoch = $2, at_seq = $3, revision = revision + $4 WHERE plan_id = $1',
    [planId, at.epoch, at.seq, moved],
  );
  return { revision: String(BigInt(revision) + BigInt(moved)), rows: after };
}
