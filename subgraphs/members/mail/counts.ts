import type { DataSource } from 'typeorm';
import type { Log } from '../../../kit/log.ts';

/** What a round of mailing came to: how many, and of nobody whose. */
export interface MailCounts {
  /** Mails that the server took. */
  sent: number;
  /** Tries at which it took none. What was to be mailed is tried again. */
  failed: number;
  /** Codes that could not be mailed within their hour, and notices that were refused until they were too old to be mailed. */
  givenUp: number;
  /** People whose mail was refused, or whom a server that takes nothing has kept waiting, as the round ends. */
  waiting: number;
}

export const nothingMailed = (): MailCounts => ({ sent: 0, failed: 0, givenUp: 0, waiting: 0 });

/** Forgets codes that are of no use any more and were never mailed. @returns how many */
export async function giveUpCodes(source: DataSource): Promise<number> {
  const [rows]: [unknown[], number] = await source.query(
    `UPDATE mail_address SET code = NULL, confirm_before = NULL
     WHERE code IS NOT NULL AND code_mailed_at IS NULL AND confirm_before <= now() RETURNING 1`,
  );
  return rows.length;
}

/** How many people are left alone for a while, since their mail was refused. */
export async function countRefused(source: DataSource, now: Date): Promise<number> {
  const [row] = await source.query('SELECT count(*)::int AS count FROM mail_address WHERE retry_at > $1', [now]);
  return row.count;
}

/** Says of each round what it came to, if it did something or leaves others waiting than the one before. */
export function createCountLine(log: Log): (counts: MailCounts) => void {
  let waitingBefore = 0;
  return (counts) => {
    const { sent, failed, givenUp, waiting } = counts;
    if (sent + failed + givenUp > 0 || waiting !== waitingBefore) log.info('mail', { ...counts });
    waitingBefore = waiting;
  };
}
