import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import * as Y from 'yjs';
import { ranByJourneys } from './journeys/domain-ran.ts';
import { now, pass, type Stage, startStage } from './journeys/domain-stage.ts';
import { titleOf } from './plan-writer.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any;

const folder = new URL('../schema/examples/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const files = readdirSync(folder);
const isThere = (file: string) => files.includes(file);
/** Name and persona of each example, in the order in which the table has them. */
const rows = [...read('README.md').matchAll(/^\| \[([\w-]+)\]\(\1\.graphql\) \| ([\w-]+) \| .+ \|$/gm)].map(
  ([, name, who]) => [name!, who!] as const,
);

let stage: Stage;
const answers = new Map<string, Any>();
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());

test('the table lists each example, and each says what it is for and what comes back', () => {
  const names = files.filter((file) => file.endsWith('.graphql')).map((file) => file.replace('.graphql', ''));
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
  expect(names.length).toBeGreaterThanOrEqual(25);
  for (const name of names) {
    const lines = read(`${name}.graphql`).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^# [A-Z].+\.$/),
      expect.stringMatching(/^# Comes back: .+\.$/),
    ]);
  }
  const stray = files.filter((file) => file.endsWith('.json') && !isThere(file.replace('.json', '.graphql')));
  expect(stray).toEqual([]);
});

/** What an example has answered before. */
function answered(name: string, path: string): Any {
  let value = answers.get(name);
  for (const step of path.split('.')) value = value?.[step];
  if (value === undefined || value === null) throw new Error(`${name} has not answered ${path}`);
  return value;
}

const voices = {
  'net:americas': { by: 'americas-coordinator', voices: ['americas-rep'] },
  'net:africa': { by: 'africa-coordinator', voices: ['africa-rep'] },
};
/** What stands in braces in variables, as the table's page says. */
async function lookUp(text: string): Promise<unknown> {
  const [, hours] = /^in (\d+) hours?$/.exec(text) ?? [];
  if (hours) return new Date(now().getTime() + Number(hours) * 3_600_000).toISOString();
  if (text === 'what was typed') return type();
  if (text === 'the file that was exported') return fetchFile();
  const [, networkId, typename, id, contentHash] = /^a decision of (\S+) on (\w+) (\S+) (\S+)$/.exec(text) ?? [];
  if (networkId && typename && id && contentHash) {
    const subject = { typename, id };
    return stage.decide({
      ...voices[networkId as keyof typeof voices],
      ...{ networkIds: [networkId], subject, contentHash },
    });
  }
  const [, name, path] = /^([\w-]+): ([\w.]+)$/.exec(text) ?? [];
  if (name && path) return answered(name, path);
  throw new Error(`{${text}} is nothing that this test knows`);
}

async function fill(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(fill));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(async ([key, inner]) => [key, await fill(inner)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  if (typeof value !== 'string') return value;
  // Braces within braces are filled first.
  let text = value;
  for (let found = /\{([^{}]*)\}/.exec(text); found; found = /\{([^{}]*)\}/.exec(text)) {
    const given = await lookUp(found[1]!);
    if (found[0] === text) return given;
    text = text.replace(found[0], String(given));
  }
  return text;
}

/** One edit of the title of the plan that was opened, typed under the client id that was given. */
function type(): string {
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, Buffer.from(answered('open-plan', 'workingPlan.document.update'), 'base64'));
  doc.clientID = answered('join-plan', 'joinPlan.clientId');
  let update = '';
  doc.once('update', (bytes: Uint8Array) => {
    update = Buffer.from(bytes).toString('base64');
  });
  titleOf(doc).insert(0, 'The ');
  return update;
}

async function fetchFile(): Promise<string> {
  const { token } = await stage.as('americas-editor');
  const url = new URL(answered('export-job', 'exportJob.file.url'), stage.world.url);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}

async function follow(who: string, text: string, variables: object): Promise<Any> {
  const following = (await stage.as(who)).follow(text, { ...variables });
  for (;;) {
    const answer = await following.next();
    expect(answer.errors).toBeUndefined();
    if (Object.values<Any>(answer.data)[0].__typename === 'Heartbeat') continue;
    following.close();
    stage.ran.add(answer, text);
    return answer.data;
  }
}

async function run(name: string, who: string): Promise<Any> {
  const text = read(`${name}.graphql`);
  const variables = (await fill(isThere(`${name}.json`) ? JSON.parse(read(`${name}.json`)) : {})) as object;
  if (getOperationAST(parse(text))?.operation === 'subscription') return follow(who, text, variables);
  if (name === 'conclude-decision') pass(3_600_000); // the hour of its round
  let data = await stage.see(who, text, variables);
  // A file is made in the background: who waits for it asks again.
  for (const end = Date.now() + 60_000; name === 'export-job' && data.exportJob.status !== 'DONE'; ) {
    expect({ status: data.exportJob.status, late: Date.now() > end }).toMatchObject({ late: false });
    await delay(50);
    data = await stage.see(who, text, variables);
  }
  return data;
}

describe('from the sample records on, each gets what it says', () => {
  test.each(rows)('%s, as %s', async (name, who) => {
    const data = await run(name, who);
    answers.set(name, data);
    for (const [root, value] of Object.entries<Any>(data)) {
      expect({ root, value }).not.toEqual({ root, value: null });
      expect({ root, problems: value.problems ?? [] }).toEqual({ root, problems: [] });
    }
  });
});

test('each operation and field that schema/domain.md names was asked for: by an example, or by a journey', () => {
  const table = readFileSync(new URL('../schema/domain.md', import.meta.url), 'utf8');
  const named = [...table.matchAll(/^\| \d+ \|.+$/gm)].flatMap(([row]) =>
    [...row.matchAll(/`(\w+\.\w+)`/g)].map(([, field]) => field!),
  );
  expect(named.length).toBeGreaterThan(150);
  const ran = new Set<string>([...stage.ran.fields, ...ranByJourneys]);
  expect([...new Set(named.filter((field) => !ran.has(field)))]).toEqual([]);
});
