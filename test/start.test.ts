import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { canReach, isRoot, nobody } from '../kit/database/embedded/account.ts';
import { freshDatabase } from './database.ts';
import { createPeople } from './people.ts';
import { freePort } from './port.ts';
import { listPostgres, Processes, root, type Started, until } from './processes.ts';
import { ownedDatabase, run } from './topology.ts';

let processes: Processes;
let taken: Server;
/** A port of this machine that something else listens on, and one that nothing does. */
let takenPort: number;
let closedPort: number;
let folders = 0;
beforeAll(async () => {
  processes = await Processes.open();
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  takenPort = (taken.address() as { port: number }).port;
  closedPort = await freePort();
});
afterEach(() => processes.clear());
afterAll(async () => {
  await processes?.close();
  taken?.close();
});

const newFolder = () => {
  folders += 1;
  return join(processes.folder, `data-${folders}`);
};
const strong = {
  GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
  CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
};
const subgraphUrls = Object.fromEntries(
  ['NETWORKS', 'MEMBERS', 'WORKING_PLANS', 'DISCUSSIONS'].map((name) => [`${name}_URL`, 'http://127.0.0.1:9/graphql']),
);

/** The one message, after its steps, of what must fail with exit code 1. */
async function complaint(started: Started): Promise<string> {
  const code = await started.ended();
  const lines = started.output().split('\n');
  const said = lines.filter((line) => !/^ {2}.* …$/.test(line)).join('\n');
  expect([code, said]).toEqual([1, expect.not.stringMatching(/^ +at |\bundefined\b/m)]);
  return said.trim();
}
/** The same of a start, which must leave no Postgres. */
async function refusal(started: Started): Promise<string> {
  const said = await complaint(started);
  expect(listPostgres(processes.folder)).toEqual([]);
  return said;
}
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a start that cannot be says once what is wrong and what to do, with exit code 1, and leaves nothing', () => {
  test('all settings that are wrong, at once', async () => {
    const wrong = { PORT: 'http', REGION_NUMBER: '300', DATABASE_URL: 'mysql://here', GATEWAY_SECRET: 'secret' };
    const said = await refusal(processes.startCompiled([], { ...wrong, DATA_DIR: newFolder() }));
    expect(said.split('\n').map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['PORT', 'REGION_NUMBER', 'DATABASE_URL', 'GATEWAY_SECRET']),
    );
    expect(said.split('\n')).toHaveLength(4);
  });

  test('an unknown service, with those there are', async () => {
    expect(await refusal(processes.startCompiled(['networks', 'mail'], {}))).toBe(
      'There is no service "mail". There are: networks, members, working-plans, discussions, gateway; no name starts all.',
    );
  });

  test('a service alone without what it shares with the others; two that would share a port', async () => {
    const [gateway, members, two] = [
      processes.startCompiled(['gateway'], { DATA_DIR: newFolder(), MEMBERS_URL: 'http://127.0.0.1:9/graphql' }),
      processes.startCompiled(['members'], { DATA_DIR: newFolder() }),
      processes.startCompiled(['members', 'networks'], {
        DATA_DIR: newFolder(),
        DATABASE_URL: 'postgres://a@127.0.0.1/b',
      }),
    ];
    const missing = (await refusal(gateway)).split('\n').map((line) => line.split(' ')[0]);
    expect(missing).toEqual(['NETWORKS_URL', 'WORKING_PLANS_URL', 'DISCUSSIONS_URL']);
    expect(await refusal(members)).toMatch(/^DATABASE_URL is not set .*owns the database.*\.$/);
    expect(await refusal(two)).toBe(
      'members and networks cannot share one PORT: start each in a process of its own, or together with gateway.',
    );
  });

  test('a port that is taken, before anything is made', async () => {
    const dataDir = newFolder();
    const said = await refusal(processes.startCompiled([], { PORT: `${takenPort}`, DATA_DIR: dataDir }));
    expect(said).toBe(`PORT: port ${takenPort} is taken by another program: stop it, or set another PORT.`);
    expect(await exists(dataDir)).toBe(false);
  });

  test('a DATA_DIR that is a file, with the embedded database and without', async () => {
    const file = newFolder();
    await writeFile(file, 'mine');
    const settings = { PORT: '0', DATA_DIR: file };
    expect(await refusal(processes.startCompiled([], settings))).toMatch(
      new RegExp(`^DATA_DIR ${file} cannot be used: it is a file. Set DATA_DIR to a directory\\.`),
    );
    expect(await refusal(processes.startCompiled(['gateway'], { ...settings, ...subgraphUrls }))).toMatch(
      new RegExp(`^DATA_DIR: ${file}/dev cannot be used .* Set DATA_DIR to a folder this user may write\\.$`),
    );
  });

  test('a DATA_DIR that this user may not write', async () => {
    const dataDir = newFolder();
    await mkdir(dataDir, { mode: isRoot() ? 0o755 : 0o500 });
    // Root may write everywhere but in /proc; so another user starts, where one can get at the code.
    const asNobody = isRoot() && (await canReach(process.execPath, nobody, 5)) && (await canReach(root, nobody, 5));
    const place = isRoot() && !asNobody ? '/proc/net4u' : dataDir;
    const started = processes.startCompiled([], { PORT: '0', DATA_DIR: place }, 'start', asNobody ? nobody : undefined);
    expect(await refusal(started)).toMatch(
      new RegExp(
        asNobody || !isRoot()
          ? `^DATA_DIR ${place} cannot be used: user \\d+ may not read and write ${place}\\. Give it to that user \\(chown -R\\), or set DATA_DIR`
          : `^DATA_DIR ${place} cannot be used: .* Set DATA_DIR to a place that can be written`,
      ),
    );
  });

  test('a database that is down, after 10 s of patience; a Redis that is', async () => {
    const database = processes.startCompiled(['members'], {
      PORT: '0',
      DATA_DIR: newFolder(),
      DATABASE_URL: `postgres://net4u:x@127.0.0.1:${closedPort}/net4u`,
    });
    const dataDir = newFolder();
    const REDIS_URL = `redis://127.0.0.1:${closedPort}`;
    const redis = processes.startCompiled([], { PORT: '0', DATA_DIR: dataDir, REDIS_URL, ...strong });
    expect(await refusal(redis)).toMatch(
      new RegExp(`^REDIS_URL: no Redis answers at 127.0.0.1:${closedPort} .* Start it, or unset REDIS_URL`),
    );
    expect(await exists(dataDir)).toBe(false);
    expect(await refusal(database)).toBe(
      `DATABASE_URL: no Postgres answers at 127.0.0.1:${closedPort} (ECONNREFUSED). Start it, or unset DATABASE_URL to use the embedded one.`,
    );
  });

  test('a database that comes only later is waited for', async () => {
    const database = await freshDatabase();
    const url = new URL(database.url);
    const [host, serverPort] = [url.hostname, Number(url.port)];
    let isUp = false;
    const proxy = createServer((socket) => {
      if (!isUp) return void socket.destroy(); // as what publishes a container's port does while nothing in it listens
      const server = connect(serverPort, host);
      for (const [from, to] of [
        [socket, server],
        [server, socket],
      ] as const)
        from.pipe(to).on('error', () => from.destroy());
    });
    const port = await freePort();
    url.port = `${port}`;
    try {
      const members = processes.startCompiled(['members'], {
        PORT: '0',
        DATA_DIR: newFolder(),
        DATABASE_URL: url.toString(),
      });
      await members.says(/starting members/);
      await pause(700); // so that it has been refused some times
      proxy.listen(port, '127.0.0.1');
      await pause(700); // and then turned away some times
      isUp = true;
      await members.ready();
    } finally {
      proxy.close();
      await processes.clear();
      await database.drop();
    }
  });

  test('a database with another password, one that does not exist, an owner who may not create roles', async () => {
    const database = await ownedDatabase();
    const { username } = new URL(database.url);
    const start = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      change(url);
      return processes.startCompiled(['members'], { PORT: '0', DATA_DIR: newFolder(), DATABASE_URL: url.toString() });
    };
    try {
      const password = start((url) => Object.assign(url, { password: 'other' }));
      const name = start((url) => Object.assign(url, { pathname: '/nowhere' }));
      const where = new URL(database.url).host;
      expect(await refusal(password)).toBe(`DATABASE_URL: Postgres at ${where} refuses this user or password.`);
      expect(await refusal(name)).toBe(
        `DATABASE_URL: Postgres at ${where} has no database "nowhere". Create it first.`,
      );
      const server = process.env.TEST_DATABASE_URL as string;
      await run(server, [`ALTER ROLE ${username} NOCREATEROLE`]);
      const mayNot = /^DATABASE_URL: its user must own the database and may create roles \(CREATEROLE\)/;
      expect(await refusal(start(() => {}))).toMatch(mayNot);
      await run(server, [`ALTER ROLE ${username} CREATEROLE`, `ALTER DATABASE ${username} OWNER TO CURRENT_USER`]);
      expect(await refusal(start(() => {}))).toMatch(mayNot);
      expect(await run(server, [`SELECT 1 FROM pg_roles WHERE rolname LIKE '${username}\\_%'`])).toEqual([]);
    } finally {
      await database.drop();
    }
  });
});

