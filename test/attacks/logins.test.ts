import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { databaseOf, loginRole, loginUrl, subgraphNames, subgraphSchemas } from '../../kit/database/subgraphs.ts';
import { startWorldApart, type World } from '../world.ts';

let world: World;
let secret: string;
let tables: { schema: string; name: string }[];
beforeAll(async () => {
  world = await startWorldApart();
  secret = (await readFile(join(world.dataDir, 'dev/gateway-secret'), 'utf8')).trim();
  const owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  const { rows } = await owner.query(
    "SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
  );
  tables = rows;
  await owner.end();
});
afterAll(() => world.stop());

test('each subgraph of a database has a login of its own, also where the database’s name is as long as can be', () => {
  for (const database of ['net4u', 'n'.repeat(63), 'ñ'.repeat(31)]) {
    const names = subgraphNames.map((name) => loginRole(database, name, secret).name);
    expect(new Set(names).size).toBe(subgraphNames.length);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  }
});

describe.each(subgraphNames)('the database login of %s', (subgraph) => {
  let login: pg.Client;
  /** @returns the error's SQLSTATE, or `done` */
  const run = (sql: string) =>
    login.query(sql).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
  beforeAll(async () => {
    const role = loginRole(databaseOf(world.databaseUrl), subgraph, secret);
    login = new pg.Client(loginUrl(world.databaseUrl, role));
    await login.connect();
  });
  afterAll(() => login.end());

  test('reads and writes its own tables and nobody else’s', async () => {
    const shared = ['feed', 'audit', 'data_rights', 'notices'];
    const foreign = tables.filter(({ schema }) => schema !== subgraphSchemas[subgraph] && !shared.includes(schema));
    expect(foreign.length).toBeGreaterThan(15);
    for (const { schema, name } of foreign) {
      const table = `${schema}.${name}`;
      for (const sql of [`SELECT 1 FROM ${table}`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
        expect([sql, await run(sql)]).toEqual([sql, '42501']);
      }
    }
    expect(await run(`SELECT 1 FROM ${subgraphSchemas[subgraph]}.mutation`)).toBe('done');
  });

  test('appends to the feed, rewrites none of it, and reads it only as networks', async () => {
    expect(await run('SELECT 1 FROM feed.event')).toBe(subgraph === 'networks' ? 'done' : '42501');
    for (const sql of [
      "UPDATE feed.event SET visibility = 'PUBLIC'",
      'DELETE FROM feed.event',
      'TRUNCATE feed.event',
      'DELETE FROM feed.stream',
      'UPDATE feed.installation SET epoch = 2',
      'DROP TABLE feed.event',
    ]) {
      expect([sql, await run(sql)]).toEqual([sql, '42501']);
    }
  });

  test('appends to the audit log, rewrites none of it, and reads it only as members', async () => {
    for (const table of ['audit.entry', 'audit.chain']) {
      expect(await run(`SELECT 1 FROM ${table}`)).toBe(subgraph === 'members' ? 'done' : '42501');
      for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table}`, `DROP TABLE ${table}`])
        expect([sql, await run(sql)]).toEqual([sql, '42501']);
    }
    for (const sql of [
      "UPDATE audit.entry SET detail = ''",
      'UPDATE audit.chain SET position = 0',
      "INSERT INTO audit.chain VALUES ('net:x', 0, '')",
      "SELECT audit.digest(ARRAY['x'])",
    ])
      expect([sql, await run(sql)]).toEqual([sql, '42501']);
  });

  test('does its part of what a person asks for, and sees that of no other unless it is members', async () => {
    for (const table of ['data_rights.part', 'data_rights.request'])
      expect([table, await run(`SELECT 1 FROM ${table}`)]).toEqual([table, subgraph === 'members' ? 'done' : '42501']);
    expect(await run('DELETE FROM data_rights.request WHERE false')).toBe(subgraph === 'members' ? 'done' : '42501');
    for (const sql of [
      'DELETE FROM data_rights.part WHERE false',
      'TRUNCATE data_rights.part',
      'TRUNCATE data_rights.request',
    ])
      expect([sql, await run(sql)]).toEqual([sql, '42501']);
  });

  test('says what somebody is to be told of where that happens, rewrites nothing, and reads it only as members', async () => {
    const may = (...of: string[]) => (of.includes(subgraph) ? 'done' : '42501');
    expect(await run('SELECT 1 FROM notices.notice')).toBe(may('members'));
    for (const sql of [
      "UPDATE notices.notice SET to_seat_ids = '{seat:x}'",
      'DELETE FROM notices.notice',
      'TRUNCATE notices.notice',
      'DROP TABLE notices.notice',
    ])
      expect([sql, await run(sql)]).toEqual([sql, '42501']);
    expect(await run("SELECT notices.add('[]')")).toBe(may('working-plans', 'discussions'));
    expect(await run("SELECT notices.forget('none')")).toBe(may('working-plans', 'discussions'));
    expect(await run("SELECT notices.settle_keys('{none}')")).toBe(may('working-plans'));
    expect(await run("SELECT notices.settle_about('none', 'MENTION', NULL)")).toBe(may('discussions'));
    expect(await run("SELECT notices.reword('none', '')")).toBe(may('discussions'));
    expect(await run("SELECT notices.withdraw('none')")).toBe(may('discussions'));
    expect(await run('SELECT notices.clear()')).toBe(may('members'));
  });

  test('takes nothing back of the feed but what is its own to take back', async () => {
    const may = (of: string) => (subgraph === of ? 'done' : '42501');
    expect(await run("SELECT feed.narrow('net:x', 'none', 'NETWORK', '{}')")).toBe(may('networks'));
    expect(await run("SELECT feed.set_countries('{none}', '{}')")).toBe(may('members'));
    expect(await run("SELECT feed.narrow_knowledge('none', 'NETWORK', '{}')")).toBe(may('discussions'));
    expect(await run("SELECT feed.erase_thread('none')")).toBe(may('discussions'));
    expect(await run("SELECT feed.erase('none/none', '{}')")).toBe('42501');
  });

  test.each([
    'SELECT rolpassword FROM pg_authid',
    'SET ROLE postgres',
    ...subgraphNames.filter((name) => name !== subgraph).map((name) => `SET ROLE "<${name}>"`),
    'CREATE ROLE mine SUPERUSER',
    'CREATE SCHEMA mine',
    'CREATE TABLE public.mine (x int)',
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    'CREATE EXTENSION dblink',
  ])('is refused: %s', async (sql) => {
    const named = sql.replace(/<(.*)>/, (_, name) => loginRole(databaseOf(world.databaseUrl), name, secret).name);
    expect(await run(named)).toBe('42501');
  });
});
