import type { ContentNode, Json } from '../document/canonical.ts';
import type { Format } from '../document/formats.ts';
import type { ActivityStatusName, MilestoneStatusName } from '../statuses.ts';

/** What a file is made of; JSON, so that it can be handed to another process. */
export interface ExportSource {
  planId: string;
  /** As `canonicalPlan` has it; without internals for readers from outside. */
  content: ContentNode;
  /** Of the whole text. */
  contentHash: string;
  locale: string;
  sourceLocale: string;
  status: string;
  networkIds: string[];
  expertGroups: Record<string, string>;
  /** The version whose text this is; null: as the plan stands. */
  version: number | null;
  /** ISO 8601. */
  exportedAt: string;
  /** What organisations, bodies and networks are called in the file. */
  names: Record<string, string>;
  /** By node key; none for a version, which says what was decided and not what became of it. */
  activities: Record<string, { status: ActivityStatusName; note: string | null }>;
  milestones: Record<string, { status: MilestoneStatusName; reachedOn: string | null; evidence: string[] }>;
  actuals: Record<string, string>;
  strategies: Record<string, { title: string; url: string | null }[]>;
}

/** A text in the file's locale, or in the plan's source locale. */
export interface Text {
  text: string;
  locale: string;
  formats: readonly Format[];
}

export interface IndicatorModel {
  name: Text;
  unit: string | null;
  baseline: string;
  target: string;
  actual: string;
  meansOfVerification: Text;
  disaggregation: string[];
  frequency: string;
}
export interface MilestoneModel {
  key: string;
  title: Text;
  dueOn: string | null;
  status: MilestoneStatusName | null;
  reachedOn: string | null;
  evidence: string[];
}
export interface BudgetModel {
  label: string;
  /** Decimal, two places; '' where none is given. */
  amount: string;
  currency: string;
  fundingSource: string;
}
export interface RiskModel {
  description: Text;
  mitigation: Text;
  likelihood: string | null;
  impact: string | null;
  owner: string | null;
  safetyRelevant: boolean;
}
export interface ActivityModel {
  key: string;
  code: string;
  title: Text;
  description: Text;
  status: ActivityStatusName | null;
  note: string | null;
  /** Ids. */
  responsible: string | null;
  expertGroup: string | null;
  partners: string[];
  externalPartners: string[];
  countries: string[];
  startsOn: string | null;
  endsOn: string | null;
  instrumentArticles: string[];
  sdgTargets: string[];
  /** Codes of activities. */
  dependsOn: string[];
  milestones: MilestoneModel[];
  indicators: IndicatorModel[];
  budget: BudgetModel[];
  risks: RiskModel[];
  strategies: { title: string; url: string | null }[];
}
export interface OutcomeModel {
  key: string;
  code: string;
  statement: Text;
  assumptions: Text;
  indicators: IndicatorModel[];
  activities: ActivityModel[];
}
export interface ObjectiveModel {
  key: string;
  code: string;
  title: Text;
  thematicArea: string | null;
  sdgTargets: string[];
  outcomes: OutcomeModel[];
}
export interface PlanModel {
  source: ExportSource;
  title: Text;
  preamble: Text;
  periodStart: string | null;
  periodEnd: string | null;
  objectives: ObjectiveModel[];
  /** An organisation, body or network as it is to be called; its id where nobody said. */
  nameOf(id: string): string;
  countryOf(code: string): string;
}

