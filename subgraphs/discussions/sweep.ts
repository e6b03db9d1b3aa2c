import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';
import { forgetUnclaimed } from './commands/uploads.ts';

/** Forgets, now and from time to time, uploads that nobody goes on with. `stop` lets a run that is under way end. Safe to call twice. */
export const startSweep = (database: Database, log: Log, everyMs = 3_600_000): Rounds =>
  startRounds(() => forgetUnclaimed(database), {
    everyMs,
    failed: (error) => log.warn('old uploads cannot be forgotten; trying again', describeError(error)),
  });
