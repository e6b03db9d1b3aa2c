import { readdirSync, readFileSync } from 'node:fs';
import type { Localized, Provenance } from '../../kit/types.ts';
import type {
  ActivityRecord,
  BudgetRecord,
  MilestoneRecord,
  ObjectiveRecord,
  OutcomeRecord,
  PlanRecord,
} from './document/build.ts';

type Undated<T, K extends keyof T = never> = Omit<T, K | 'status'>;
interface TemplateActivity
  extends Undated<ActivityRecord, 'startsOn' | 'endsOn' | 'milestones' | 'budget' | 'responsible' | 'countries'> {
  /** Months of the plan's period, from 1; the activity begins with the one and ends with the other. */
  fromMonth?: number;
  toMonth?: number;
  milestones?: (Undated<MilestoneRecord, 'dueOn'> & { inMonth?: number })[];
  /** Without amounts: a template knows none. */
  budget?: { label: Localized }[];
}
interface TemplateObjective extends Omit<ObjectiveRecord, 'outcomes'> {
  outcomes: (Omit<OutcomeRecord, 'activities'> & { activities: TemplateActivity[] })[];
}

/** A plan to start from: a file of `templates/`. Its texts are in the languages of its title. */
export interface Template {
  id: string;
  provenance: Provenance;
  sourceUrl: string | null;
  title: Localized;
  description: Localized;
  preamble?: Localized;
  objectives: TemplateObjective[];
}

let known: readonly Template[] | undefined;

/** The templates that ship, by id. Read from their files once. */
export function readTemplates(): readonly Template[] {
  const folder = new URL('./templates/', import.meta.url);
  known ??= readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Template)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return known;
}

/** What a plan of this period gets of a template; what would begin after its end has no dates. */
export function fromTemplate(
  template: Template,
  period: { periodStart: string; periodEnd: string; sourceLocale: string },
): Pick<PlanRecord, 'preamble' | 'objectives'> {
  const { periodStart, periodEnd, sourceLocale } = period;
  const within = (date: string) => (date > periodEnd ? periodEnd : date);
  const begin = (month: number) => addMonths(periodStart, month - 1);
  /** The last day of a month of the period, undefined when the month is not in it. */
  const end = (month: number | undefined) =>
    month === undefined || begin(month) > periodEnd ? undefined : within(dayBefore(addMonths(periodStart, month)));
  const toActivity = ({ fromMonth, toMonth, milestones = [], budget = [], ...rest }: TemplateActivity) => ({
    ...rest,
    status: 'PROPOSED',
    ...(fromMonth !== undefined &&
      begin(fromMonth) <= periodEnd && { startsOn: begin(fromMonth), endsOn: end(toMonth) ?? periodEnd }),
    milestones: milestones.map(({ inMonth, ...milestone }) => {
      const dueOn = end(inMonth);
      return { ...milestone, status: 'PENDING', ...(dueOn && { dueOn }) };
    }),
    budget: budget.map(({ label }) => ({ label: label[sourceLocale] ?? '' }) as BudgetRecord),
  });
  return {
    ...(template.preamble && { preamble: template.preamble }),
    objectives: template.objectives.map((objective) => ({
      ...objective,
      outcomes: objective.outcomes.map((outcome) => ({ ...outcome, activities: outcome.activities.map(toActivity) })),
    })),
  };
}

const day = (at: Date) => at.toISOString().slice(0, 10);

/** The same day so many months later, or that month's last. */
function addMonths(date: string, months: number): string {
  const [year, month, dayOfMonth] = date.split('-').map(Number) as [number, number, number];
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return day(new Date(Date.UTC(year, month - 1 + months, Math.min(dayOfMonth, lastDay))));
}

const dayBefore = (date: string) => day(new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000));
