import type { DataSource } from 'typeorm';
import { Organisation } from './entities/organisation.ts';

// biome-ignore lint/suspicious/noExplicitAny: typeorm's own type of a class
export type Entity = new () => any;

/** The columns of an entity under its property names, for a statement in which its table is called `alias`. */
export const columnsOf = (source: DataSource, entity: Entity, alias: string): string =>
  source
    .getMetadata(entity)
    .columns.map((column) => `${alias}."${column.databaseName}" AS "${column.propertyName}"`)
    .join(', ');

/** SQL of an organisation with its standing. */
export const selectOrganisation = (source: DataSource): string => `
  SELECT ${columnsOf(source, Organisation, 'o')}, o.list_name AS "listName", coalesce((
    SELECT jsonb_agg(jsonb_build_object('networkId', m.network_id, 'status', m.status,
      'appliedBySeatId', m.applied_by_seat_id, 'appliedByPersonId', m.applied_by_person_id) ORDER BY m.id)
    FROM membership m WHERE m.organisation_id = o.id), '[]') AS standing
  FROM organisation o`;
