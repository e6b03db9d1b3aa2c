import type { EntityManager } from 'typeorm';

/** Whom a request is about. */
export interface DataSubject {
  personId: string;
  /** OIDC `sub`. */
  subject: string;
  /** The seats that the person holds. */
  seatIds: readonly string[];
}

/** Rows of a subgraph, by table, as JSON. */
export type Rows = Record<string, Record<string, unknown>[]>;

interface Column {
  table: string;
  column: string;
  nullable: boolean;
}

/**
 * Columns of this login's own tables, by what their names say: `author_seat_id`, `seat_id`, `changed_by` hold seats,
 * `applied_by_person_id` persons, `subject` and `invited_subject` OIDC subjects. So a table that is yet to come is not
 * forgotten. A row of somebody else's that a seat has only judged (`resolved_by`) is not its own. What stands in bytes is no text to hand out: `made` of contribute.ts is for that.
 */
async function findColumns(manager: EntityManager, pattern: string): Promise<Column[]> {
  return manager.query(
    `SELECT c.table_name AS "table", c.column_name AS "column", c.is_nullable = 'YES' AS nullable
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.data_type = 'text'
       AND c.column_name ~ $1
     ORDER BY 1, 2`,
    [pattern],
  );
}

const seatColumns = '^(?!(resolved|revoked|frozen|locked|checked|granted|offered|answered)_by).*((^|_)seat_id|_by)$';
const personColumns = '(^|_)person_id$';
const subjectColumns = '(^|_)subject$';

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Every row that names the person or one of his seats, each once, without its bytes and its search vectors, and without whom
 * else it names: who held the seat before him is not told to who holds it now.
 * @param hide columns that others wrote about him in confidence
 */
export async function collectRows(
  manager: EntityManager,
  of: DataSubject,
  hide: readonly string[] = [],
): Promise<Rows> {
  const found = new Map<string, string[]>();
  const naming = [
    ...(await findColumns(manager, personColumns)).map((one) => ({ ...one, value: '$2', own: of.personId })),
    ...(await findColumns(manager, subjectColumns)).map((one) => ({ ...one, value: '$3', own: of.subject })),
  ];
  const columns = [...(await findColumns(manager, seatColumns)).map((one) => ({ ...one, value: '$1' })), ...naming];
  for (const { table, column, value } of columns) {
    const conditions = found.get(table) ?? [];
    conditions.push(`t.${quote(column)} = ANY (${value}::text[])`);
    found.set(table, conditions);
  }
  const rows: Rows = {};
  for (const [table, conditions] of found) {
    const [{ hidden }] = await manager.query(
      `SELECT coalesce(array_agg(column_name::text), '{}') AS hidden FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1 AND data_type IN ('bytea', 'tsvector')`,
      [table],
    );
    const own: { row: Record<string, unknown> }[] = await manager.query(
      `SELECT to_jsonb(t) - $4::text[] AS row FROM ${quote(table)} t
       WHERE ($1::text[], $2::text[], $3::text[]) IS NOT NULL AND (${conditions.join(' OR ')})`,
      [of.seatIds, [of.personId], [of.subject], [...hidden, ...hide]],
    );
    const names = naming.filter((one) => one.table === table);
    for (const { row } of own) for (const one of names) if (row[one.column] !== one.own) delete row[one.column];
    if (own.length > 0) rows[table] = own.map(({ row }) => row);
  }
  return rows;
}

/**
 * Takes the person out of this subgraph: his subject and his person's id, wherever they stand; rows that are nothing
 * without them go. Seats, and what was said by them, stay: others know nothing but the seat.
 * @param except tables that see to it themselves
 */
export async function eraseRows(
  manager: EntityManager,
  { personId, subject }: DataSubject,
  except: readonly string[] = [],
): Promise<void> {
  for (const [pattern, value] of [
    [personColumns, personId],
    [subjectColumns, subject],
  ] as const) {
    for (const { table, column, nullable } of await findColumns(manager, pattern)) {
      if (except.includes(table)) continue;
      const where = `WHERE ${quote(column)} = $1`;
      await manager.query(
        nullable
          ? `UPDATE ${quote(table)} SET ${quote(column)} = NULL ${where}`
          : `DELETE FROM ${quote(table)} ${where}`,
        [value],
      );
    }
  }
  await manager.query('DELETE FROM mutation WHERE actor = $1', [subject]);
}
