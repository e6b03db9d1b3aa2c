import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { type Candidate, candidates } from './gateways/index.ts';
import { query, sdls } from './graph.ts';
import type { LoadResult } from './load.ts';
import { placement, type Remote, startProcess } from './process.ts';
import { describeLoad, formatTable, machineTime, median, say } from './report.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '2' },
    connections: { type: 'string', default: '50' },
    /** Only candidates whose name holds this text; the first is always there. */
    only: { type: 'string', default: '' },
    /** A folder: every gateway leaves a CPU profile there. The figures are then not to be compared with others. */
    profile: { type: 'string' },
  },
});
const [rounds, seconds, warmup, connections] = [
  Number(options.rounds),
  Number(options.seconds),
  Number(options.warmup),
  Number(options.connections),
];

const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`];

interface Running extends Candidate {
  remote: Remote;
  url: string;
  /** Bytes of its answer. */
  size: number;
  samples: Sample[];
}

interface Sample extends LoadResult {
  /** µs of CPU a request */
  cpu: number;
  /** share of the time that the gateway was computing */
  busy: number;
  fetches: number;
}

const subgraphs = await startProcess('./subgraphs.ts');
const load = await startProcess('./load.ts');
const { urls, issuer } = await subgraphs.call('start');
const tokens: string[] = await subgraphs.call('tokens', connections);
const parts = Object.entries(sdls).map(([name, sdl]) => ({ name, sdl, url: urls[name] }));
const supergraph = composeSupergraph(parts);

async function ask(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[0]}` };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
}

/** One more line break or none at the end is all that answers may differ by. */
async function verify(name: string, url: string, expected: string | undefined): Promise<string> {
  const text = await ask(url);
  const answer = text.trimEnd();
  if (expected !== undefined && answer !== expected)
    throw new Error(`${name} answers otherwise than ${candidates[0]!.name}: ${answer.slice(0, 500)}`);
  if (answer.includes('"errors"')) throw new Error(`${name} answers with errors: ${answer.slice(0, 500)}`);
  return text;
}

const running: Running[] = [];
let expected: string | undefined;
for (const candidate of candidates.filter(({ name }, i) => i === 0 || name.includes(options.only))) {
  const nodeArguments = [...profiling, ...(candidate.nodeArguments ?? [])];
  const remote = await startProcess(candidate.file, { isMeasured: true, nodeArguments });
  const setting = { supergraph, subgraphs: urls, issuer, query, ...candidate.options };
  const url: string = await remote.call('start', setting);
  const text = await verify(candidate.name, url, expected);
  expected ??= text.trimEnd();
  running.push({ ...candidate, remote, url, size: Buffer.byteLength(text), samples: [] });
}
say(`${describeLoad()}; ${placement}; node ${process.version}`);
say(
  `${connections} connections, ${rounds} rounds of ${warmup} s warm-up and ${seconds} s measured, each gateway in turn`,
);
say(`answers: ${running.map(({ size }) => size).join(', ')} bytes, equal but for the line break at the end\n`);

const others: number[] = []; // share of the machine that went to programs that are not ours
for (let round = 0; round < rounds; round += 1) {
  for (const one of running) {
    const { url, size, remote } = one;
    await load.call('run', { url, query, tokens, size, seconds: warmup });
    const measured = () => Promise.all([remote.cpu(), subgraphs.cpu(), load.cpu()]);
    const [before, fetchesBefore, machineBefore] = [await measured(), await subgraphs.call('fetches'), machineTime()];
    const result: LoadResult = await load.call('run', { url, query, tokens, size, seconds });
    const [after, fetchesAfter] = [await measured(), await subgraphs.call('fetches')];
    const spent = after.map((value, i) => value - before[i]!);
    others.push((machineTime() - machineBefore) / 1000 / result.seconds - sum(spent) / 1e6 / result.seconds);
    one.samples.push({
      ...result,
      cpu: spent[0]! / result.requests,
      busy: spent[0]! / 1e6 / result.seconds,
      fetches: (fetchesAfter - fetchesBefore) / result.requests,
    });
  }
}
for (const { name, url } of running) await verify(name, url, expected);

const of = (one: Running, read: (sample: Sample) => number) => median(one.samples.map(read));
const rate = (one: Running) => of(one, (sample) => sample.requests / sample.seconds);
const cpu = (one: Running) => of(one, (sample) => sample.cpu);
const first = running[0]!;
say(
  formatTable(
    [
      'gateway',
      'requests/s',
      'x',
      'CPU µs/request',
      'min–max',
      'x by CPU',
      'core busy',
      'p50 ms',
      'p99 ms',
      'fetches/request',
    ],
    running.map((one) => [
      one.name,
      rate(one).toFixed(0),
      (rate(one) / rate(first)).toFixed(1),
      cpu(one).toFixed(0),
      [Math.min, Math.max].map((end) => end(...one.samples.map((sample) => sample.cpu)).toFixed(0)).join('–'),
      (cpu(first) / cpu(one)).toFixed(1),
      `${(100 * of(one, (sample) => sample.busy)).toFixed(0)} %`,
      of(one, (sample) => sample.p50).toFixed(1),
      of(one, (sample) => sample.p99).toFixed(1),
      of(one, (sample) => sample.fetches).toFixed(1),
    ]),
  ),
);
const taken = others.map((value) => Number(Math.max(0, value).toFixed(2)));
say(
  `\nOther programs took ${Math.min(...taken)} to ${Math.max(...taken)} cores meanwhile, ${median(taken).toFixed(2)} in the median; ${describeLoad()}.`,
);
await Promise.all([...running.map(({ remote }) => remote), load, subgraphs].map((remote) => remote.stop()));

function sum(list: number[]): number {
  return list.reduce((total, value) => total + value, 0);
}
