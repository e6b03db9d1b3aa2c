import { webhookLimits } from '../../../kit/config.ts';
import type { Reach } from './target.ts';

/** How long things take that an installation may choose (setting WEBHOOKS). */
export interface WebhookLimits {
  /** For an attempt, from the question for the address to the answer's status. */
  timeoutSeconds: number;
  /** An update that was not taken for so long is put among the dead letters. */
  giveUpHours: number;
  /** An endpoint that took nothing for so long is disabled. */
  disableHours: number;
}

/** Of the deliveries of a process; all but the limits is for tests, and in ms. */
export interface WebhookOptions extends Reach, Partial<WebhookLimits> {
  /** Look for what is to be sent this often, if no hint comes. */
  everyMs?: number;
  /** How long an endpoint waits for a process that has died with it. */
  leaseMs?: number;
  /** Before the second attempt; doubled before each further one. */
  firstRetryMs?: number;
  longestRetryMs?: number;
  /** How long an endpoint is served before others have their turn. */
  turnMs?: number;
  now?: () => number;
  random?: () => number;
}

const hour = 60 * 60_000; // ms

export function withDefaults(options: WebhookOptions) {
  const limits = { ...webhookLimits, ...options };
  return {
    ...{ everyMs: 2_000, leaseMs: 10_000, firstRetryMs: 5_000, longestRetryMs: hour, turnMs: 5_000, now: Date.now },
    random: Math.random,
    ...options,
    timeoutMs: limits.timeoutSeconds * 1_000,
    giveUpMs: limits.giveUpHours * hour,
    disableMs: limits.disableHours * hour,
  };
}
export type Settings = ReturnType<typeof withDefaults>;

const longestAsked = 24 * hour;

/**
 * How long to wait after so many attempts in vain: doubled each time, of which the last half by chance, so that what failed together does not come back together.
 * What the answer asks for is kept to, up to a day.
 * @returns ms
 */
export function backOff(attempts: number, retryAfter: number | null, settings: Settings): number {
  const { firstRetryMs, longestRetryMs, random } = settings;
  const own = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 30)) * (0.5 + random() / 2);
  return Math.round(Math.max(own, Math.min(retryAfter ?? 0, longestAsked)));
}
