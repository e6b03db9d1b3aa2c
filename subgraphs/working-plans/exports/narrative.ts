import { sayStatus } from './columns.ts';
import type { ActivityModel, IndicatorModel, ObjectiveModel, PlanModel } from './model.ts';
import { sayIndicator } from './undp.ts';
import type { Say, Word } from './words.ts';

// What a narrative says of a plan and its parts, in its order: the same in each format, which only writes it in its own way. What is not there is left out.

/** A word, and what is said under it in one line. */
export type Fact = readonly [word: Word, value: string];
/** A word, and the lines below it. */
export type List = readonly [word: Word, lines: string[]];

const given = (...facts: readonly (readonly [Word, string | null])[]): Fact[] =>
  facts.filter((fact): fact is Fact => Boolean(fact[1]));

const period = (from: string | null, to: string | null): string => [from, to].filter(Boolean).join(' – ');

export const factsOfPlan = ({ source, periodStart, periodEnd, nameOf }: PlanModel, say: Say): Fact[] =>
  given(
    ['networks', source.networkIds.map(nameOf).join(', ')],
    ['period', period(periodStart, periodEnd)],
    ['status', sayStatus(source.status, say)],
    ['version', source.version === null ? say('asItStands') : String(source.version)],
    ['contentHash', source.contentHash],
  );

export const factsOfObjective = ({ thematicArea, sdgTargets }: ObjectiveModel, say: Say): Fact[] =>
  given(['thematicArea', sayStatus(thematicArea, say)], ['sdgTargets', sdgTargets.join(', ')]);

export const factsOfActivity = (activity: ActivityModel, { nameOf, countryOf }: PlanModel, say: Say): Fact[] =>
  given(
    ['status', sayStatus(activity.status, say)],
    ['note', activity.note],
    ['responsible', activity.responsible && nameOf(activity.responsible)],
    ['expertGroup', activity.expertGroup && nameOf(activity.expertGroup)],
    ['partners', [...activity.partners.map(nameOf), ...activity.externalPartners].join(', ')],
    ['countries', activity.countries.map(countryOf).join(', ')],
    ['period', period(activity.startsOn, activity.endsOn)],
    ['instrumentArticles', activity.instrumentArticles.join(', ')],
    ['dependsOn', activity.dependsOn.join(', ')],
    ...activity.strategies.map(({ title, url }): Fact => ['strategies', url ? `${title} (${url})` : title]),
  );

const words = (...parts: (string | null | undefined | false)[]): string => parts.filter(Boolean).join(' ');

/** Of an outcome, or of an activity. */
export const indicatorsOf = ({ indicators }: { indicators: readonly IndicatorModel[] }, say: Say): List[] =>
  indicators.length > 0 ? [['indicators', indicators.map((one) => sayIndicator(one, say))]] : [];

export const listsOfActivity = ({ milestones, budget, risks, ...activity }: ActivityModel, say: Say): List[] => {
  const lists: List[] = [
    [
      'milestones',
      milestones.map(({ title, dueOn, status, reachedOn }) =>
        words(dueOn, title.text, status && `(${words(sayStatus(status, say), reachedOn)})`),
      ),
    ],
    ...indicatorsOf(activity, say),
    [
      'budget',
      budget.map(({ label, amount, currency, fundingSource }) =>
        words(`${label}:`, amount, currency, fundingSource && `(${fundingSource})`),
      ),
    ],
    [
      'risks',
      risks.map(({ description, likelihood, impact, mitigation }) =>
        words(
          description.text,
          likelihood && `${say('likelihood')}: ${sayStatus(likelihood, say)}.`,
          impact && `${say('impact')}: ${sayStatus(impact, say)}.`,
          mitigation.text && `${say('mitigation')}: ${mitigation.text}`,
        ),
      ),
    ],
  ];
  return lists.filter(([, lines]) => lines.length > 0);
};
