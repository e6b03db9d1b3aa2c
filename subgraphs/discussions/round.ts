const hour = 3_600_000; // ms
const day = 24 * hour;
/** A date begins first where clocks are 14 hours ahead of UTC, and ends last where they are 12 behind. */
const eastmost = 14 * hour;
const westmost = 12 * hour;
const workingDays = 5;

/**
 * The earliest end of a round that is open for five working days (Monday to Friday), each of them whole in every time zone
 * of the world. Public holidays are not known here.
 */
export function fullRound(opensAt: Date): Date {
  const first = Math.ceil((opensAt.getTime() + eastmost) / day) * day; // the first date, as 00:00Z, that is still ahead everywhere
  let date = first;
  for (let counted = 0; ; date += day) {
    if (isWorkingDay(new Date(date))) counted += 1;
    if (counted === workingDays) return new Date(date + day + westmost);
  }
}

const isWorkingDay = (date: Date) => date.getUTCDay() !== 0 && date.getUTCDay() !== 6;

/** What `start` may set of decisions, and the clock that rounds are measured by. */
export interface DecisionRules {
  now: () => Date;
  /** No round is shorter, whatever the reason. Milliseconds; one minute: enough for a round in a meeting. */
  shortestRound: number;
  /** A round that nobody has concluded so long after its end expires. Milliseconds; 14 days. */
  expireAfter: number;
}

export const decisionRules: DecisionRules = {
  now: () => new Date(),
  shortestRound: 60_000,
  expireAfter: 14 * day,
};
