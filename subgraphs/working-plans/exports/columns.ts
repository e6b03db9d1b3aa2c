import type { ActivityModel, IndicatorModel, ObjectiveModel, OutcomeModel, PlanModel } from './model.ts';
import { quartersOf } from './model.ts';
import { isWord, type Say, type Word } from './words.ts';

/** Where an activity stands. An outcome, or objective, with nothing below it has a line of its own. */
export interface Line {
  objective: ObjectiveModel;
  outcome: OutcomeModel | null;
  activity: ActivityModel | null;
}

export const linesOf = ({ objectives }: PlanModel): Line[] =>
  objectives.flatMap((objective): Line[] => {
    if (objective.outcomes.length === 0) return [{ objective, outcome: null, activity: null }];
    return objective.outcomes.flatMap((outcome): Line[] =>
      outcome.activities.length === 0
        ? [{ objective, outcome, activity: null }]
        : outcome.activities.map((activity) => ({ objective, outcome, activity })),
    );
  });

/** A part of a line within a cell; `|` parts them. */
const parts = (...values: string[]) => {
  const last = values.findLastIndex((value) => value !== '');
  return values
    .slice(0, last + 1)
    .map((value) =>
      value
        .replace(/\s*\n\s*/g, ' ')
        .replaceAll('\\', '\\\\')
        .replaceAll('|', '\\|'),
    )
    .join(' | ');
};

export const indicatorLine = (one: IndicatorModel): string =>
  parts(one.name.text, one.unit ?? '', one.baseline, one.target, one.meansOfVerification.text);

/** An id that people can read, and that comes back as the same id: `Name [org:s01]`. */
const named = (plan: PlanModel, id: string): string => {
  const name = plan.nameOf(id);
  return name === id ? id : `${name.replace(/[;[\]\n]/g, ' ')} [${id}]`;
};

type Read = (line: Line, plan: PlanModel) => string;
const ofActivity =
  (read: (activity: ActivityModel, plan: PlanModel) => string): Read =>
  (line, plan) =>
    line.activity ? read(line.activity, plan) : '';

/**
 * The platform's columns: one row an activity. What an import reads it finds by these headings in any of the four languages; cells of several lines hold one
 * milestone, indicator, budget line or risk each.
 */
export const columns = {
  objectiveCode: ({ objective }) => objective.code,
  objective: ({ objective }) => objective.title.text,
  thematicArea: ({ objective }) => objective.thematicArea ?? '',
  sdgTargets: ({ objective }) => objective.sdgTargets.join('; '),
  outcomeCode: ({ outcome }) => outcome?.code ?? '',
  outcome: ({ outcome }) => outcome?.statement.text ?? '',
  assumptions: ({ outcome }) => outcome?.assumptions.text ?? '',
  outcomeIndicators: ({ outcome }) => outcome?.indicators.map(indicatorLine).join('\n') ?? '',
  activityCode: ofActivity(({ code }) => code),
  activity: ofActivity(({ title }) => title.text),
  description: ofActivity(({ description }) => description.text),
  expertGroup: ofActivity(({ expertGroup }, plan) => (expertGroup ? named(plan, expertGroup) : '')),
  responsible: ofActivity(({ responsible }, plan) => (responsible ? named(plan, responsible) : '')),
  partners: ofActivity(({ partners }, plan) => partners.map((id) => named(plan, id)).join('; ')),
  externalPartners: ofActivity(({ externalPartners }) => externalPartners.join('; ')),
  countries: ofActivity(({ countries }) => countries.join('; ')),
  startsOn: ofActivity(({ startsOn }) => startsOn ?? ''),
  endsOn: ofActivity(({ endsOn }) => endsOn ?? ''),
  milestones: ofActivity(({ milestones }) =>
    milestones.map(({ title, dueOn }) => parts(title.text, dueOn ?? '')).join('\n'),
  ),
  indicators: ofActivity(({ indicators }) => indicators.map(indicatorLine).join('\n')),
  budget: ofActivity(({ budget }) =>
    budget.map((line) => parts(line.label, line.amount, line.currency, line.fundingSource)).join('\n'),
  ),
  risks: ofActivity(({ risks }) =>
    risks
      .map((risk) => parts(risk.description.text, risk.likelihood ?? '', risk.impact ?? '', risk.mitigation.text))
      .join('\n'),
  ),
  instrumentArticles: ofActivity(({ instrumentArticles }) => instrumentArticles.join('; ')),
  activitySdgTargets: ofActivity(({ sdgTargets }) => sdgTargets.join('; ')),
  dependsOn: ofActivity(({ dependsOn }) => dependsOn.join('; ')),
} as const satisfies Partial<Record<Word, Read>>;
export type ColumnName = keyof typeof columns;
export const columnNames = Object.keys(columns) as ColumnName[];

/** Columns that say how things are, and that no import takes: the status is changed by its own mutation. */
const told: readonly [Word, (line: Line, plan: PlanModel, say: Say) => string][] = [
  ['quarters', ({ activity }, _plan, say) => quartersIn(activity, say).join('; ')],
  ['status', ({ activity }, _plan, say) => sayStatus(activity?.status, say)],
  ['note', ({ activity }) => activity?.note ?? ''],
];

export const quartersIn = (activity: ActivityModel | null, say: Say): string[] =>
  quartersOf(activity?.startsOn ?? null, activity?.endsOn ?? null).map(
    ({ year, quarter }) => `${year} ${say('quarter')}${quarter}`,
  );

export const sayStatus = (status: string | null | undefined, say: Say): string =>
  status && isWord(status) ? say(status) : (status ?? '');

/** All columns as a table of texts, its headings first. */
export function tableOf(plan: PlanModel, say: Say): string[][] {
  const live = plan.source.version === null ? told : told.slice(0, 1);
  return [
    [...columnNames.map((name) => say(name)), ...live.map(([word]) => say(word))],
    ...linesOf(plan).map((line) => [
      ...columnNames.map((name) => columns[name](line, plan)),
      ...live.map(([, read]) => read(line, plan, say)),
    ]),
  ];
}
