import { ulid } from 'ulid';
import { eraseRows } from '../../kit/data-rights/rows.ts';
import type { Database, Transaction } from '../../kit/database/open.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { forgotten } from '../../kit/once.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';
import { forgetExpiredOffers } from './commands/offers.ts';
import { bumpRights } from './commands/rights.ts';
import { keptFor } from './states.ts';

const batch = 100; // applications looked up at once; the rest are found the next time
/** What an organisation is called whose application was erased, for the counts and histories that still name it. */
export const erasedName = 'Former applicant';

interface Due {
  id: string;
  organisationId: string;
  networkId: string;
  appliedByPersonId: string | null;
}

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
      applied_by_person_id AS "appliedByPersonId"
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
        if (found) await erase(tx, found, now());
        return found !== undefined;
      });
      if (isErased) erased.push(id);
    } catch (error) {
      report(error);
    }
  }
  return erased;
}

async function erase(tx: Transaction, { id, organisationId, networkId, appliedByPersonId }: Due, at: Date) {
  const run = (sql: string, parameters: unknown[]) => tx.manager.query(sql, parameters);
  await run(
    `UPDATE membership SET motivation = NULL, check_note = NULL, invited_subject = NULL, applied_by_person_id = NULL,
       erased_at = $2, version = version + 1 WHERE id = $1`,
    [id, at],
  );
  await run('UPDATE membership_event SET note = NULL WHERE membership_id = $1', [id]);
  await run('UPDATE sponsorship SET note = NULL WHERE membership_id = $1', [id]);
  // From the hash of an input what was put in could be guessed.
  await run('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [id, forgotten]);
  await run(
    `UPDATE organisation o SET name = $2, sort_name = lower($2), short_name = NULL, stakeholder_type = NULL, country = NULL,
       website = NULL, contact_mailbox = NULL, about = NULL, about_stale = '{}', languages = '{}', thematic_tags = '{}',
       field_visibility = '{}', source_url = NULL, lock_reason = NULL, version = version + 1
     WHERE o.id = $1 AND o.relation = 'APPLICANT' AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.organisation_id = o.id)
       AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.organisation_id = o.id AND m.erased_at IS NULL)`,
    [organisationId, erasedName],
  );
  if (appliedByPersonId !== null) await erasePerson(tx, appliedByPersonId);
  await bumpRights(tx); // who was invited, or has only applied, signs in no more
  const actor = { kind: 'SYSTEM' as const };
  tx.audit({ actor, action: 'APPLICATION_ERASED', target: { type: 'Membership', id }, networkIds: [networkId] });
}

/**
 * Who has only applied, and has no seat, no other application and no work here, is forgotten with it: here at once, sign-ins
 * and all, and by the other subgraphs as if he had asked for it.
 */
async function erasePerson(tx: Transaction, personId: string): Promise<void> {
  const [person]: { subject: string }[] = await tx.manager.query(
    `SELECT subject FROM person p WHERE p.id = $1 AND NOT p.platform_operator AND p.erased_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.person_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.applied_by_person_id = p.id) FOR UPDATE`,
    [personId],
  );
  if (!person) return;
  const { subject } = person;
  await eraseRows(tx.manager, { personId, subject, seatIds: [] }, ['person']);
  await tx.manager.query(
    `UPDATE person SET name = $2, subject = 'erased:' || id, contact_channels = '[]', erased_at = now() WHERE id = $1`,
    [personId, erasedName],
  );
  await tx.manager.query(
    `INSERT INTO data_rights.request (id, kind, person_id, subject, seat_ids) VALUES ($1, 'ERASURE', $2, $3, '{}')`,
    [`erasure:${ulid()}`, personId, subject],
  );
}

/** Erases what is due, now and from time to time. `stop` lets a run that is under way end. Safe to call twice. */
export function startErasure(database: Database, log: Log, everyMs = 3_600_000): Rounds {
  const failed = (error: unknown) => log.warn('an application cannot be erased; trying again', describeError(error));
  const round = async () => {
    await database.transaction((tx) => forgetExpiredOffers(tx, new Date()));
    const ids = await eraseApplications(database, undefined, failed);
    if (ids.length > 0) log.info('declined applications erased', { applications: ids.length });
  };
  return startRounds(round, { everyMs, failed });
}
