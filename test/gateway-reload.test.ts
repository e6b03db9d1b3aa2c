import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openSupergraph, type SupergraphSource } from '../gateway/supergraph/source.ts';
import { tryOut } from '../gateway/supergraph/trial.ts';
import { createLog } from '../kit/log.ts';
import { composeSmall, membersSdl, networksSdl, type SmallWorld, startSmallWorld, until } from './gateway.ts';
import type { Member } from './people.ts';

const first = composeSmall();
/** With one more field, that says which it is. */
const version = (name: string) => composeSmall((sdl) => sdl.replace('n: Int! cursor', `n: Int! ${name}: Int cursor`));
const fields = '{ __type(name: "Tick") { fields { name } } }';
const addresses = ['members', 'networks'];

let folder: string;
let world: SmallWorld;
let ana: Member;
let lines: Record<string, unknown>[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'net4u-reload-'));
});
afterEach(async () => {
  await ana?.leave();
  await world?.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function serve(from: string | SupergraphSource): Promise<void> {
  lines = [];
  const log = createLog('test', 'info', (line) => lines.push(JSON.parse(line)));
  const supergraph = typeof from === 'string' ? openSupergraph(from) : from;
  world = await startSmallWorld({ supergraph, production: false, log });
  ana = await world.member();
}
const newFile = async (sdl = first): Promise<string> => {
  const path = join(await mkdtemp(join(folder, 'at-')), 'supergraph.graphql');
  await writeFile(path, sdl);
  return path;
};
const served = async (): Promise<string[]> => {
  const { data } = await ana.ask(fields);
  return data.__type.fields.map(({ name }: { name: string }) => name);
};
const said = (message: string) => lines.filter((line) => line.message === message);
const replaced = (times = 1) => until(() => said('supergraph replaced').length >= times);

describe('a supergraph that changes is served without a restart', () => {
  test('written in place, put in its place, and by a signal; the log says from what to what', async () => {
    const path = await newFile();
    await serve(path);
    const ids = [world.gateway.graphs.current.id];
    expect(await served()).not.toContain('a');

    writeFileSync(path, version('a')); // at once: a gateway in this process reads it before or after
    await replaced(1);
    expect(await served()).toContain('a');
    ids.push(world.gateway.graphs.current.id);

    await writeFile(`${path}~`, version('b'));
    await rename(`${path}~`, path);
    await replaced(2);
    expect(await served()).toEqual(expect.arrayContaining(['b']));
    expect(await served()).not.toContain('a');
    ids.push(world.gateway.graphs.current.id);

    expect(new Set(ids).size).toBe(3);
    expect(said('supergraph replaced')).toMatchObject([
      { from: ids[0], to: ids[1], path, by: 'its source, which changed' },
      { from: ids[1], to: ids[2], path },
    ]);
    expect(await world.gateway.reload('SIGUSR2')).toBe('unchanged');
    expect(said('supergraph unchanged')).toMatchObject([{ by: 'SIGUSR2', id: ids[2] }]);
    expect(said('supergraph refused')).toEqual([]);
  });

  test('a mounted configuration, whose link is put elsewhere', async () => {
    const at = await mkdtemp(join(folder, 'mount-'));
    for (const [name, sdl] of [['1', first] as const, ['2', version('mounted')] as const]) {
      await mkdir(join(at, name));
      await writeFile(join(at, name, 'supergraph.graphql'), sdl);
    }
    await symlink('1', join(at, '..data'));
    await symlink('..data/supergraph.graphql', join(at, 'supergraph.graphql'));
    await serve(join(at, 'supergraph.graphql'));
    await symlink('2', join(at, '..new'));
    await rename(join(at, '..new'), join(at, '..data'));
    await replaced();
    expect(await served()).toContain('mounted');
  });

  test('a file that is written slowly is read when it is whole', async () => {
    const path = await newFile();
    await serve(path);
    /** @returns the longest time between two of its writes, ms */
    const writeSlowly = async (text: string) => {
      let longest = 0;
      const file = await open(path, 'w');
      for (let at = 0; at < text.length; at += 400) {
        const began = performance.now();
        await file.write(text.slice(at, at + 400));
        await pause(30); // a writer that takes its time: less than the quiet that is waited for
        longest = Math.max(longest, performance.now() - began);
      }
      await file.close();
      return longest;
    };
    let name = 'slow';
    // One that got no turn for as long as that quiet has paused, too: once more.
    for (let n = 1; (await writeSlowly(version(name))) > 80; n += 1) {
      while (!(await served()).includes(name)) await pause(20);
      name = `slow${n}`;
      lines = [];
    }
    await replaced();
    expect(await served()).toContain(name);
    expect(said('supergraph refused')).toEqual([]);
  });

  test('a folder of subgraphs, composed anew when one of them changes', async () => {
    const at = await mkdtemp(join(folder, 'subgraphs-'));
    await writeFile(join(at, 'members.graphql'), membersSdl);
    await writeFile(join(at, 'networks.graphql'), networksSdl);
    await writeFile(join(at, '.networks.graphql.swp'), 'an editor');
    await serve(at);
    writeFileSync(join(at, 'networks.graphql'), networksSdl.replace('n: Int! cursor', 'n: Int! composed: Int cursor'));
    await replaced();
    expect(await served()).toContain('composed');
    writeFileSync(join(at, 'networks.graphql'), networksSdl.replace('id: ID! }', 'id: ID! name: Int }'));
    await until(() => said('supergraph refused').length === 1);
    expect(String(said('supergraph refused')[0]?.reason)).toMatch(/^The subgraphs do not compose:\n- .*"Seat\.name"/);
    expect(await served()).toContain('composed');
    writeFileSync(join(at, 'networks.graphql'), 'type Tick {\n  n');
    await until(() => said('supergraph refused').length === 2);
    expect(said('supergraph refused')[1]?.reason).toBe(
      'Subgraph networks is not valid GraphQL: Syntax Error: Expected ":", found <EOF>. (2:4)',
    );
  });
});

describe('a supergraph that cannot be served is refused, and the one before stays', () => {
  const abort = /^It ended the process that tried it \(SIGABRT\), reading: \S/;
  const wrong: [string, string, RegExp][] = [
    ['half of a file', first.slice(0, first.length / 2), /^The supergraph is not valid GraphQL: Syntax Error/],
    ['an empty file', '', /^The supergraph is not valid GraphQL: Syntax Error/],
    ['a subgraph', membersSdl, /^This schema is not a supergraph/],
    ['a subgraph without an address', first.replace('name: "networks"', 'name: "elsewhere"'), /\belsewhere\b/],
    ['an unknown type', first.replace(/: Tick!/, ': Tock!'), /^The supergraph is not valid: Unknown type "Tock"/],
    ['a type twice', `${first}\ntype Tick { n: Int }`, /^The supergraph is not valid: .*"Tick"/],
    ['an unknown subgraph', first.replace(/@join__type\(graph: NETWORKS/, '@join__type(graph: NOWHERE'), /NOWHERE/],
    ['a key that is none, at which the planner aborts', first.replaceAll('key: "id"', 'key: "no {"'), abort],
    ['no Query', first.replace(/^type Query[^}]*}/m, ''), /^The supergraph is not valid: Unknown type "Query"/],
  ];

  test.each(wrong)('%s', async (_, sdl, reason) => {
    await expect(tryOut({ sdl }, { addresses })).rejects.toThrow(reason);
  });

  test('one that takes too long, and one that ends with the gateway', async () => {
    await expect(tryOut({ sdl: first }, { addresses, timeout: 1 })).rejects.toThrow(/^It was given up after 1 ms of /);
    const ending = new AbortController();
    const trial = tryOut({ sdl: first }, { addresses, signal: ending.signal });
    ending.abort(new Error('stopped'));
    await expect(trial).rejects.toThrow('stopped');
  });

  test('what clients rely on is named when it can no longer be answered, which is no reason to refuse', async () => {
    const operations = { 'a.graphql': 'query A { tick { n } }', 'b.graphql': 'query B { me { name } }' };
    const draft = { sdl: composeSmall((sdl) => sdl.replace('name: String! ', '')) };
    const { broken, sdl } = await tryOut(draft, { addresses, operations });
    expect(broken).toEqual(['B of b.graphql: Cannot query field "name" on type "Seat".']);
    expect(sdl).toBe(draft.sdl);
  });

  test('what is out of reach for the subgraphs is named; a root field of which nothing can be planned is refused', async () => {
    const unreached = first.replaceAll('@join__type(graph: MEMBERS, key: "id")', '@join__type(graph: MEMBERS)');
    const { broken } = await tryOut({ sdl: unreached }, { addresses });
    expect(broken.map((one) => one.split(':')[0])).toEqual([
      'Query.tick, with all it offers',
      'Subscription.ticks, with all it offers',
    ]);
    const nowhere = first.replace(
      'tick: Tick @join__field(graph: NETWORKS)',
      'tick: Tick @join__field(graph: MEMBERS)',
    );
    await expect(tryOut({ sdl: nowhere }, { addresses })).rejects.toThrow(/^Query\.tick cannot be planned: /);
  });

  test('a pipe, a device or a file without measure in its place is refused, and waited for by nobody', async () => {
    const path = await newFile();
    await serve(path);
    const instead: [() => Promise<unknown>, RegExp][] = [
      [() => promisify(execFile)('mkfifo', [path]), /^supergraph\.graphql is neither a file nor a folder\.$/],
      [() => symlink('/dev/zero', path), /^supergraph\.graphql is neither a file nor a folder\.$/],
      [() => symlink(path, path), /^ELOOP/],
      [() => writeFile(path, `${first}#${' '.repeat(2 ** 23)}`), /bytes: at most 8388608 are read\.$/],
    ];
    for (const [i, [make, reason]] of instead.entries()) {
      await rm(path);
      await make();
      await world.gateway.reload('test');
      expect(said('supergraph refused').at(-1)?.reason).toMatch(reason);
      expect((await ana.ask('{ tick { n } }')).data.tick.n).toBe(7);
      expect(said('supergraph refused').length).toBeGreaterThan(i);
    }
    await rm(path);
    writeFileSync(path, version('after_all'));
    await replaced();
    expect(await served()).toContain('after_all');
  });

  test('one that was written while the one before was read is told of once, however often it is read', async () => {
    const path = await newFile();
    const source = openSupergraph(path);
    let reads = 0;
    const read = async () => {
      if (reads === 1) writeFileSync(path, membersSdl); // the first is that of the start, the second that of its watching
      const draft = await source.read();
      reads += 1;
      return draft;
    };
    await serve({ ...source, read });
    await until(() => reads === 3); // for the writing
    writeFileSync(path, version('at_last'));
    await replaced();
    expect(said('supergraph refused')).toHaveLength(1);
  });

  test('one line each says what is wrong; requests, subscriptions and /ready notice nothing', async () => {
    const path = await newFile();
    await serve(path);
    const { id } = world.gateway.graphs.current;
    const stream = ana.follow('subscription { ticks { n } }');
    await stream.next();
    const chosen = wrong.filter(([name]) => /half|address|key/.test(name));
    for (const [i, [, sdl]] of chosen.entries()) {
      writeFileSync(path, sdl); // at once: a gateway in this process reads it before or after
      await until(() => said('supergraph refused').length > i);
      expect((await fetch(`${world.gateway.url}/ready`)).status).toBe(200);
      expect((await ana.ask('{ tick { n by { name } } }')).data.tick).toEqual({ n: 7, by: { name: 'Seat seat:1' } });
    }
    await rm(path);
    await until(() => said('supergraph refused').length > chosen.length);
    expect(said('supergraph refused')).toHaveLength(chosen.length + 1);
    for (const [i, [, , reason]] of chosen.entries()) {
      expect(said('supergraph refused')[i]).toMatchObject({ level: 'error', path, kept: id });
      expect(said('supergraph refused')[i]?.reason).toMatch(reason);
    }
    expect(said('supergraph refused').at(-1)?.reason).toBe('There is no such file or folder.');
    expect(world.gateway.graphs.current.id).toBe(id);
    world.subgraphs.tick(2);
    expect((await stream.next()).data.ticks.n).toBe(2);

    writeFileSync(path, version('at_last'));
    await replaced();
    expect(await served()).toContain('at_last');
  });
});
