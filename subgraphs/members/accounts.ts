import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { fileUrl, type ServedFile } from '../../kit/files.ts';
import { mayReadExport } from './account-policy.ts';
import type { DataExport, Erasure } from './entities/data-rights.ts';
import type { MailAddress } from './entities/mail-address.ts';
import { defaultSettings, type NotificationSettings } from './entities/notifications.ts';
import type { Session } from './entities/session.ts';
import { isEnded } from './sessions.ts';

/** What a person reads of his own. Whoever calls these has made sure that it is he. */

/** Sessions that are neither over nor ended, the last used first. @param current id of the one that asks */
export async function readSessions(
  manager: EntityManager,
  personId: string,
  current: string | undefined,
): Promise<Session[]> {
  const rows: Omit<Session, 'current'>[] = await manager.query(
    `SELECT id, device, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt"
     FROM session WHERE person_id = $1 AND NOT ${isEnded} AND expires_at > now()
     ORDER BY last_seen_at DESC, id LIMIT 100`,
    [personId],
  );
  return rows.map((row) => ({ ...row, current: row.id === current }));
}

export async function readNotifications(manager: EntityManager, personId: string): Promise<NotificationSettings> {
  const [row] = await manager.query(
    `SELECT digest, digest_hour_local AS "digestHourLocal", time_zone AS "timeZone", include_content AS "includeContent",
       mentions_immediate AS "mentionsImmediate", version FROM notification_setting WHERE person_id = $1`,
    [personId],
  );
  if (row) return row;
  const [seat] = await manager.query(
    'SELECT time_zone AS "timeZone" FROM seat WHERE person_id = $1 AND ended_at IS NULL ORDER BY id LIMIT 1',
    [personId],
  );
  return { ...defaultSettings, ...seat };
}

export async function readMailAddress(manager: EntityManager, personId: string): Promise<MailAddress | null> {
  const [row] = await manager.query(
    `SELECT address, confirmed_at AS "confirmedAt", CASE WHEN confirm_before > now() THEN pending END AS pending,
       CASE WHEN confirm_before > now() THEN confirm_before END AS "confirmBefore", failing_since AS "failingSince"
     FROM mail_address WHERE person_id = $1`,
    [personId],
  );
  return row ?? null;
}

/** The latest first. @param id one of them, or all */
export async function readExports(
  manager: EntityManager,
  personId: string,
  id: string | null = null,
): Promise<DataExport[]> {
  const rows: Omit<DataExport, 'url'>[] = await manager.query(
    `SELECT id, requested_at AS "requestedAt", ready_at AS "readyAt", expires_at AS "expiresAt", length(bytes) AS size
     FROM data_export WHERE person_id = $1 AND ($2::text IS NULL OR id = $2) AND (expires_at IS NULL OR expires_at > now())
     ORDER BY requested_at DESC, id DESC LIMIT 20`,
    [personId, id],
  );
  return rows.map((row) => ({ ...row, url: row.readyAt === null ? null : fileUrl('members', row.id) }));
}

export async function readErasure(manager: EntityManager, id: string): Promise<Erasure | null> {
  const [row] = await manager.query(
    `SELECT id, CASE WHEN confirmed_at IS NULL AND confirm_before > now() THEN code END AS "confirmationCode",
       confirm_before AS "confirmBefore", confirmed_at AS "confirmedAt"
     FROM erasure WHERE id = $1`,
    [id],
  );
  return row ?? null;
}

/** The file of an export, for the person it is of. */
export async function readExportFile(manager: EntityManager, actor: Actor, id: string): Promise<ServedFile | null> {
  const [row] = await manager.query(
    `SELECT person_id AS "personId", bytes, requested_at AS "requestedAt" FROM data_export
     WHERE id = $1 AND ready_at IS NOT NULL AND expires_at > now()`,
    [id],
  );
  if (!row || !mayReadExport(actor, row)) return null;
  const day = row.requestedAt.toISOString().slice(0, 10);
  return { name: `net4u-my-data-${day}.json`, mediaType: 'application/json', bytes: row.bytes };
}
