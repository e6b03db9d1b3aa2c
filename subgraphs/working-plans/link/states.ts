import type { DataSource, QueryFailedError } from 'typeorm';
import type { Transaction } from '../../../kit/database/open.ts';
import type { Peer } from '../../../kit/link.ts';
import { countriesOf } from '../entities/nodes.ts';
import { activityStatusChanged } from '../events.ts';
import type { ActivityStatusName } from '../statuses.ts';
import { PlanView } from '../view.ts';
import type { Listed } from './ask.ts';
import type { Side } from './take.ts';

/** What is kept beside a plan's document, a row a node, each with a version; and the columns that a row says something with. */
const tables = {
  activity_status: ['status', 'note'],
  milestone_status: ['status', 'reached_on', 'evidence'],
  indicator_actual: ['actual'],
} as const;
type Table = keyof typeof tables;
const names = Object.keys(tables) as Table[];
const everywhere = ['version', 'changed_by', 'changed_at'];

/** Alike in two regions that have the same states: when they were set is left out, since shipped ones were set when they were loaded. */
export const hashOfStates = (planId: string) =>
  names
    .map((table) => {
      const row = `jsonb_build_array(${['node_key', 'version', ...tables[table]].join(', ')})`;
      return `coalesce((SELECT md5(string_agg(${row}::text, ',' ORDER BY node_key COLLATE "C")) FROM ${table} WHERE plan_id = ${planId}), '')`;
    })
    .join(" || ':' || ");

export type States = Record<Table, Record<string, unknown>[]>;

export async function readStates(source: DataSource, planId: string): Promise<States> {
  const found: Partial<States> = {};
  for (const table of names)
    found[table] = await source.query(
      `SELECT node_key, ${[...tables[table], ...everywhere].map((column) => `to_jsonb(${column}) AS ${column}`).join(', ')}
       FROM ${table} WHERE plan_id = $1 ORDER BY node_key`,
      [planId],
    );
  return found as States;
}

const askStates = async (peer: Peer, planId: string): Promise<States> => {
  const { replicatedStates } = await peer.ask<{ replicatedStates: States | null }>(
    'query ReplicatedStates($planId: ID!) { replicatedStates(planId: $planId) }',
    { planId },
  );
  if (!replicatedStates) throw new Error('the peer no longer shows this plan');
  return replicatedStates;
};

/**
 * Takes over the states of nodes that were set at the peer. Both regions set them, as people report where they are; a higher version is the later word. Where
 * both have set one from the same version at once, the home's stands, in both. ACTIVITY_STATUS_CHANGED is said here too.
 */
export async function mergeStates(side: Side, peer: Peer, listed: Listed, isHome: boolean): Promise<void> {
  const { plans, log, region } = side;
  const { source } = plans.database;
  const [own] = await source.query(`SELECT ${hashOfStates('$1')} AS hash`, [listed.id]);
  if (own.hash === listed.stateHash) return;
  const states = await askStates(peer, listed.id);
  const room = (await plans.rooms.open([listed.id])).get(listed.id);
  if (!room) return;
  const view = new PlanView(room);
  await plans.database.transaction(async (tx) => {
    await tx.manager.query('SELECT FROM plan WHERE id = $1 FOR SHARE', [listed.id]);
    const before = await readActivities(tx, listed.id);
    for (const table of names) {
      const rows = Array.isArray(states[table]) ? states[table] : [];
      const merged = (some: typeof rows) => isTaken(tx, () => merge(tx, listed.id, table, some, isHome));
      if (await merged(rows)) continue;
      for (const row of rows)
        if (!(await merged([row])))
          log.error('a state from another region is none here', {
            peer: region,
            plan: listed.id,
            table,
            node: row.node_key,
          });
    }
    for (const [key, { status: to, version }] of await readActivities(tx, listed.id)) {
      const from = before.get(key)?.status ?? 'PROPOSED';
      const place = view.places.get(key);
      if (from === to || !place?.activity || !place.objective) continue;
      const about = {
        networkIds: view.networksOf(place.objective),
        thematicArea: place.objective.thematicArea,
        countries: countriesOf(place.activity),
      };
      const change = { activityId: view.idOf(place.node), planId: listed.id, from, to, version };
      tx.publish(activityStatusChanged(room.plan, about, change));
    }
  });
}

type Activities = Map<string, { status: ActivityStatusName; version: number }>;

async function readActivities({ manager }: Transaction, planId: string): Promise<Activities> {
  const rows: { node_key: string; status: ActivityStatusName; version: number }[] = await manager.query(
    'SELECT node_key, status, version FROM activity_status WHERE plan_id = $1',
    [planId],
  );
  return new Map(rows.map(({ node_key, ...state }) => [node_key, state]));
}

/** @returns false where a row is not one of ours: a status of another release, a node without a key. Nothing of `work` is left then. */
async function isTaken({ manager }: Transaction, work: () => Promise<void>): Promise<boolean> {
  await manager.query('SAVEPOINT states');
  try {
    await work();
    return true;
  } catch (error) {
    await manager.query('ROLLBACK TO SAVEPOINT states');
    const { code } = ((error as QueryFailedError).driverError ?? {}) as { code?: string };
    if (/^2[23]/.test(code ?? '')) return false; // data exceptions, and constraints
    throw error;
  } finally {
    await manager.query('RELEASE SAVEPOINT states');
  }
}

async function merge(
  { manager }: Transaction,
  planId: string,
  table: Table,
  rows: readonly Record<string, unknown>[],
  isHome: boolean,
): Promise<void> {
  const said = tables[table];
  const columns = [...said, ...everywhere];
  const row = (of: string) => `(${said.map((column) => `${of}.${column}`).join(', ')}, ${of}.version)`;
  await manager.query(
    `INSERT INTO ${table} AS own (plan_id, node_key, ${columns.join(', ')})
     SELECT $1, node_key, ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $2)
     ON CONFLICT (plan_id, node_key) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
     WHERE excluded.version > own.version OR ($3 AND excluded.version = own.version AND ${row('excluded')} IS DISTINCT FROM ${row('own')})`,
    [planId, JSON.stringify(rows), isHome],
  );
}
