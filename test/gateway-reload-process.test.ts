import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { freshDatabase } from './database.ts';
import { freePort } from './port.ts';
import { Processes, type Started, until } from './processes.ts';

const sdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
/** The native planner ends its process on this one. */
const aborting = sdl.replaceAll('key: "id"', 'key: "no {"');
const urls = Object.fromEntries(
  ['NETWORKS', 'MEMBERS', 'WORKING_PLANS', 'DISCUSSIONS'].map((name) => [`${name}_URL`, 'http://127.0.0.1:9/graphql']),
);

let processes: Processes;
let folders = 0;
beforeAll(async () => {
  processes = await Processes.open();
});
afterEach(() => processes.clear());
afterAll(() => processes?.close());

async function prepare(text: string): Promise<{ path: string; env: Record<string, string> }> {
  folders += 1;
  const folder = join(processes.folder, `supergraph-${folders}`);
  await mkdir(folder);
  const path = join(folder, 'supergraph.graphql');
  await writeFile(path, text);
  const PORT = `${await freePort()}`; // a gateway that is given none finds one, and listens when all else has begun
  return { path, env: { PORT, DATA_DIR: join(folder, 'data'), SUPERGRAPH: path, ...urls } };
}
const linesOf = (started: Started, message: string): Record<string, unknown>[] =>
  started
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(`"message":"${message}"`))
    .map((line) => JSON.parse(line));

test('a running gateway takes another supergraph, at a change and at SIGUSR2, and refuses one that would end it', async () => {
  const { path, env } = await prepare(sdl);
  const gateway = processes.startCompiled(['gateway'], env);
  const url = await gateway.ready();
  gateway.signal('SIGUSR2');
  await gateway.says(/supergraph unchanged/);
  expect(linesOf(gateway, 'supergraph unchanged')).toMatchObject([{ by: 'SIGUSR2', path }]);

  await writeFile(`${path}.new`, aborting);
  await rename(`${path}.new`, path); // a gateway that reads it reads all of it
  await gateway.says(/supergraph refused/);
  const [refused] = linesOf(gateway, 'supergraph refused');
  expect(refused?.reason).toMatch(/^It ended the process that tried it \(SIGABRT\), reading: \S/);

  const other = `${sdl}\n# another`;
  await writeFile(`${path}.new`, other);
  await rename(`${path}.new`, path);
  await gateway.says(/supergraph replaced/);
  expect(linesOf(gateway, 'supergraph replaced')).toMatchObject([{ from: refused?.kept }]);
  gateway.signal('SIGUSR2');
  await until(() => linesOf(gateway, 'supergraph unchanged').length === 2);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  gateway.signal('SIGTERM');
  expect(await gateway.ended()).toBe(0);
});

test('a start with a supergraph that cannot be served says once why, with exit code 1', async () => {
  const cases: [string, RegExp][] = [
    [aborting, /^SUPERGRAPH: \S+ cannot be served\. It ended the process that tried it \(SIGABRT\), reading: /],
    ['type Query { a: Int }', /^SUPERGRAPH: \S+ cannot be served\. This schema is not a supergraph/],
    [
      sdl.replace('name: "members"', 'name: "people"'),
      /^SUPERGRAPH: .* No address was given for the subgraphs people\.$/,
    ],
  ];
  for (const [text, reason] of cases) {
    const { env } = await prepare(text);
    const gateway = processes.startCompiled(['gateway'], env);
    expect(await gateway.ended()).toBe(1);
    const said = gateway
      .output()
      .split('\n')
      .filter((line) => !/^ {2}.* …$/.test(line));
    expect(said.join('\n').trim()).toMatch(reason);
    expect(said.filter(Boolean)).toHaveLength(1);
  }
  const { env } = await prepare(sdl);
  const gateway = processes.startCompiled(['gateway'], { ...env, SUPERGRAPH: `${env.SUPERGRAPH}.gone` });
  expect(await gateway.ended()).toBe(1);
  expect(gateway.output()).toMatch(/^SUPERGRAPH: \S+\.gone cannot be served\. There is no such file or folder\.$/m);
});

test('a service without a gateway goes on at SIGUSR2: it may have been sent to all', async () => {
  const database = await freshDatabase();
  try {
    const { env } = await prepare(sdl);
    const members = processes.startCompiled(['members'], {
      PORT: '0',
      DATA_DIR: env.DATA_DIR as string,
      DATABASE_URL: database.url,
    });
    const url = await members.ready();
    members.signal('SIGUSR2');
    expect((await fetch(new URL('/health', url))).status).toBe(200);
    members.signal('SIGTERM');
    expect(await members.ended()).toBe(0);
  } finally {
    await processes.clear();
    await database.drop();
  }
});

test('the command that checks a supergraph says what the gateway would', async () => {
  const check = (path: string) => processes.startCompiled([path], {}, 'gateway/supergraph/check');
  const { path } = await prepare(aborting);
  const less = await prepare(sdl.replace(/^ {2}"""\n[^"]*\n {2}"""\n {2}foundedOn: .*$/m, ''));
  const [composed, refused, warned] = [check('schema'), check(path), check(less.path)];
  expect([await composed.ended(), composed.output()]).toEqual([0, 'schema: would be served.\n']);
  expect(await refused.ended()).toBe(1);
  expect(refused.output()).toMatch(
    /^\S+: would be refused\. It ended the process that tried it \(SIGABRT\), reading: /,
  );
  expect(await warned.ended()).toBe(0);
  expect(warned.output()).toContain(
    'No longer answered: Unified of unified.graphql: Cannot query field "foundedOn" on type "Network".',
  );
});
