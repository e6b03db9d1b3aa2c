import type { DataSource } from 'typeorm';
import type { Actor, RoleGrant } from '../../kit/context.ts';

/**
 * The actor of a verified subject, in one statement, so that roles and rights version belong together.
 * @param seatId the seat asked for; absent: the person's first seat by id
 * @returns null for an unknown subject, or a seat that is not the person's
 */
export async function resolveActor(source: DataSource, subject: string, seatId?: string | null): Promise<Actor | null> {
  const [row] = await source.query(
    `SELECT p.id AS "personId", p.platform_operator AS "platformOperator", s.id AS "seatId",
       s.organisation_id AS "organisationId", v.version AS "rightsVersion", coalesce(
         (SELECT jsonb_agg(jsonb_build_object('role', h.role, 'networkId', h.network_id, 'bodyId', h.body_id)
            ORDER BY h.network_id, h.role, h.body_id)
          FROM held_role h WHERE h.seat_id = s.id AND h.effective), '[]') AS roles
     FROM person p
     CROSS JOIN rights_version v
     LEFT JOIN LATERAL (
       SELECT id, organisation_id FROM seat
       WHERE person_id = p.id AND ($2::text IS NULL OR id = $2) ORDER BY id LIMIT 1
     ) s ON true
     WHERE p.subject = $1`,
    [subject, seatId ?? null],
  );
  if (!row || (seatId != null && row.seatId === null)) return null;
  const { personId, rightsVersion } = row;
  const operator: RoleGrant[] = row.platformOperator
    ? [{ role: 'PLATFORM_OPERATOR', networkId: null, bodyId: null }]
    : [];
  if (row.seatId === null) {
    return { kind: 'PERSON', subject, personId, networks: [], roles: operator, rightsVersion };
  }
  const held: RoleGrant[] = row.roles;
  return {
    kind: 'SEAT',
    subject,
    personId,
    seatId: row.seatId,
    organisationId: row.organisationId,
    networks: [...new Set(held.map((grant) => grant.networkId as string))],
    roles: [...held, ...operator],
    rightsVersion,
  };
}

/** Grows with every change of anybody's roles or standing. */
export async function readRightsVersion(source: DataSource): Promise<number> {
  const [row] = await source.query('SELECT version FROM rights_version');
  return row.version;
}
