import type { DataSource } from 'typeorm';
import type { Database } from '../../../kit/database/open.ts';
import { defaultSettings, type NotificationSettings } from '../entities/notifications.ts';
import type { SeatNotice } from '../notices.ts';

/** A person with an address, whom it may be time to mail something. */
export interface Recipient {
  personId: string;
  subject: string;
  /** Confirmed. */
  address: string | null;
  /** When the first was confirmed. */
  mailedSince: Date | null;
  digestAt: Date | null;
  pending: string | null;
  /** Mailed to `pending` and not yet sent. */
  code: string | null;
  failures: number;
  seats: { id: string; locale: string; timeZone: string }[];
  /** One of the person's organisations is under a safety lock. */
  isLocked: boolean;
  /** Some mention waits; whether it may still be read is not asked yet. */
  hasMention: boolean;
  settings: NotificationSettings;
}

/** While a process mails to a person no other does; if it dies, another one may from then on. */
const lease = 5 * 60_000; // ms; longer than a server may take to accept a mail

const shortest = 60_000; // ms
const longest = 6 * 3_600_000;
/** ms until the next try. @param failures so far, in a row */
export const backOff = (failures: number): number => Math.min(longest, shortest * 2 ** Math.min(failures, 16));

/** Those who are not being mailed to, nor to be left alone for a while. */
export async function readRecipients(source: DataSource, now: Date): Promise<Recipient[]> {
  const rows: (Omit<Recipient, 'settings'> & { set: NotificationSettings | null })[] = await source.query(
    `SELECT m.person_id AS "personId", p.subject, m.address, m.mailed_since AS "mailedSince", m.digest_at AS "digestAt", m.pending,
       CASE WHEN m.code_mailed_at IS NULL AND m.confirm_before > now() THEN m.code END AS code, m.failures,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'locale', s.preferred_locale, 'timeZone', s.time_zone) ORDER BY s.id)
         FROM seat s WHERE s.person_id = p.id AND s.ended_at IS NULL AND s.frozen_at IS NULL), '[]') AS seats,
       EXISTS (SELECT FROM seat s JOIN organisation o ON o.id = s.organisation_id
         WHERE s.person_id = p.id AND o.safety_locked) AS "isLocked",
       EXISTS (SELECT FROM seat s JOIN notices.notice x ON x.to_seat_ids <> '{}' AND x.to_seat_ids @> ARRAY[s.id]
         LEFT JOIN notice_state t ON t.notice_id = x.id AND t.seat_id = s.id
         WHERE s.person_id = p.id AND x.kind = 'MENTION' AND x.at > m.mailed_since AND t.read_at IS NULL AND t.mailed_at IS NULL
       ) AS "hasMention",
       CASE WHEN n.person_id IS NOT NULL THEN jsonb_build_object('digest', n.digest, 'digestHourLocal', n.digest_hour_local,
         'timeZone', n.time_zone, 'includeContent', n.include_content, 'mentionsImmediate', n.mentions_immediate,
         'version', n.version) END AS set
     FROM mail_address m JOIN person p ON p.id = m.person_id LEFT JOIN notification_setting n ON n.person_id = m.person_id
     WHERE p.erased_at IS NULL AND coalesce(m.lease_until <= $1, true) AND coalesce(m.retry_at <= $1, true)
     ORDER BY m.person_id`,
    [now],
  );
  return rows.map(({ set, ...row }) => ({
    ...row,
    settings: set ?? { ...defaultSettings, timeZone: row.seats[0]?.timeZone ?? 'UTC' },
  }));
}

/** @returns false if another process has begun to mail to this person */
export async function claim(source: DataSource, { personId }: Recipient, now: Date): Promise<boolean> {
  const [claimed]: [unknown[], number] = await source.query(
    `UPDATE mail_address SET lease_until = $2 WHERE person_id = $1 AND coalesce(lease_until <= $3, true) RETURNING 1`,
    [personId, new Date(now.getTime() + lease), now],
  );
  return claimed.length > 0;
}

const isDelivered = 'lease_until = NULL, failures = 0, failing_since = NULL, retry_at = NULL';

/** Notes what was mailed, and up to when digests are made. Ends the claim. */
export async function noteMailed(
  database: Database,
  { personId }: Recipient,
  { notices, digestAt, at }: { notices: readonly SeatNotice[]; digestAt: Date | null; at: Date },
): Promise<void> {
  await database.transaction(async ({ manager }) => {
    const ids = [notices.map(({ id }) => id), notices.map(({ seatId }) => seatId)];
    await manager.query(
      `INSERT INTO notice_state AS s (notice_id, seat_id, mailed_at) SELECT u.id, u.seat, $3::timestamptz FROM unnest($1::text[], $2::text[]) AS u(id, seat)
       ORDER BY 1, 2 ON CONFLICT (notice_id, seat_id) DO UPDATE SET mailed_at = coalesce(s.mailed_at, excluded.mailed_at)`,
      [...ids, at],
    );
    await manager.query(
      `UPDATE mail_address SET digest_at = greatest(digest_at, $2), ${isDelivered} WHERE person_id = $1`,
      [personId, digestAt],
    );
  });
}

/** Nothing was to be mailed: the claim ends. What failed stays noted. */
export async function noteNothing(source: DataSource, { personId }: Recipient, digestAt: Date | null): Promise<void> {
  await source.query(
    'UPDATE mail_address SET digest_at = greatest(digest_at, $2), lease_until = NULL WHERE person_id = $1',
    [personId, digestAt],
  );
}

/** @param code the one that was mailed: another may have been asked for meanwhile */
export async function noteCodeMailed(source: DataSource, { personId }: Recipient, code: string): Promise<void> {
  await source.query(
    `UPDATE mail_address SET code_mailed_at = CASE WHEN code = $2 THEN now() END, ${isDelivered} WHERE person_id = $1`,
    [personId, code],
  );
}

/** This person's mail was refused: it is tried again later. */
export async function noteRefused(source: DataSource, { personId, failures }: Recipient, now: Date): Promise<void> {
  await source.query(
    `UPDATE mail_address SET failures = failures + 1, failing_since = coalesce(failing_since, $2), retry_at = $3, lease_until = NULL
     WHERE person_id = $1`,
    [personId, now, new Date(now.getTime() + backOff(failures))],
  );
}
