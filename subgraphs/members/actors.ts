import type { DataSource } from 'typeorm';
import type { Actor, RoleGrant } from '../../kit/context.ts';

/**
 * The actor of a verified subject, in one statement, so that roles and rights version belong together.
 * Somebody whom nobody has met yet may sign in where a seat is held open for him or he was invited to apply: as a person
 * without a record.
 * @param seatId the seat asked for; absent: the person's first seat by id that is neither ended nor frozen
 * @returns null for an unknown subject, a seat that is not the person's, or somebody all of whose seats are frozen
 */
export async function resolveActor(source: DataSource, subject: string, seatId?: string | null): Promise<Actor | null> {
  const [row] = await source.query(
    `SELECT p.id AS "personId", EXISTS (SELECT 1 FROM seat WHERE person_id = p.id AND frozen_at IS NOT NULL) AS frozen,
       p.platform_operator AS "platformOperator", s.id AS "seatId",
       s.organisation_id AS "organisationId", v.version AS "rightsVersion", coalesce(
         (SELECT jsonb_agg(jsonb_build_object('role', h.role, 'networkId', h.network_id, 'bodyId', h.body_id)
            ORDER BY h.network_id, h.role, h.body_id)
          FROM held_role h WHERE h.seat_id = s.id AND h.effective), '[]') AS roles,
       ARRAY(SELECT DISTINCT network_id FROM break_glass
         WHERE person_id = p.id AND closed_at IS NULL AND ends_at > now() ORDER BY 1) AS "brokenGlass"
     FROM person p
     CROSS JOIN rights_version v
     LEFT JOIN LATERAL (
       SELECT id, organisation_id FROM seat
       WHERE person_id = p.id AND ended_at IS NULL AND frozen_at IS NULL AND ($2::text IS NULL OR id = $2)
       ORDER BY id LIMIT 1
     ) s ON true
     WHERE p.subject = $1`,
    [subject, seatId ?? null],
  );
  if (!row) return seatId == null ? resolveGuest(source, subject) : null;
  if (row.seatId === null && (seatId != null || row.frozen)) return null;
  const { personId, rightsVersion } = row;
  const operator: RoleGrant[] = row.platformOperator
    ? [{ role: 'PLATFORM_OPERATOR', networkId: null, bodyId: null }, ...row.brokenGlass.map(readsBrokenGlass)]
    : [];
  if (row.seatId === null) {
    return { kind: 'PERSON', subject, personId, networks: networksOf(operator), roles: operator, rightsVersion };
  }
  const held: RoleGrant[] = row.roles;
  return {
    kind: 'SEAT',
    subject,
    personId,
    seatId: row.seatId,
    organisationId: row.organisationId,
    networks: networksOf([...held, ...operator]),
    roles: [...held, ...operator],
    rightsVersion,
  };
}

const readsBrokenGlass = (networkId: string): RoleGrant => ({ role: 'BREAK_GLASS', networkId, bodyId: null });

const networksOf = (roles: RoleGrant[]) => [...new Set(roles.flatMap(({ networkId }) => networkId ?? []))];

async function resolveGuest(source: DataSource, subject: string): Promise<Actor | null> {
  const [row] = await source.query(
    `SELECT v.version AS "rightsVersion" FROM rights_version v
     WHERE EXISTS (SELECT 1 FROM seat_offer WHERE subject = $1 AND answer IS NULL AND expires_at > now())
       OR EXISTS (SELECT 1 FROM membership WHERE invited_subject = $1
         AND status IN ('INVITED', 'APPLIED', 'UNDER_REVIEW', 'MORE_INFO', 'DECLINED'))`,
    [subject],
  );
  return row ? { kind: 'PERSON', subject, networks: [], roles: [], rightsVersion: row.rightsVersion } : null;
}

/** Grows with every change of anybody's roles or standing. */
export async function readRightsVersion(source: DataSource): Promise<number> {
  const [row] = await source.query('SELECT version FROM rights_version');
  return row.version;
}
