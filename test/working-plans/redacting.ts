import { expect } from '@jest/globals';
import type pg from 'pg';
import * as Y from 'yjs';
import { type Copy, codeOf, type Instance, joint, type Name, nextMutation } from './subgraph.ts';

export const canary = 'Xochitl Zñqy-Wärk';

export async function redact(at: Instance, input: object, who: Name = 'safety-officer') {
  const { data, errors } = await at.ask(
    who,
    `mutation ($input: RedactPlanTextInput!) { redactPlanText(input: $input) { plan { id documentEpoch version } vacuumed alsoIn { id }
      problems { __typename ... on UserError { message path } } } }`,
    { input: { clientMutationId: nextMutation(), planId: joint, reason: 'A name that endangers somebody', ...input } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.redactPlanText;
}
/** All strings that an update or a snapshot brings, deleted or not, in the order in which they were written. */
export function stringsIn(update: Buffer): string {
  for (const decode of [Y.decodeUpdate, Y.decodeUpdateV2]) {
    try {
      const found = decode(update).structs.map((struct) => {
        if (!(struct instanceof Y.Item)) return '';
        const { content } = struct;
        if (content instanceof Y.ContentString) return content.str;
        if (content instanceof Y.ContentFormat) return JSON.stringify(content.value);
        return content instanceof Y.ContentAny ? JSON.stringify(content.arr) : '';
      });
      return found.join('');
    } catch {
      // of the other encoding
    }
  }
  return '';
}
/** The columns of the whole database in which a text is, as words, as bytes, or within an update. */
export async function columnsWith(db: pg.Client, text: string): Promise<string[]> {
  const { rows } = await db.query(
    `SELECT c.table_schema AS schema, c.table_name AS name, c.column_name AS column, c.data_type AS type
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 2, 3`,
  );
  const found: string[] = [];
  for (const { schema, name, column, type } of rows) {
    const { rows: values } = await db.query(
      `SELECT "${column}"${type === 'bytea' ? '' : '::text'} AS value FROM "${schema}"."${name}" WHERE "${column}" IS NOT NULL`,
    );
    const holds = ({ value }: { value: string | Buffer }) =>
      typeof value === 'string' ? value.includes(text) : value.includes(text) || stringsIn(value).includes(text);
    if (values.some(holds)) found.push(`${name}.${column}`);
  }
  return found;
}
export const must = async (answer: ReturnType<Copy['push']>) => expect(codeOf(await answer)).toBeUndefined();
