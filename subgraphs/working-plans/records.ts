import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load } from '../../kit/subgraph.ts';
import type { Provenance } from '../../kit/types.ts';
import { createPlan } from './commands/create-plan.ts';
import type { Home } from './commands/first-edit.ts';
import type { PlanRecord } from './document/build.ts';
import type { ExpertGroups, PlanStatus } from './entities/plan.ts';
import type { ActivityStatusName, MilestoneStatusName } from './statuses.ts';

/** seed/plan.json, and who works on which theme in it. */
export interface ShippedPlan extends PlanRecord {
  provenance: Provenance;
  status: PlanStatus;
  sourceUrl?: string;
  expertGroups?: ExpertGroups;
}

export interface WorkingPlansRecords {
  plans: ShippedPlan[];
}

/** Loads the shipped plans through the commands. @returns how many were left out */
export async function loadRecords(tx: Transaction, load: Load<WorkingPlansRecords>, home: Home): Promise<number> {
  const plans = admit(load, load.records.plans);
  for (const record of plans) await loadPlan(tx, load, record, home);
  return load.records.plans.length - plans.length;
}

async function loadPlan(tx: Transaction, load: Load<unknown>, record: ShippedPlan, home: Home): Promise<void> {
  const { id, status, provenance, sourceUrl = null, objectives, preamble } = record;
  await createPlan(
    tx,
    load.system,
    {
      clientMutationId: id,
      networkIds: record.networks,
      title: Object.entries(record.title).map(([locale, text]) => ({ locale, text })),
      periodStart: record.periodStart,
      periodEnd: record.periodEnd,
      sourceLocale: record.sourceLocale,
      visibility: 'NETWORK',
      expertGroups: Object.entries(record.expertGroups ?? {}).map(([area, bodyId]) => ({
        thematicArea: area as keyof ExpertGroups,
        bodyId,
      })),
    },
    home,
    { id, provenance, sourceUrl, status, objectives, ...(preamble && { preamble }) },
  );
  const activities = objectives.flatMap(({ outcomes }) => outcomes.flatMap((outcome) => outcome.activities));
  await tx.manager.query(
    'INSERT INTO activity_status (plan_id, node_key, status) SELECT $1, * FROM unnest($2::text[], $3::text[])',
    [id, activities.map(({ code }) => `a${code}`), activities.map((a) => a.status as ActivityStatusName)],
  );
  const milestones = activities.flatMap(({ code, milestones: own = [] }) =>
    own.map((milestone, index) => ({ key: `m${code}-${index + 1}`, status: milestone.status as MilestoneStatusName })),
  );
  await tx.manager.query(
    'INSERT INTO milestone_status (plan_id, node_key, status) SELECT $1, * FROM unnest($2::text[], $3::text[])',
    [id, milestones.map(({ key }) => key), milestones.map((m) => m.status)],
  );
}
