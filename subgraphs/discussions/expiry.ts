import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';
import { conclude } from './commands/decisions/step.ts';
import { Decision } from './entities/decision.ts';
import { remindOfDecisions } from './reminders.ts';
import type { DecisionRules } from './round.ts';
import { select } from './statement.ts';

const batch = 100; // decisions looked up at once; the rest are found the next time

/**
 * Ends as EXPIRED what nobody concluded within `expireAfter` of its round's end. Any number of processes may do so at once:
 * each decision is ended by one, under its lock.
 * @param report is told of each decision that could not be ended; the others are
 * @returns the ids of those ended by this call
 */
export async function expireDecisions(
  database: Database,
  { now, expireAfter }: DecisionRules,
  report: (error: unknown) => void = () => {},
): Promise<string[]> {
  const at = now();
  const due: { id: string; round: number }[] = await database.source.query(
    `SELECT d.id, d.round FROM decision d JOIN decision_round r ON r.decision_id = d.id AND r.number = d.round
     WHERE d.status = 'CONSENT_ROUND' AND r.closes_at <= $1 ORDER BY r.closes_at LIMIT ${batch}`,
    [new Date(at.getTime() - expireAfter)],
  );
  const expired: string[] = [];
  for (const { id, round } of due) {
    try {
      const ended = await database.transaction(async (tx) => {
        // Locked by another means that it is just being concluded, or expired elsewhere. A new round is not this one.
        const [decision] = await select(
          tx.manager,
          Decision,
          (columns, bind) =>
            `SELECT ${columns} FROM decision r WHERE r.id = ${bind(id)} AND r.round = ${bind(round)}
             AND r.status = 'CONSENT_ROUND' FOR UPDATE SKIP LOCKED`,
        );
        if (decision) await conclude(tx, { kind: 'SYSTEM' }, decision, 'EXPIRED', at);
        return decision !== undefined;
      });
      if (ended) expired.push(id);
    } catch (error) {
      report(error);
    }
  }
  return expired;
}

/** Expires what is due, and reminds of what is about to close, now and from time to time. `stop` lets a run that is under way end. Safe to call twice. */
export function startExpiry(database: Database, rules: DecisionRules, log: Log, everyMs = 600_000): Rounds {
  const failed = (error: unknown) =>
    log.warn('a round cannot be expired or reminded of; trying again', describeError(error));
  const round = async () => {
    const ids = await expireDecisions(database, rules, failed);
    if (ids.length > 0) log.info('rounds expired', { decisions: ids.length });
    await remindOfDecisions(database, rules, failed);
  };
  return startRounds(round, { everyMs, failed });
}
