import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createNames, preparingPg } from '../kit/database/prepared.ts';
import { freshDatabase } from './database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let source: DataSource;
beforeAll(async () => {
  database = await freshDatabase();
  source = new DataSource({ type: 'postgres', driver: preparingPg(createNames(3)), url: database.url, poolSize: 1 });
  await source.initialize();
  await source.query('CREATE TABLE thing (id int PRIMARY KEY, name text)');
  await source.query("INSERT INTO thing VALUES (1, 'one'), (2, 'two')");
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const statements = async (): Promise<string[]> =>
  (await source.query('SELECT statement FROM pg_prepared_statements ORDER BY name')).map(
    ({ statement }: { statement: string }) => statement,
  );
const byId = 'SELECT name FROM thing WHERE id = $1';

test('what is asked a second time is prepared, and answers with each call’s own values', async () => {
  expect(await source.query(byId, [1])).toEqual([{ name: 'one' }]);
  expect(await statements()).toEqual([]);
  expect(await source.query(byId, [2])).toEqual([{ name: 'two' }]);
  expect(await source.query(byId, [1])).toEqual([{ name: 'one' }]);
  expect(await statements()).toEqual([byId]);
});

test('an error is that of the statement, and the connection goes on', async () => {
  const divide = 'SELECT 1 / $1::int AS n';
  await source.query(divide, [1]);
  for (const _ of [1, 2]) await expect(source.query(divide, [0])).rejects.toMatchObject({ code: '22012' });
  expect(await source.query(divide, [1])).toEqual([{ n: 1 }]);
});

test('one whose result a migration has changed fails once, and is not prepared any more', async () => {
  const all = 'SELECT * FROM thing WHERE id = $1';
  for (const _ of [1, 2]) await source.query(all, [1]);
  await source.query('ALTER TABLE thing ADD COLUMN kind text');
  await expect(source.query(all, [1])).rejects.toMatchObject({ code: '0A000' });
  expect(await source.query(all, [1])).toEqual([{ id: 1, name: 'one', kind: null }]);
});

test('no more than so many are prepared; what is no statement of rows never is', async () => {
  const names = createNames(2);
  const twice = (text: string) => [names.of(text), names.of(text)];
  expect(twice('LOCK TABLE thing')).toEqual([undefined, undefined]);
  expect(twice(' select 1')).toEqual([undefined, 's1']);
  expect(twice('SELECT 2')).toEqual([undefined, 's2']);
  expect(twice('SELECT 3')).toEqual([undefined, undefined]);
  expect(names.of(' select 1')).toBe('s1');
});
