import { type Counted, isOpenStatus } from './progress.ts';

export const warningKinds = [
  'OWNER_OVERLOADED',
  'DEADLINES_TOGETHER',
  'WITHOUT_OWNER',
  'WITHOUT_END',
  'OUTSIDE_PERIOD',
  'ENDS_BEFORE_DEPENDENCY',
] as const;
export type WarningKind = (typeof warningKinds)[number];

export interface Warning {
  kind: WarningKind;
  /** An organisation, where it is about one. */
  organisationId: string | null;
  /** Keys of the activities that it is about. */
  activities: string[];
  from: string | null;
  to: string | null;
}

export interface Bounds {
  /** Open activities that one organisation may be responsible for. */
  mostOpen: number;
  /** Deadlines of one organisation within `withinDays` days. */
  mostDeadlines: number;
  withinDays: number;
}

const day = 86_400_000; // ms

/** What in a plan may not hold: too much for one owner first, then what is missing or contradicts itself. Only of activities that are open. */
export function warningsOf(
  activities: readonly Counted[],
  period: { periodStart: string | null; periodEnd: string | null },
  bounds: Bounds,
): Warning[] {
  const open = activities.filter(({ status }) => isOpenStatus(status) && status !== 'DEFERRED');
  const byOwner = new Map<string, Counted[]>();
  for (const one of open) {
    const { responsible } = one.node;
    if (responsible !== null) byOwner.set(responsible, [...(byOwner.get(responsible) ?? []), one]);
  }
  const warnings: Warning[] = [];
  const about = (kind: WarningKind, found: readonly Counted[], more: Partial<Warning> = {}) => {
    if (found.length > 0)
      warnings.push({
        kind,
        organisationId: null,
        from: null,
        to: null,
        ...more,
        activities: found.map(({ node }) => node.key),
      });
  };
  for (const [organisationId, own] of [...byOwner].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (own.length > bounds.mostOpen) about('OWNER_OVERLOADED', own, { organisationId });
    const together = densest(own, bounds);
    if (together.length > bounds.mostDeadlines) {
      const [from, to] = [together[0]!.node.endsOn, together.at(-1)!.node.endsOn];
      about('DEADLINES_TOGETHER', together, { organisationId, from, to });
    }
  }
  about(
    'WITHOUT_OWNER',
    open.filter(({ node }) => node.responsible === null),
  );
  about(
    'WITHOUT_END',
    open.filter(({ node }) => node.endsOn === null),
  );
  const { periodStart, periodEnd } = period;
  const isOutside = (date: string | null) =>
    date !== null && ((periodStart !== null && date < periodStart) || (periodEnd !== null && date > periodEnd));
  about(
    'OUTSIDE_PERIOD',
    open.filter(({ node }) => isOutside(node.startsOn) || isOutside(node.endsOn)),
  );
  const ends = new Map(activities.map(({ node }) => [node.key, node.endsOn]));
  about(
    'ENDS_BEFORE_DEPENDENCY',
    open.filter(
      ({ node }) => node.endsOn !== null && node.dependsOn.some((key) => (ends.get(key) ?? '') > node.endsOn!),
    ),
  );
  return warnings;
}

/** The most deadlines that lie within so many days, in their order. */
function densest(own: readonly Counted[], { withinDays }: Bounds): Counted[] {
  const dated = own
    .filter(({ node }) => node.endsOn !== null)
    .sort((a, b) => (a.node.endsOn! < b.node.endsOn! ? -1 : 1));
  const at = dated.map(({ node }) => Date.parse(`${node.endsOn}T00:00:00Z`));
  let best: Counted[] = [];
  for (let from = 0, to = 0; from < dated.length; from++) {
    while (to < dated.length && at[to]! - at[from]! < withinDays * day) to++;
    if (to - from > best.length) best = dated.slice(from, to);
  }
  return best;
}
