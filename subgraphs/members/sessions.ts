import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';

/**
 * Notes that a session of this subject is in use, to the minute, and tells whether it was ended. To be asked after the
 * rights version was read: what is ended later raises it. An ended session, and one of a person who has ended all, is good
 * again only once the person has signed in anew: a token that was merely renewed says when that was, or nothing.
 * @returns false for a session that its person has ended
 */
export async function keepSession(
  source: DataSource,
  subject: string,
  session: NonNullable<Actor['session']>,
): Promise<boolean> {
  const { id, device = 'unknown device', issuedAt = 0, expiresAt = issuedAt, authenticatedAt } = session;
  const [row] = await source.query(
    `WITH who AS (
       SELECT p.id, p.sessions_ended_at >= to_timestamp($4) AS over FROM person p WHERE p.subject = $2
     ), kept AS (
       INSERT INTO session AS s (id, person_id, device, expires_at)
       SELECT $1, id, $3, to_timestamp($5) FROM who WHERE over IS NOT TRUE
       ON CONFLICT (id) DO UPDATE SET last_seen_at = now(), device = excluded.device,
         expires_at = greatest(s.expires_at, excluded.expires_at)
       WHERE (s.revoked_at IS NULL OR s.revoked_at < to_timestamp($6))
         AND (s.last_seen_at < now() - interval '1 minute' OR s.expires_at < excluded.expires_at OR s.last_seen_at <= s.revoked_at)
     )
     SELECT who.over IS TRUE OR coalesce(s.revoked_at >= coalesce(to_timestamp($6), '-infinity'), false) AS ended
     FROM who LEFT JOIN session s ON s.id = $1 AND s.person_id = who.id`,
    [
      ...[id, subject, device, (authenticatedAt ?? issuedAt) / 1000, expiresAt / 1000],
      authenticatedAt === undefined ? null : authenticatedAt / 1000,
    ],
  );
  return row?.ended !== true;
}

/** SQL: whether a session is ended, and nobody has signed in to it anew. */
export const isEnded = 'coalesce(last_seen_at <= revoked_at, false)';

/** Of ended sessions it is remembered for a year that they were: their tokens may be renewed for long. */
export async function forgetSessions(source: DataSource): Promise<void> {
  await source.query(
    `DELETE FROM session WHERE expires_at < now() - interval '1 day' AND (revoked_at IS NULL OR expires_at < now() - interval '1 year')`,
  );
}
