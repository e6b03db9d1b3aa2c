import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import type { ThematicArea } from '../../../kit/types.ts';
import type { PlanStatus } from '../entities/plan.ts';
import { mayRead, type PlanFacts } from '../policy.ts';
import type { Projection } from '../projection.ts';
import { splitId } from '../view.ts';
import { isBehind } from './behind.ts';

/** What of a plan's row its activities need. */
export interface PlanHead extends PlanFacts {
  id: string;
  sourceLocale: string;
}
/** An activity as the projection has it: all but its texts and what is below it. */
export interface ActivityHead {
  key: string;
  code: string;
  pos: string;
  responsible: string | null;
  expertGroup: string | null;
  partners: readonly string[];
  countries: readonly string[];
  startsOn: string | null;
  endsOn: string | null;
}
export interface FoundHead {
  plan: PlanHead;
  head: ActivityHead;
}
export interface ActivityFilter {
  networkId?: string | null;
  responsibleId?: string | null;
  thematicArea?: ThematicArea | null;
  status?: string | null;
  dueBefore?: string | null;
  unfinished?: boolean | null;
}
/** Where a list of activities goes on: after this one. `due` is `~` for those without an end: they come last. */
export type ActivityPosition = readonly [due: string, planId: string, key: string];

interface Row {
  planId: string;
  key: string;
  code: string;
  path: string[];
  responsible: string | null;
  expertGroup: string | null;
  bodyId: string | null;
  partners: string[];
  countries: string[];
  startsOn: string | null;
  endsOn: string | null;
}

const planColumns = `p.id, p.network_ids AS "networkIds", p.status, p.visibility, p.expert_groups AS "expertGroups",
  p.source_locale AS "sourceLocale", ${isBehind} AS behind`;
const bodyId = `CASE WHEN n.expert_group LIKE 'body:%' THEN n.expert_group ELSE p.expert_groups ->> n.expert_group END`;
const activityColumns = `n.plan_id AS "planId", n.node_key AS key, n.code, n.path, n.responsible, n.expert_group AS "expertGroup",
  ${bodyId} AS "bodyId", n.partners, n.countries, n.starts_on AS "startsOn", n.due_on AS "endsOn"`;
const due = `coalesce(n.due_on, '~') COLLATE "C"`;
const published = ['ADOPTED', 'SUPERSEDED', 'ARCHIVED'] satisfies PlanStatus[];

/**
 * The projection as one request's actor may read it: rights are judged plan by plan, by the plan's row; what the actor may not read is not there. A plan whose
 * projection lies behind is brought up first, so a reader finds what was committed before it asked.
 */
