import { ulid } from 'ulid';
import { eraseRows } from '../../../kit/data-rights/rows.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { forgotten } from '../../../kit/once.ts';
import { bumpRights } from './rights.ts';

/** What an organisation is called whose application was erased, for the counts and histories that still name it. */
export const erasedName = 'Former applicant';

export interface Due {
  id: string;
  organisationId: string;
  networkId: string;
  /** Who has applied; null of an invitation that nobody accepted: who invited is no applicant. */
  appliedByPersonId: string | null;
}

/**
 * Erases what an application said, and organisation and person if they are here for nothing else; that there was one stays.
 * Needs the lock of the membership's row. @param detail why, in the audit log
 */
export async function eraseApplication(
  tx: Transaction,
  { id, organisationId, networkId, appliedByPersonId }: Due,
  at: Date,
  detail: string | null = null,
): Promise<void> {
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
  tx.audit({
    actor,
    action: 'APPLICATION_ERASED',
    target: { type: 'Membership', id },
    networkIds: [networkId],
    detail,
  });
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