describe('in production', () => {
  test('what development makes up has to be set', async () => {
    const said = await refusal(processes.startCompiled([], { NODE_ENV: 'production' }));
    expect(said.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'OIDC_ISSUER',
      'GATEWAY_SECRET',
      'CURSOR_SECRET',
    ]);
  });

  test('only sourced records are loaded, and nobody signs in as a sample', async () => {
    const database = await freshDatabase();
    const settings = { NODE_ENV: 'production', OIDC_ISSUER: 'https://issuer.example', ...strong };
    const port = await freePort();
    try {
      const platform = processes.startCompiled([], { ...settings, PORT: `${port}`, DATABASE_URL: database.url });
      const url = await platform.ready();
      const tables = await run(database.url, [
        `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns WHERE column_name = 'provenance'`,
      ]);
      const count = tables.map(
        ({ name }) => `SELECT '${name}' AS name, provenance, count(*)::int AS count FROM ${name} GROUP BY 2`,
      );
      const records = await run(database.url, [count.join(' UNION ALL ')]);
      expect(new Set(records.map(({ provenance }) => provenance))).toEqual(new Set(['SOURCED']));
      expect(records).toContainEqual({ name: 'networks.network', provenance: 'SOURCED', count: expect.any(Number) });
      expect(
        await run(database.url, ['SELECT 1 FROM members.person UNION ALL SELECT 1 FROM networks.partner']),
      ).toEqual([]);
      const metadata = await fetch(`${url}/issuer/.well-known/openid-configuration`);
      expect(metadata.headers.get('content-type')).not.toMatch(/json/);
      platform.signal('SIGTERM');
      expect(await platform.ended(10_000)).toBe(0);
    } finally {
      await database.drop();
    }
  });

  test('a gateway alone needs no disk, no database and no secret but its own', async () => {
    const settings = { NODE_ENV: 'production', OIDC_ISSUER: 'https://issuer.example', DATA_DIR: '/dev/null/none' };
    const gateway = processes.startCompiled(['gateway'], {
      ...settings,
      ...subgraphUrls,
      GATEWAY_SECRET: strong.GATEWAY_SECRET,
      PORT: `${await freePort()}`,
    });
    const url = await gateway.ready();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    gateway.signal('SIGTERM');
    expect(await gateway.ended(10_000)).toBe(0);
  });
});

