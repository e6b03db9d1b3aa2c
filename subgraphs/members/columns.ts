import type { DataSource } from 'typeorm';
import { Membership } from './entities/membership.ts';
import { Organisation } from './entities/organisation.ts';

// biome-ignore lint/suspicious/noExplicitAny: typeorm's own type of a class
export type Entity = new () => any;

/** The columns of an entity under its property names, for a statement in which its table is called `alias`. */
export const columnsOf = (source: DataSource, entity: Entity, alias: string): string =>
  source
    .getMetadata(entity)
    .columns.map((column) => `${alias}."${column.databaseName}" AS "${column.propertyName}"`)
    .join(', ');

/** SQL of the organisations asked to sponsor a membership, while it is open: once it is decided they have no say in it. */
const sponsorsOf = (membership: string) => `CASE WHEN ${membership}.status IN ('APPLIED', 'UNDER_REVIEW', 'MORE_INFO')
  THEN ARRAY(SELECT s.organisation_id FROM sponsorship s WHERE s.membership_id = ${membership}.id) ELSE '{}' END`;

/** SQL of an organisation with its standing. */
export const selectOrganisation = (source: DataSource): string => `
  SELECT ${columnsOf(source, Organisation, 'o')}, o.list_name AS "listName", coalesce((
    SELECT jsonb_agg(jsonb_build_object('membershipId', m.id, 'networkId', m.network_id, 'status', m.status,
      'appliedBySeatId', m.applied_by_seat_id, 'appliedByPersonId', m.applied_by_person_id,
      'invitedSubject', m.invited_subject, 'sponsorIds', ${sponsorsOf('m')}) ORDER BY m.id)
    FROM membership m WHERE m.organisation_id = o.id), '[]') AS standing,
    CASE WHEN o.field_visibility::text LIKE '%GROUP%' THEN ARRAY(SELECT DISTINCT h.body_id FROM held_role h
      WHERE h.organisation_id = o.id AND h.effective AND h.body_id IS NOT NULL) ELSE '{}' END AS "bodyIds"
  FROM organisation o`;

/** SQL of the columns of memberships, with those who are asked to sponsor them. */
export const selectMembership = (source: DataSource, alias: string): string =>
  `${columnsOf(source, Membership, alias)}, ${sponsorsOf(alias)} AS "sponsorIds"`;
