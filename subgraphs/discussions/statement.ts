import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { reachOf } from './policy.ts';

/** Adds a parameter to a statement. @returns its placeholder, `$1` */
export type Bind = (value: unknown) => string;

/**
 * Rows as instances of their class, in one statement.
 * @param write gets the columns of the table, which it must call `r`; further columns become further properties
 */
export async function select<T extends object>(
  manager: EntityManager,
  entity: new () => T,
  write: (columns: string, bind: Bind) => string,
): Promise<T[]> {
  const parameters: unknown[] = [];
  const { columns } = manager.connection.getMetadata(entity);
  const names = columns.map((column) => `r.${column.databaseName} AS "${column.propertyName}"`).join(', ');
  const sql = write(names, (value) => `$${parameters.push(value)}`);
  const rows: object[] = await manager.query(sql, parameters);
  return rows.map((row) => Object.assign(new entity(), row));
}

/** The condition that the row called `alias` (a thread or meeting) is one the actor may read. */
export function readable(alias: string, actor: Actor, bind: Bind): string {
  const { levels, networks, groups } = reachOf(actor);
  const conditions = [
    `${alias}.visibility = ANY(${bind(levels)}::text[])`,
    ...networks.map(
      ({ visibility, networkIds }) =>
        `${alias}.visibility = ${bind(visibility)} AND ${alias}.network_ids && ${bind(networkIds)}::text[]`,
    ),
    ...groups.map(
      ({ bodyId, networkIds }) =>
        `${alias}.visibility = 'GROUP' AND ${alias}.body_id = ${bind(bodyId)} AND ${alias}.network_ids && ${bind(networkIds)}::text[]`,
    ),
  ];
  return `(${conditions.join(' OR ')})`;
}
