import type { Database } from '../database/open.ts';
import { describeError, type Log } from '../log.ts';
import { describeHead } from './command.ts';
import { readChains } from './read.ts';

/**
 * Says in the log where every chain stands, now and then: logs are kept elsewhere than the database, so that whoever
 * rewrites all of a chain there would be told by them. A line's `head` is one for `verify-audit`. `stop` is safe to call twice.
 */
export function reportHeads(database: Database, log: Log, everyMs = 3_600_000): { stop(): void } {
  const report = async () => {
    const heads = await readChains((sql, parameters) => database.source.query(sql, parameters));
    for (const head of heads) log.info('audit head', { head: describeHead(head) });
  };
  const timer = setInterval(() => {
    report().catch((error) => log.warn('the heads of the audit log cannot be read', describeError(error)));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
