import type { Database } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';
import { type Due, eraseApplication } from './commands/erase-application.ts';
import { forgetExpiredOffers } from './commands/offers.ts';
import { expireInvitations } from './invitations.ts';
import { keptFor } from './states.ts';

const batch = 100; // applications looked up at once; the rest are found the next time

/**
 * Erases what an application said that was declined, or withdrawn before it was decided, 90 days ago or more: motivation,
 * notes, answers, sponsors' words, and organisation and person if they are here for nothing else. That there was an
 * application, and its dates, stay. Any number of processes may do so at once: each is erased by one, under its lock.
 * @param report is told of each that could not be erased; the others are
 * @returns the ids of the memberships erased by this call
 */
export async function eraseApplications(
  database: Database,
  now: () => Date = () => new Date(),
  report: (error: unknown) => void = () => {},
): Promise<string[]> {
  const before = new Date(now().getTime() - keptFor);
  const dueStatement = `SELECT id, organisation_id AS "organisationId", network_id AS "networkId",
      CASE WHEN motivation IS NOT NULL THEN applied_by_person_id END AS "appliedByPersonId"
    FROM membership WHERE status IN ('DECLINED', 'WITHDRAWN') AND since IS NULL AND erased_at IS NULL AND closed_at <= $1`;
  const due: Due[] = await database.source.query(`${dueStatement} ORDER BY closed_at LIMIT ${batch}`, [before]);
  const erased: string[] = [];
  for (const { id } of due) {
    try {
      const isErased = await database.transaction(async (tx) => {
        // Locked by another means that it is being erased, or appealed at this moment.
        const [found]: Due[] = await tx.manager.query(`${dueStatement} AND id = $2 FOR UPDATE SKIP LOCKED`, [
          before,
          id,
        ]);
        if (found) await eraseApplication(tx, found, now());
        return found !== undefined;
      });
      if (isErased) erased.push(id);
    } catch (error) {
      report(error);
    }
  }
  return erased;
}

/** Erases what is due, now and from time to time. `stop` lets a run that is under way end. Safe to call twice. */
export function startErasure(database: Database, log: Log, everyMs = 3_600_000): Rounds {
  const failed = (error: unknown) => log.warn('an application cannot be erased; trying again', describeError(error));
  const round = async () => {
    await database.transaction((tx) => forgetExpiredOffers(tx, new Date()));
    const expired = await expireInvitations(database, undefined, failed);
    if (expired.length > 0) log.info('invitations that nobody has answered erased', { invitations: expired.length });
    const ids = await eraseApplications(database, undefined, failed);
    if (ids.length > 0) log.info('declined applications erased', { applications: ids.length });
  };
  return startRounds(round, { everyMs, failed });
}
