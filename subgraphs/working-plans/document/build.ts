import { generateNKeysBetween } from 'fractional-indexing';
import * as Y from 'yjs';
import { type Kind, PLAN_KEY } from './fields.ts';
import { type LocalizedRecord, writeNode } from './node.ts';
import { load } from './state.ts';
import { UpdateWriter } from './writer.ts';

export interface ObjectiveRecord {
  code: string;
  thematicArea: string;
  sdgTargets: string[];
  title: LocalizedRecord;
  outcomes: OutcomeRecord[];
}
export interface OutcomeRecord {
  code: string;
  statement: LocalizedRecord;
  assumptions?: LocalizedRecord;
  indicators?: IndicatorRecord[];
  activities: ActivityRecord[];
}
export interface ActivityRecord {
  code: string;
  title: LocalizedRecord;
  description?: LocalizedRecord;
  expertGroup?: string;
  responsible?: string;
  partners?: string[];
  externalPartners?: string[];
  countries?: string[];
  startsOn?: string;
  endsOn?: string;
  instrumentArticles?: string[];
  sdgTargets?: string[];
  dependsOn?: string[];
  status: string;
  provenance?: string;
  milestones?: MilestoneRecord[];
  indicators?: IndicatorRecord[];
  budget?: BudgetRecord[];
  risks?: RiskRecord[];
}
export interface MilestoneRecord {
  title: LocalizedRecord;
  dueOn?: string;
  status: string;
}
export interface IndicatorRecord {
  name: LocalizedRecord;
  unit: string;
  baseline?: string;
  target?: string;
  meansOfVerification?: LocalizedRecord;
  disaggregation?: string[];
  frequency?: string;
}
export interface BudgetRecord {
  label: string;
  amount: number;
  currency: string;
  fundingSource?: string;
}
export interface RiskRecord {
  description: LocalizedRecord;
  likelihood: string;
  impact: string;
  mitigation?: LocalizedRecord;
  owner?: string;
  safetyRelevant: boolean;
}
/** A plan as it ships in `seed/plan.json`: what goes into the document and what goes into SQL, together. */
export interface PlanRecord {
  id: string;
  networks: string[];
  provenance: string;
  status: string;
  sourceLocale: string;
  periodStart: string;
  periodEnd: string;
  title: LocalizedRecord;
  preamble?: LocalizedRecord;
  objectives: ObjectiveRecord[];
}
/** What of it goes into the document. */
export type PlanText = Pick<
  PlanRecord,
  'title' | 'preamble' | 'sourceLocale' | 'periodStart' | 'periodEnd' | 'objectives'
>;

/**
 * A plan's records as a document, written by `clientId` (one that the server issued to itself).
 *
 * Node keys and positions follow from the records alone, so the same records give the same ids everywhere: `plan`, `o1`, `o1.1` (an outcome),
 * `a1.1.1`, and below an activity `m1.1.1-1`, `i1.1.1-1`, `b1.1.1-1`, `r1.1.1-1`. The plan's locales are those of its title and its source locale.
 * Fields that live in SQL are passed over. Throws RangeError when two records would get the same key.
 */
export function buildPlanDocument(record: PlanText, clientId: number): Y.Doc {
  const doc = load(null);
  const writer = new UpdateWriter(doc, clientId);
  const keys = new Set<string>();
  const locales = [...new Set([...Object.keys(record.title), record.sourceLocale])];

  function add<T extends object>(kind: Kind, parent: string | null, rows: readonly T[] | undefined, name: NameOf<T>) {
    const positions = generateNKeysBetween(null, null, rows?.length ?? 0);
    for (const [index, row] of (rows ?? []).entries()) {
      const key = name(row, index + 1);
      if (keys.has(key)) throw new RangeError(`Two records have the node key ${key}`);
      keys.add(key);
      writeNode(writer, { key, kind, parent, pos: positions[index]!, values: row, locales });
    }
  }

  add('plan', null, [record], () => PLAN_KEY);
  add('objective', PLAN_KEY, record.objectives, (row) => `o${row.code}`);
  for (const objective of record.objectives) {
    add('outcome', `o${objective.code}`, objective.outcomes, (row) => `o${row.code}`);
    for (const outcome of objective.outcomes) {
      add('indicator', `o${outcome.code}`, outcome.indicators, (_, n) => `i${outcome.code}-${n}`);
      add('activity', `o${outcome.code}`, outcome.activities, (row) => `a${row.code}`);
      for (const { code, milestones, indicators, budget, risks } of outcome.activities) {
        add('milestone', `a${code}`, milestones, (_, n) => `m${code}-${n}`);
        add('indicator', `a${code}`, indicators, (_, n) => `i${code}-${n}`);
        add('budgetLine', `a${code}`, budget, (_, n) => `b${code}-${n}`);
        add('risk', `a${code}`, risks, (_, n) => `r${code}-${n}`);
      }
    }
  }
  Y.applyUpdate(doc, writer.encode());
  return doc;
}
type NameOf<T> = (row: T, number: number) => string;
