import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { subgraphSchemas } from '../kit/database/subgraphs.ts';
import { createPeople, type Member, type People } from './people.ts';
import { type Edit, readLog, readTitle, Writer } from './plan-writer.ts';
import { freePort } from './port.ts';
import { killPostgres, listPostgres, Processes, type Started } from './processes.ts';

let processes: Processes;
let settings: Record<string, string>;
let dataDir: string;
let platform: Started;
let people: People | undefined;
let loadedAtFirst: Record<string, number>;

async function startPlatform(): Promise<void> {
  platform = processes.startCompiled([], settings);
  people = createPeople(await platform.ready(), dataDir);
}
/** What `npm start` runs, and Postgres with all its workers, gone in one moment. */
async function killEverything(): Promise<void> {
  platform.signal('SIGKILL', 'group');
  await killPostgres(dataDir);
  await platform.ended();
  await people?.leave();
}
const editor = (): Promise<Member> => (people as People).as('americas-editor');
const typeMany = (writer: Writer, count: number, word: string): Edit[] =>
  Array.from({ length: count }, (_, n) => writer.type(` ${word}${n};`));
const updatesOf = (edits: readonly { update: string }[]) => edits.map(({ update }) => update);
const occurrences = (text: string, part: string) => text.split(part).length - 1;

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const { port, password } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What people's edits and sign-ins make, and what is made in the background: of edits, and of the records once their days have passed. */
const notRecords = [
  'told_late',
  ...['plan_edit', 'plan_client', 'plan_snapshot', 'session'],
  ...['plan_node', 'plan_projection', 'plan_words', 'plan_words_read', 'plan_touch', 'plan_touch_read'],
];

/** Rows of every table that the records fill, and how often they were loaded. */
async function countLoaded(): Promise<Record<string, number>> {
  const schemas = Object.values(subgraphSchemas);
  const tables = await query(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema IN (${schemas.map((schema) => `'${schema}'`)}) AND table_type = 'BASE TABLE'
     AND table_name NOT IN (${notRecords.map((name) => `'${name}'`)})`,
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM ${name}`);
  const rows = await query(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ name, count }) => [name as string, count as number]));
}

beforeAll(async () => {
  processes = await Processes.open();
  dataDir = join(processes.folder, 'data');
  settings = { PORT: `${await freePort()}`, DATA_DIR: dataDir };
  await startPlatform();
  loadedAtFirst = await countLoaded();
});
afterAll(async () => {
  await people?.leave();
  await processes?.close();
});

describe('an acknowledged edit', () => {
  test('is there after a SIGKILL of everything 100 ms after the last of 200', async () => {
    const writer = await Writer.join(await editor());
    const edits = typeMany(writer, 200, 'kept');
    const outcomes = await writer.pushAll(edits);
    await pause(100); // the moment at which a server that stores later than it answers has lost most
    await killEverything();
    expect(outcomes.map(({ status }) => status)).toEqual(Array(200).fill('fulfilled'));

    await startPlatform();
    const member = await editor();
    const title = await readTitle(member);
    expect(title).toContain(edits.map(({ text }) => text).join(''));
    const log = await readLog(member, writer.cursor);
    expect(updatesOf(log)).toEqual(updatesOf(edits));
    expect(log.map(({ cursor }) => cursor)).toEqual(edits.map(({ editId }) => writer.acknowledged.get(editId)));

    writer.member = member;
    const next = writer.type(' and on it goes');
    const cursor = await writer.push(next);
    expect(await readLog(member, log.at(-1)?.cursor as string)).toEqual([
      expect.objectContaining({ cursor, update: next.update }),
    ]);
    expect(await readTitle(member)).toBe(`${title} and on it goes`);
  });

  test('is there when only node is killed: the next start takes over the Postgres that outlived it', async () => {
    const writer = await Writer.join(await editor());
    const edits = typeMany(writer, 20, 'orphaned');
    await writer.pushAll(edits);
    platform.signal('SIGKILL');
    await platform.ended();
    await people?.leave();
    expect(listPostgres(dataDir)).not.toEqual([]);

    await startPlatform();
    expect(platform.output()).toContain('left behind by process');
    const member = await editor();
    expect(updatesOf(await readLog(member, writer.cursor))).toEqual(updatesOf(edits));
    writer.member = member;
    await writer.push(writer.type(' more'));
  });

  test('is there when everything is killed amid pushes; the others come once, when pushed again', async () => {
    const writer = await Writer.join(await editor());
    const edits = typeMany(writer, 200, 'torn');
    let acknowledgements = 0;
    let killed: Promise<void> | undefined;
    const outcomes = await writer.pushAll(edits, () => {
      acknowledgements += 1;
      if (acknowledgements === 60) killed = killEverything();
    });
    await killed;
    const acked = edits.filter(({ editId }) => writer.acknowledged.has(editId));
    const open = edits.filter(({ editId }) => !writer.acknowledged.has(editId));
    expect(acked.length).toBeGreaterThanOrEqual(60);
    expect(open.length).toBeGreaterThan(0);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(open.length);

    await startPlatform();
    const member = await editor();
    const found = await readLog(member, writer.cursor);
    const place = new Map(found.map(({ update, cursor }) => [update, cursor]));
    for (const { editId, update } of acked) expect(place.get(update)).toBe(writer.acknowledged.get(editId));
    // Of one client's edits each builds on the one before: what is there is a beginning of what was sent, and nothing else.
    expect(updatesOf(found)).toEqual(updatesOf(edits).slice(0, found.length));

    writer.member = member;
    const again = await writer.pushAll(open);
    expect(again.map(({ status }) => status)).toEqual(Array(open.length).fill('fulfilled'));
    expect(updatesOf(await readLog(member, writer.cursor))).toEqual(updatesOf(edits));
    const title = await readTitle(member);
    for (const { text } of edits) expect(occurrences(title, text)).toBe(1);
  });
});

test('the shipped records were loaded once, at the first of the four starts', async () => {
  expect(await countLoaded()).toEqual(loadedAtFirst);
  expect(loadedAtFirst).toMatchObject({ 'networks.loaded': 1, 'members.loaded': 1, 'discussions.loaded': 1 });
  expect(loadedAtFirst['networks.network']).toBeGreaterThan(0);
});
