import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';

/** Deletes notices of more than a year ago, and who has read them, from time to time. `stop` lets it end. Safe to call twice. */
export function startClearing({ source }: Database, log: Log, everyMs = 3_600_000): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const clear = async () => {
    await source.query('SELECT notices.clear()');
    await source.query(
      'DELETE FROM notice_state s WHERE NOT EXISTS (SELECT FROM notices.notice n WHERE n.id = s.notice_id)',
    );
  };
  const timer = setInterval(() => {
    running ??= clear()
      .catch((error) => log.warn('old notices cannot be deleted; trying again', describeError(error)))
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
