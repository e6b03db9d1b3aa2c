import { linesOf, quartersIn, sayStatus } from './columns.ts';
import { type ActivityModel, type BudgetModel, type IndicatorModel, type PlanModel, quartersOf } from './model.ts';
import type { Say } from './words.ts';

/** A cell of the annual work plan; `rows`: how many it reaches over, downwards. */
export interface UndpCell {
  value: string | number;
  rows?: number;
}
export type UndpRow = (UndpCell | null)[];

/**
 * The plan in the order of columns of UNDP's annual work plan: expected outputs with their indicators, baselines and targets in the same cell; planned
 * activities; timeframe by quarter; responsible party; budget by source, description and amount; then what was spent, which nobody has said here, and progress.
 * A row for each budget line; what stands for the whole activity, or output, reaches over its rows.
 */
export function undpRows(plan: PlanModel, say: Say): { headings: string[]; rows: UndpRow[]; quarters: number } {
  const quarters = periodOf(plan);
  const headings = [
    say('expectedOutputs'),
    say('plannedActivities'),
    ...quarters.map(({ year, quarter }) => `${year} ${say('quarter')}${quarter}`),
    say('responsible'),
    say('fundingSource'),
    say('budgetLabel'),
    say('amount'),
    say('currency'),
    say('expenditures'),
    say('progress'),
    say('note'),
  ];
  const rows: UndpRow[] = [];
  const heights = new Map<string, number>();
  for (const { objective, outcome, activity } of linesOf(plan)) {
    const key = outcome?.key ?? objective.key;
    heights.set(key, (heights.get(key) ?? 0) + Math.max(1, activity?.budget.length ?? 1));
  }
  const begun = new Set<string>();
  for (const { objective, outcome, activity } of linesOf(plan)) {
    const budget = activity && activity.budget.length > 0 ? activity.budget : [undefined];
    const own = outcome?.key ?? objective.key;
    for (const [index, line] of budget.entries()) {
      const output = begun.has(own)
        ? null
        : {
            rows: heights.get(own)!,
            value: outcome
              ? [
                  coded(outcome.code, outcome.statement.text),
                  ...outcome.indicators.map((one) => sayIndicator(one, say)),
                ].join('\n')
              : coded(objective.code, objective.title.text),
          };
      begun.add(own);
      rows.push([
        output,
        ...(index === 0 ? activityCells(plan, activity, quarters, say, budget.length) : skip(quarters.length + 2)),
        ...budgetCells(line),
        { value: '' },
        ...(index === 0 ? progressCells(activity, say, budget.length) : skip(2)),
      ]);
    }
  }
  return { headings, rows, quarters: quarters.length };
}

const skip = (count: number): null[] => Array.from({ length: count }, () => null);
export const coded = (code: string, text: string): string => (code ? `${code} ${text}` : text).trim();

/** `Name — baseline 0; target 90; actual 40 (PERCENT)`. */
export function sayIndicator(one: IndicatorModel, say: Say): string {
  const facts = [
    one.baseline && `${say('baseline')}: ${one.baseline}`,
    one.target && `${say('target')}: ${one.target}`,
    one.actual && `${say('actual')}: ${one.actual}`,
  ].filter(Boolean);
  return `${one.name.text}${facts.length > 0 ? ` — ${facts.join('; ')}` : ''}${one.unit ? ` (${one.unit})` : ''}`;
}

/** The plan's quarters; of a plan without a period, those of its activities. At most 40. */
function periodOf(plan: PlanModel): { year: number; quarter: number }[] {
  const own = quartersOf(plan.periodStart, plan.periodEnd);
  if (own.length > 0) return own.slice(0, 40);
  const days = linesOf(plan)
    .flatMap(({ activity }) => [activity?.startsOn, activity?.endsOn])
    .filter((day): day is string => typeof day === 'string')
    .sort();
  return quartersOf(days[0] ?? null, days.at(-1) ?? null).slice(0, 40);
}

function activityCells(
  plan: PlanModel,
  activity: ActivityModel | null,
  quarters: { year: number; quarter: number }[],
  say: Say,
  rows: number,
): UndpRow {
  if (!activity) return [{ value: '' }, ...quarters.map(() => ({ value: '' })), { value: '' }];
  const active = new Set(quartersIn(activity, say));
  const milestones = activity.milestones.map(({ title, dueOn }) => `• ${title.text}${dueOn ? ` (${dueOn})` : ''}`);
  const indicators = activity.indicators.map((one) => sayIndicator(one, say));
  return [
    { rows, value: [coded(activity.code, activity.title.text), ...milestones, ...indicators].join('\n') },
    ...quarters.map(({ year, quarter }) => ({
      rows,
      value: active.has(`${year} ${say('quarter')}${quarter}`) ? 'X' : '',
    })),
    { rows, value: activity.responsible ? plan.nameOf(activity.responsible) : '' },
  ];
}

const budgetCells = (line: BudgetModel | undefined): UndpRow => [
  { value: line?.fundingSource ?? '' },
  { value: line?.label ?? '' },
  { value: line?.amount ? Number(line.amount) : '' },
  { value: line?.currency ?? '' },
];

function progressCells(activity: ActivityModel | null, say: Say, rows: number): UndpRow {
  if (!activity?.status)
    return [
      { rows, value: '' },
      { rows, value: '' },
    ];
  const counted = activity.milestones.filter(({ status }) => status !== 'DROPPED');
  const reached = counted.filter(({ status }) => status === 'REACHED').length;
  const progress = [sayStatus(activity.status, say), counted.length > 0 ? `${reached}/${counted.length}` : ''];
  return [
    { rows, value: progress.filter(Boolean).join(', ') },
    { rows, value: activity.note ?? '' },
  ];
}

/** Budgets by source of funds and currency, for a donor's report. */
export function fundingOf(
  plan: PlanModel,
): { source: string; currency: string; amount: number; activities: string[] }[] {
  const found = new Map<string, { source: string; currency: string; cents: number; activities: string[] }>();
  for (const { activity } of linesOf(plan)) {
    for (const { fundingSource: source, currency, amount } of activity?.budget ?? []) {
      if (!amount) continue;
      const key = JSON.stringify([source, currency]);
      const sum = found.get(key) ?? { source, currency, cents: 0, activities: [] };
      sum.cents += Math.round(Number(amount) * 100);
      if (!sum.activities.includes(activity!.code)) sum.activities.push(activity!.code);
      found.set(key, sum);
    }
  }
  return [...found.values()]
    .sort((a, b) => (a.source < b.source ? -1 : 1))
    .map(({ cents, ...sum }) => ({ ...sum, amount: cents / 100 }));
}
