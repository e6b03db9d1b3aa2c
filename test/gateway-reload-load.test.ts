import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGraphs } from '../gateway/supergraph/graph.ts';
import { composeSmall, type SmallWorld, startSmallWorld, until } from './gateway.ts';
import type { Answer, Member } from './people.ts';

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc') as () => void;

async function memory(): Promise<NodeJS.MemoryUsage> {
  gc();
  await pause(0); // the planner's memory is given back after what held it is collected
  gc();
  return process.memoryUsage();
}

/** Two graphs of the same subgraphs: in one a tick has no text, in the other a seat no name. */
const graphs = [
  composeSmall((sdl) => sdl.replace('text: String by', 'by')),
  composeSmall((sdl) => sdl.replace('name: String! ', '')),
] as const;
/** Each time another supergraph, of the one kind and the other. */
const graph = (i: number) => `${graphs[i % 2]}\n# ${i}`;

const tick = { n: 7, by: { name: 'Seat seat:1' } };
const refused = (field: string, type: string) => ({
  errors: [
    { message: `Cannot query field "${field}" on type "${type}".`, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ],
});
/** Operations, with all that may be answered: in full by the graph that it came to, or that this graph has no such field. */
const questions: [query: string, answers: unknown[]][] = [
  ['{ tick { n next { n next { n } } } }', [{ data: { tick: { n: 7, next: { n: 8, next: { n: 9 } } } } }]],
  ['{ tick { n by { name } } }', [{ data: { tick } }, refused('name', 'Seat')]],
  ['{ tick { n text } }', [{ data: { tick: { n: 7, text: null } } }, refused('text', 'Tick')]],
  // begun in one graph and, most often, ended in the other: the join comes after the wait
  ['mutation { setRole(role: "MEMBER_REP") }', []],
  ['{ slow(ms: 40) tick { n by { name } } }', [{ data: { slow: 40, tick } }, refused('name', 'Seat')]],
];

async function askOverSocket(member: Member, query: string): Promise<Answer> {
  const following = member.follow(query);
  return following.next().catch(async (error) => {
    const refusal = (await following.ended) as Answer['errors'] | undefined;
    return { errors: refusal ?? [{ message: String(error) }] };
  });
}

describe('under load, while one supergraph follows another', () => {
  let world: SmallWorld;
  let ana: Member;
  beforeAll(async () => {
    world = await startSmallWorld();
    ana = await world.member();
  });
  afterAll(async () => {
    await ana?.leave();
    await world?.stop();
  });

  test('no request is dropped, none is answered by two graphs, and nothing is kept of those that are gone', async () => {
    const wrong: unknown[] = [];
    const counts = { asked: 0, refused: 0 };
    const versions: number[] = [];
    let done = false;
    const check = ({ data, errors }: Answer, answers: unknown[]) => {
      if (answers.length === 0) return void versions.push(data.setRole);
      if (errors) counts.refused += 1;
      const told = errors && { errors: errors.map(({ message, extensions }) => ({ message, extensions })) };
      const answer = JSON.stringify(told ?? { data });
      if (!answers.some((one) => JSON.stringify(one) === answer)) wrong.push(answer);
    };
    const askOn = async (connection: number) => {
      for (let i = connection; !done; i += 1) {
        const [query, answers] = questions[i % questions.length]!;
        counts.asked += 1;
        const overSocket = connection < 5 && answers.length > 0;
        const answer = await (overSocket ? askOverSocket(ana, query) : ana.ask(query)).catch((error) => error);
        if (answer instanceof Error) wrong.push(String(answer));
        else check(answer, answers);
      }
    };
    const clients = Array.from({ length: 50 }, (_, i) => askOn(i));

    const replace = async (from: number, to: number) => {
      for (let i = from; i < to; i += 1) {
        world.gateway.graphs.replace(graph(i));
        await pause(15); // so that requests are begun in each graph
      }
      return memory();
    };
    const before = await replace(0, 60); // what is made once has been made
    const after = await replace(60, 260);
    done = true;
    await Promise.all(clients);

    expect(wrong).toEqual([]);
    expect(counts.asked).toBeGreaterThan(500);
    expect(counts.refused).toBeGreaterThan(20);
    // each mutation was run once: no version is told twice, and none is missing
    versions.sort((a, b) => a - b);
    expect(versions).toEqual(versions.map((_, i) => (versions[0] as number) + i));
    expect((after.heapUsed - before.heapUsed) / 1e6).toBeLessThan(12);
  });

  test('what runs keeps its graph; what begins has the new one, over every transport', async () => {
    world.gateway.graphs.replace(graphs[0]);
    const query = '{ slow(ms: 300) tick { n by { name } } }';
    const opened = world.subgraphs.opened.size;
    const stream = ana.follow('subscription { ticks { n by { name } } }');
    await stream.next();
    await until(() => world.subgraphs.opened.size > opened);
    const { asked } = world.subgraphs.slow;
    const running = [ana.ask(query), askOverSocket(ana, query)];
    await until(() => world.subgraphs.slow.asked === asked + 2); // they wait for it
    world.gateway.graphs.replace(graphs[1]);
    for (const answer of await Promise.all(running)) expect(answer).toEqual({ data: { slow: 300, tick } });
    for (const answer of [await ana.ask(query), await askOverSocket(ana, query)])
      expect(answer).toMatchObject(refused('name', 'Seat'));
  });
});

test('60 supergraphs of the real size leave nothing behind, neither here nor in the planner', async () => {
  const sdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
  const unified = readFileSync(new URL('../schema/operations/unified.graphql', import.meta.url), 'utf8');
  const urls = { networks: 'n', members: 'm', 'working-plans': 'w', discussions: 'd' };
  const served = createGraphs(sdl, urls);
  const replace = async (from: number, to: number) => {
    for (let i = from; i < to; i += 1) {
      served.replace(`${sdl}\n# ${i}`).planner.plan(unified);
      await pause(0); // as in a server, where what was collected is given back between two of them
      // A process that has run many suites collects its large heap seldom, and what the planner has given back stays in the process.
      if (i % 20 === 19) await memory();
    }
    return memory();
  };
  const before = await replace(0, 20);
  const after = await replace(20, 80);
  // kept, 60 of them take some 150 MB of the heap and 300 MB of the planner's memory
  expect((after.heapUsed - before.heapUsed) / 1e6).toBeLessThan(12);
  expect((after.rss - before.rss) / 1e6).toBeLessThan(120);
});