export function createProjectionReader(source: DataSource, projection: Projection, actor: Actor) {
  let readable: Promise<{ heads: Map<string, PlanHead>; behind: string[] }> | undefined;
  let current: Promise<Map<string, PlanHead>> | undefined;

  async function readPlans() {
    const rows: (PlanHead & { behind: boolean })[] = await source.query(
      `SELECT ${planColumns} FROM plan p LEFT JOIN plan_projection j ON j.plan_id = p.id
       WHERE p.network_ids && $1 OR p.status = ANY ($2) ORDER BY p.created_at DESC, p.id`,
      [actor.networks, published],
    );
    const own = rows.filter((plan) => mayRead(actor, plan));
    return {
      heads: new Map(own.map(({ behind: _, ...plan }) => [plan.id, plan])),
      behind: own.filter(({ behind }) => behind).map(({ id }) => id),
    };
  }

  /** Plans the actor may read, newest first; one statement a request. */
  async function plans(): Promise<Map<string, PlanHead>> {
    readable ??= readPlans();
    return (await readable).heads;
  }

  /** The same, once the projection has all that is committed of them. */
  function projected(): Promise<Map<string, PlanHead>> {
    current ??= plans().then(async (heads) => {
      await projection.catchUp((await readable!).behind);
      return heads;
    });
    return current;
  }

  async function select(where: string, values: readonly unknown[], order: string, limit: number | null) {
    const heads = await projected();
    if (heads.size === 0) return [];
    const rows: Row[] = await source.query(
      `SELECT ${activityColumns} FROM plan_node n JOIN plan p ON p.id = n.plan_id
       LEFT JOIN activity_status s ON s.plan_id = n.plan_id AND s.node_key = n.node_key
       LEFT JOIN objective_networks o ON o.plan_id = n.plan_id AND o.node_key = n.objective_key
       WHERE n.kind = 'activity' AND n.plan_id = ANY ($1) AND ${where} ORDER BY ${order} LIMIT $2`,
      [[...heads.keys()], limit, ...values],
    );
    return rows.map((row) => ({ row, plan: heads.get(row.planId)! }));
  }

  /** One statement for all keys of a request. */
  const by = (where: string, keysOf: (row: Row) => readonly (string | null)[]) =>
    new DataLoader<string, FoundHead[]>(async (keys) => {
      const lists = new Map<string, FoundHead[]>(keys.map((key) => [key, []]));
      const wanted = keys.filter((key) => !key.includes('\u0000'));
      const found = await select(where, [wanted], 'p.created_at DESC, p.id, n.path COLLATE "C"', null);
      for (const { row, plan } of found)
        for (const key of keysOf(row)) if (key !== null) lists.get(key)?.push({ plan, head: toHead(row) });
      return keys.map((key) => lists.get(key)!);
    });

  const byId = new DataLoader<string, FoundHead | null>(async (ids) => {
    const found = await readById(source, actor, ids);
    const behind = [...new Set([...found.values()].filter((f) => f.behind).map((f) => f.plan.id))];
    if (behind.length > 0) {
      await projection.catchUp(behind);
      const again = ids.filter((id) => found.get(id)?.behind);
      for (const [id, now] of await readById(source, actor, again)) found.set(id, now);
    }
    return ids.map((id) => {
      const { plan, row } = found.get(id) ?? {};
      return plan && row ? { plan, head: toHead(row) } : null;
    });
  });

  return {
    plans,
    /** An activity by its global id. */
    activity: byId,
    ofOrganisation: by('n.responsible = ANY ($3)', (row) => [row.responsible]),
    ofBody: by(`${bodyId} = ANY ($3)`, (row) => [row.bodyId]),
    ofCountry: by('n.countries && $3', (row) => row.countries),
    /** Those that end first come first; up to `limit`. */
    async page(filter: ActivityFilter, after: ActivityPosition | null, limit: number): Promise<FoundHead[]> {
      const { networkId, responsibleId, thematicArea, status, dueBefore, unfinished } = filter;
      if (networkId?.includes('\u0000') || responsibleId?.includes('\u0000')) return []; // no id of ours, and no text of Postgres
      const conditions: string[] = [];
      const values: unknown[] = [];
      const add = (condition: (parameter: string) => string, value: unknown) => {
        if (value == null) return;
        values.push(value);
        conditions.push(condition(`$${values.length + 2}`));
      };
      add((p) => `coalesce(o.network_ids, p.network_ids) @> ARRAY[${p}]::text[]`, networkId);
      add((p) => `n.responsible = ${p}`, responsibleId);
      add((p) => `n.thematic_area = ${p}`, thematicArea);
      add((p) => `coalesce(s.status, 'PROPOSED') = ${p}`, status);
      add((p) => `${due} < ${p}`, dueBefore);
      if (unfinished) conditions.push(`coalesce(s.status, 'PROPOSED') NOT IN ('COMPLETED', 'CANCELLED')`);
      if (after) {
        const [first, second, third] = after.map((part) => `$${values.push(part) + 2}`);
        conditions.push(
          `(${due}, n.plan_id COLLATE "C", n.node_key COLLATE "C") > (${first} COLLATE "C", ${second} COLLATE "C", ${third} COLLATE "C")`,
        );
      }
      const order = `${due}, n.plan_id COLLATE "C", n.node_key COLLATE "C"`;
      const found = await select(conditions.length > 0 ? conditions.join(' AND ') : 'true', values, order, limit);
      return found.map(({ row, plan }) => ({ plan, head: toHead(row) }));
    },
  };
}

export const positionOf = ({ plan, head }: FoundHead): ActivityPosition => [head.endsOn ?? '~', plan.id, head.key];

/** The plan of each id that the actor may read, with the activity if it has that one. */
async function readById(source: DataSource, actor: Actor, ids: readonly string[]) {
  const wanted = ids.flatMap((id) => {
    const [planId, key] = (id.includes('\u0000') ? null : splitId(id)) ?? [];
    return planId === undefined || key === undefined ? [] : [{ id, planId, key }];
  });
  const rows: (PlanHead & Row & { asked: string; behind: boolean; found: boolean })[] = await source.query(
    `SELECT w.id AS asked, ${planColumns}, n.node_key IS NOT NULL AS found, ${activityColumns}
     FROM unnest($1::text[], $2::text[], $3::text[]) AS w(id, plan_id, node_key)
     JOIN plan p ON p.id = w.plan_id LEFT JOIN plan_projection j ON j.plan_id = p.id
     LEFT JOIN plan_node n ON n.plan_id = p.id AND n.node_key = w.node_key AND n.kind = 'activity'`,
    [wanted.map(({ id }) => id), wanted.map(({ planId }) => planId), wanted.map(({ key }) => key)],
  );
  return new Map(
    rows
      .filter((row) => mayRead(actor, row))
      .map(({ asked, behind, found, id, networkIds, status, visibility, expertGroups, sourceLocale, ...row }) => [
        asked,
        { plan: { id, networkIds, status, visibility, expertGroups, sourceLocale }, row: found ? row : null, behind },
      ]),
  );
}

function toHead({ path, planId: _plan, bodyId: _body, ...row }: Row): ActivityHead {
  return { ...row, pos: path.at(-2) ?? '' };
}