/** The plan as one locale reads it. */
export function modelOf(source: ExportSource): PlanModel {
  const { content, locale, sourceLocale } = source;
  const list = (node: ContentNode, branch: string) => (node[branch] ?? []) as unknown as ContentNode[];
  const string = (node: ContentNode, field: string) => (typeof node[field] === 'string' ? (node[field] as string) : '');
  const orNull = (node: ContentNode, field: string) => string(node, field) || null;
  const strings = (node: ContentNode, field: string) => ((node[field] ?? []) as readonly Json[]).map(String);
  const text = (node: ContentNode, field: string): Text => {
    const texts = (node[field] ?? {}) as Record<string, string>;
    const found = [locale, locale.split('-')[0]!, sourceLocale].find((tag) => texts[tag]) ?? sourceLocale;
    const formats = (node.formats as Record<string, Record<string, readonly Format[]>> | undefined)?.[field]?.[found];
    return { text: texts[found] ?? '', locale: found, formats: formats ?? [] };
  };
  const codes = new Map<string, string>();
  for (const objective of list(content, 'objectives'))
    for (const outcome of list(objective, 'outcomes'))
      for (const activity of list(outcome, 'activities'))
        codes.set(activity.key, string(activity, 'code') || activity.key);

  const toIndicator = (node: ContentNode): IndicatorModel => ({
    name: text(node, 'name'),
    unit: orNull(node, 'unit'),
    baseline: string(node, 'baseline'),
    target: string(node, 'target'),
    actual: source.actuals[node.key] ?? '',
    meansOfVerification: text(node, 'meansOfVerification'),
    disaggregation: strings(node, 'disaggregation'),
    frequency: string(node, 'frequency'),
  });
  const toActivity = (node: ContentNode): ActivityModel => ({
    key: node.key,
    code: string(node, 'code'),
    title: text(node, 'title'),
    description: text(node, 'description'),
    status: source.version === null ? (source.activities[node.key]?.status ?? 'PROPOSED') : null,
    note: source.activities[node.key]?.note ?? null,
    responsible: orNull(node, 'responsible'),
    expertGroup: bodyIn(source, orNull(node, 'expertGroup')),
    partners: strings(node, 'partners'),
    externalPartners: strings(node, 'externalPartners'),
    countries: strings(node, 'countries'),
    startsOn: orNull(node, 'startsOn'),
    endsOn: orNull(node, 'endsOn'),
    instrumentArticles: strings(node, 'instrumentArticles'),
    sdgTargets: strings(node, 'sdgTargets'),
    dependsOn: strings(node, 'dependsOn').flatMap((key) => codes.get(key) ?? []),
    milestones: list(node, 'milestones').map((milestone) => ({
      key: milestone.key,
      title: text(milestone, 'title'),
      dueOn: orNull(milestone, 'dueOn'),
      status: source.version === null ? (source.milestones[milestone.key]?.status ?? 'PENDING') : null,
      reachedOn: source.milestones[milestone.key]?.reachedOn ?? null,
      evidence: source.milestones[milestone.key]?.evidence ?? [],
    })),
    indicators: list(node, 'indicators').map(toIndicator),
    budget: list(node, 'budget').map((line) => ({
      label: string(line, 'label'),
      amount: typeof line.amount === 'number' ? line.amount.toFixed(2) : '',
      currency: string(line, 'currency'),
      fundingSource: string(line, 'fundingSource'),
    })),
    risks: list(node, 'risks').map((risk) => ({
      description: text(risk, 'description'),
      mitigation: text(risk, 'mitigation'),
      likelihood: orNull(risk, 'likelihood'),
      impact: orNull(risk, 'impact'),
      owner: orNull(risk, 'owner'),
      safetyRelevant: risk.safetyRelevant !== false,
    })),
    strategies: source.strategies[node.key] ?? [],
  });
  const countries = new Intl.DisplayNames([locale, 'en'], { type: 'region', fallback: 'code' });
  return {
    source,
    title: text(content, 'title'),
    preamble: text(content, 'preamble'),
    periodStart: orNull(content, 'periodStart'),
    periodEnd: orNull(content, 'periodEnd'),
    objectives: list(content, 'objectives').map((objective) => ({
      key: objective.key,
      code: string(objective, 'code'),
      title: text(objective, 'title'),
      thematicArea: orNull(objective, 'thematicArea'),
      sdgTargets: strings(objective, 'sdgTargets'),
      outcomes: list(objective, 'outcomes').map((outcome) => ({
        key: outcome.key,
        code: string(outcome, 'code'),
        statement: text(outcome, 'statement'),
        assumptions: text(outcome, 'assumptions'),
        indicators: list(outcome, 'indicators').map(toIndicator),
        activities: list(outcome, 'activities').map(toActivity),
      })),
    })),
    nameOf: (id) => (Object.hasOwn(source.names, id) ? source.names[id]! : id),
    // ZZ is no country in particular, as the samples have it.
    countryOf: (code) => (/^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? (countries.of(code) ?? code) : code),
  };
}

const bodyIn = ({ expertGroups }: ExportSource, group: string | null): string | null =>
  group !== null && Object.hasOwn(expertGroups, group) ? expertGroups[group]! : group;

/** The quarters that a stretch of days touches, as `2027 Q1`'s year and number; from the period's where it has no day of its own. */
export function quartersOf(from: string | null, to: string | null): { year: number; quarter: number }[] {
  if (!from || !to || to < from) return [];
  const [first, last] = [from, to].map(
    (day) => Number(day.slice(0, 4)) * 4 + Math.floor((Number(day.slice(5, 7)) - 1) / 3),
  );
  const found: { year: number; quarter: number }[] = [];
  for (let at = first!; at <= last! && found.length < 80; at++)
    found.push({ year: Math.floor(at / 4), quarter: (at % 4) + 1 });
  return found;
}

/** What is known of an indicator in one line: `name: baseline 0, target 90 (PERCENT)`. */
export const isEmpty = ({ text }: Text): boolean => text.trim() === '';
