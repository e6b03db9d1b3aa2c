import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { forgetUnclaimed } from './commands/uploads.ts';

/** Forgets, now and from time to time, uploads that nobody goes on with. `stop` lets a run that is under way end. Safe to call twice. */
export function startSweep(database: Database, log: Log, everyMs = 3_600_000) {
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= forgetUnclaimed(database)
      .catch((error) => log.warn('old uploads cannot be forgotten; trying again', describeError(error)))
      .finally(() => {
        running = undefined;
      });
  };
  run();
  const timer = setInterval(run, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
