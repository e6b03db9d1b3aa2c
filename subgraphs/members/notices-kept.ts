import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';

/** Deletes notices of more than a year ago, and who has read them, now and from time to time. `stop` lets it end. Safe to call twice. */
export function startClearing({ source }: Database, log: Log, everyMs = 3_600_000): Rounds {
  const clear = async () => {
    await source.query('SELECT notices.clear()');
    await source.query(
      'DELETE FROM notice_state s WHERE NOT EXISTS (SELECT FROM notices.notice n WHERE n.id = s.notice_id)',
    );
  };
  const failed = (error: unknown) => log.warn('old notices cannot be deleted; trying again', describeError(error));
  return startRounds(clear, { everyMs, failed });
}
