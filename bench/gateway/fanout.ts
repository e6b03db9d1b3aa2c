import { parseArgs } from 'node:util';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { type Candidate, subscribers } from './gateways/index.ts';
import { query, sdls, subscriptions } from './graph.ts';
import { placement, type Remote, startProcess } from './process.ts';
import { describeLoad, formatTable, machineTime, median, say } from './report.ts';

const { values: options } = parseArgs({
  options: {
    sockets: { type: 'string', default: '200,1000' },
    /** How long each gateway is measured, after `warm` s of the same: a compiler that is still at work is not what is asked about. */
    seconds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    /** Only gateways whose name holds this text. */
    only: { type: 'string', default: '' },
  },
});
const counts = options.sockets.split(',').map(Number);
const rounds = Number(options.rounds);

interface Result {
  /** µs of CPU a delivery */
  cpu: number;
  /** subscriptions that the gateway opened at the subgraph */
  upstreams: number;
  /** requests to subgraphs for one event */
  fetches: number;
  /** ms */
  p50: number;
  p99: number;
  perSecond: number;
}

const subgraphs = await startProcess('./subgraphs.ts');
const readers = await startProcess('./readers.ts');
const { urls, issuer } = await subgraphs.call('start');
const tokens: string[] = await subgraphs.call('tokens', Math.max(...counts));
const parts = Object.entries(sdls).map(([name, sdl]) => ({ name, sdl, url: urls[name] }));
const supergraph = composeSupergraph(parts);
const others: number[] = [];
let events = 0;

/** Publishes one event and waits until every socket has it. @returns '' or what is missing after `within` ms */
async function deliver(within: number): Promise<string> {
  events += 1;
  await readers.call('expect', `c${events}`);
  await subgraphs.call('publish', events);
  return readers.call('arrival', within);
}

async function measure(gateway: Remote, url: string, text: string, count: number): Promise<Result> {
  await readers.call('open', { url, query: text, tokens: tokens.slice(0, count) });
  // A subscription is not acknowledged: it stands when its events come.
  for (let tries = 0, missing = '?'; missing !== ''; tries += 1) {
    if (tries === 20) throw new Error(missing);
    missing = await deliver(2_000);
  }
  const burst = async (seconds: number) => {
    const until = performance.now() + seconds * 1000;
    let deliveries = 0;
    for (; deliveries === 0 || performance.now() < until; deliveries += count) {
      const missing = await deliver(20_000);
      if (missing !== '') throw new Error(missing);
    }
    return deliveries;
  };
  await burst(Number(options.warm));
  await readers.call('takeLatencies');
  const read = () => Promise.all([gateway.cpu(), subgraphs.cpu(), readers.cpu(), subgraphs.call('fetches')]);
  const upstreams: number = await subgraphs.call('upstreams');
  const [before, machine, start] = [await read(), machineTime(), performance.now()];
  const total = await burst(Number(options.seconds));
  const seconds = (performance.now() - start) / 1000;
  const [cpu, subgraphCpu, readerCpu, fetches] = (await read()).map((value, i) => value - before[i]) as number[];
  others.push((machineTime() - machine) / 1000 / seconds - (cpu! + subgraphCpu! + readerCpu!) / 1e6 / seconds);
  const { p50, p99 } = await readers.call('takeLatencies');
  await readers.call('close');
  const perSecond = total / seconds;
  return { cpu: cpu! / total, upstreams, fetches: fetches! / (total / count), p50, p99, perSecond };
}

say(`${describeLoad()}; ${placement}; node ${process.version}`);
say(
  `${rounds} rounds of ${options.seconds} s after ${options.warm} s to warm up, each gateway in turn in a fresh process; one event at a time, the next when every socket has it\n`,
);

const rows: string[][] = [];
for (const [kind, text] of Object.entries(subscriptions)) {
  for (const count of counts) {
    const results = new Map<Candidate, Result[]>();
    for (let round = 0; round < rounds; round += 1) {
      const able = subscribers.filter(({ joins }) => joins !== false || kind === 'no join');
      for (const candidate of able.filter(({ name }) => name.includes(options.only))) {
        const gateway = await startProcess(candidate.file, { isMeasured: true });
        const setting = { supergraph, subgraphs: urls, issuer, query, ...candidate.options };
        const result = await measure(gateway, await gateway.call('start', setting), text, count).catch((error) => {
          throw new Error(`${candidate.name}, ${count} sockets, ${kind}`, { cause: error });
        });
        results.set(candidate, [...(results.get(candidate) ?? []), result]);
        await gateway.stop();
      }
    }
    for (const [{ name }, list] of results) {
      const of = (read: (result: Result) => number) => median(list.map(read));
      rows.push([
        name,
        kind,
        String(count),
        of(({ cpu }) => cpu).toFixed(1),
        [Math.min, Math.max].map((end) => end(...list.map(({ cpu }) => cpu)).toFixed(1)).join('–'),
        String(of(({ upstreams }) => upstreams)),
        of(({ fetches }) => fetches).toFixed(1),
        of(({ p50 }) => p50).toFixed(1),
        of(({ p99 }) => p99).toFixed(1),
        of(({ perSecond }) => perSecond).toFixed(0),
      ]);
    }
  }
}
say(
  formatTable(
    [
      'gateway',
      'selection',
      'sockets',
      'CPU µs/delivery',
      'min–max',
      'upstreams',
      'fetches/event',
      'p50 ms',
      'p99 ms',
      'deliveries/s',
    ],
    rows,
  ),
);
const taken = others.map((value) => Number(Math.max(0, value).toFixed(2)));
say(
  `\nOther programs took ${Math.min(...taken)} to ${Math.max(...taken)} cores meanwhile, ${median(taken)} in the median; ${describeLoad()}.`,
);
await Promise.all([readers.stop(), subgraphs.stop()]);
