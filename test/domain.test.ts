import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isInterfaceType, isObjectType } from 'graphql';
import { clientSchema } from './schema-changes.ts';

const rows = [
  ...readFileSync(new URL('../schema/domain.md', import.meta.url), 'utf8').matchAll(/^\| (\d+) \|([^|]+)\|(.+)\|$/gm),
];

test('each of the 53 rows of the domain is served by fields that the graph has', () => {
  const schema = clientSchema();
  const named = rows.flatMap(([, row, , cell]) =>
    [...cell!.matchAll(/`(\w+)\.(\w+)`/g)].map(([, type, field]) => ({ row, type: type!, field: field! })),
  );
  const missing = named.filter(({ type, field }) => {
    const known = schema.getType(type);
    return !((isObjectType(known) || isInterfaceType(known)) && known.getFields()[field]);
  });
  expect(missing).toEqual([]);
  expect(rows.map(([, row]) => Number(row))).toEqual(Array.from({ length: 53 }, (_, index) => index + 1));
  expect(new Set(named.map(({ row }) => row)).size).toBe(53);
});