describe('from nothing', () => {
  // What begins with `processes.start` is what `npm start` runs; the others say and do the same, and are there sooner.
  const token = (name: string, dataDir: string) =>
    processes.run('npm', ['run', '-s', 'token', '--', name], { DATA_DIR: dataDir });

  test('Ctrl-C during each part of the start ends it; the next start begins where that was; then one more is quick', async () => {
    const dataDir = newFolder();
    const settings = { PORT: `${await freePort()}`, DATA_DIR: dataDir };
    expect(await refusal(token('americas-editor', dataDir))).toMatch(
      /issuer\.json is not there: start the platform first with `npm start`/,
    );
    const steps = [
      'creating the database cluster',
      'starting networks',
      'starting discussions',
      'starting the gateway',
    ];
    for (let step = steps.shift(); step !== undefined; ) {
      const platform =
        step === 'starting the gateway' ? processes.start([], settings) : processes.startCompiled([], settings);
      await platform.says(new RegExp(`^ {2}${step}`, 'm'));
      platform.signal('SIGINT', 'group');
      // a cluster that is being made is made whole first, and how long that takes is the machine's
      const within = step === 'creating the database cluster' ? 60_000 : 10_000;
      expect([step, await platform.ended(within)]).toEqual([step, 0]);
      // Where this process got no turn while the start went on to its end, the signal came after it: once more.
      if (/NET4U is running[\s\S]*SIGINT: stopping/.test(platform.output())) continue;
      expect(platform.output()).not.toMatch(/NET4U is running|^ +at |Error/m);
      await until(() => listPostgres(dataDir).length === 0);
      step = steps.shift();
    }

    const first = processes.start([], settings);
    const url = await first.ready();
    const block = [
      `NET4U is running at ${url}`,
      `  graph   ${url}/graphql`,
      '  token   npm run -s token -- americas-editor',
      `  data    ${dataDir}/postgres`,
      '  mail    none: SMTP_URL is not set',
      '  stop    Ctrl-C',
    ];
    expect(first.output().trimEnd().split('\n').slice(-6)).toEqual(block);
    expect(await complaint(token('nobody', dataDir))).toMatch(
      /unknown persona "nobody"; known: .*americas-editor.*partner/,
    );
    const people = createPeople(url, dataDir);
    const ask = async () =>
      (await people.as('africa-editor')).ask(
        '{ networks { slug } workingPlan(id: "plan:joint-2027") { title { text } } }',
      );
    const before = await ask();
    expect(before.errors).toBeUndefined();
    const beside = processes.startCompiled([], { ...settings, PORT: '0' });
    expect(await complaint(beside)).toMatch(
      new RegExp(`^DATA_DIR ${dataDir} is in use by process ${first.pid}: .* Stop process ${first.pid} first, or`),
    );
    const following = (await people.as('africa-editor')).follow(
      'subscription { planEdits(planId: "plan:joint-2027") { __typename } }',
    );
    await stopsAtCtrlC(first, dataDir);
    await following.ended;

    await chmod(join(dataDir, 'postgres'), 0o755); // as a chmod -R of the whole checkout does
    const began = performance.now();
    const second = processes.start([], settings);
    await second.ready();
    process.stderr.write(`a second start took ${Math.round(performance.now() - began)} ms\n`);
    expect(await ask()).toEqual(before);
    await people.leave();
    second.hangUp();
    expect(await second.ended(10_000)).toBe(0);
    expect(listPostgres(dataDir)).toEqual([]);
  });

  async function stopsAtCtrlC(platform: Started, dataDir: string): Promise<void> {
    expect(listPostgres(dataDir)).not.toEqual([]);
    platform.signal('SIGINT', 'group');
    expect(await platform.ended(10_000)).toBe(0);
    expect(listPostgres(dataDir)).toEqual([]);
    expect(platform.output()).toMatch(/SIGINT: stopping .*\n$/);
  }
});
