import { randomUUID } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startProcess } from '../gateway/process.ts';
import { say } from '../gateway/report.ts';
import { countValues, findDifference, without } from './compare.ts';
import { type HiveSetting, personaHeader } from './persona.ts';
import { startPlatform } from './platform.ts';
import { mutations, personas, type Question, queries, updates } from './questions.ts';

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string }[];
}
interface Peer {
  name: string;
  url: string;
  headers(persona: string): Promise<Record<string, string>>;
}

/** Each Federation 2 gateway that our subgraphs are put behind, as they are. */
const planners = ['JS', 'Rust'] as const;

const platform = await startPlatform(process.env.DATABASE_URL);
const ending: (() => Promise<void>)[] = [platform.stop];
let differences = 0;
let compared = 0;

async function ask(
  { url, headers }: Peer,
  { query, operationName, variables }: Question,
  persona: string,
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...(await headers(persona)) },
    body: JSON.stringify({ query, operationName, variables }),
  });
  return (await response.json()) as Answer;
}

/** @returns how many values both gave */
function compare({ name, own = [] }: Question, persona: string, ours: Answer, theirs: Answer): number {
  compared += 1;
  const found =
    findDifference(without(own, ours.data), without(own, theirs.data)) ??
    // what answers say of errors is each gateway's own; that there are any is not
    (Boolean(ours.errors) === Boolean(theirs.errors)
      ? undefined
      : `errors: ours ${JSON.stringify(ours.errors)}, theirs ${JSON.stringify(theirs.errors)}`);
  if (found) differences += 1;
  const values = countValues(ours.data);
  say(`${found ? 'DIFFERENT' : 'equal    '} ${`${values}`.padStart(5)} values  ${name}, ${persona}`);
  if (found) say(`  ${found}`);
  return values;
}

/** The updates that come after `cursor`, until there are `count`. */
async function follow(peer: Peer, persona: string, after: string, count: number): Promise<Answer[]> {
  const client: Client = createClient({
    url: peer.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: await peer.headers(persona),
    retryAttempts: 0,
  });
  const found: Answer[] = [];
  const { query, operationName } = updates;
  const late = setTimeout(() => void client.terminate(), 20_000);
  try {
    for await (const event of client.iterate({ query, operationName: operationName!, variables: { after } })) {
      const [update] = Object.values(event.data ?? {}) as { __typename?: string }[];
      if (update?.__typename === 'Heartbeat') continue; // their times are of the moment
      found.push(event as Answer);
      if (found.length === count || event.errors) break;
    }
  } finally {
    clearTimeout(late);
    await client.dispose();
  }
  return found;
}

try {
  const ours: Peer = {
    name: 'ours',
    url: platform.gateway,
    headers: async (persona) => ({ authorization: `Bearer ${await platform.token(persona)}` }),
  };
  const actors = Object.fromEntries(
    await Promise.all(personas.map(async (persona) => [persona, await platform.actor(persona)] as const)),
  );
  const { supergraph, subgraphs, secret } = platform;
  for (const planner of planners) {
    const hive = await startProcess('../standard/hive.ts');
    ending.push(hive.stop);
    const setting: HiveSetting = { supergraph, subgraphs, secret, actors, planner };
    const theirs: Peer = {
      name: `Hive Gateway, ${planner} planner`,
      url: await hive.call('start', setting),
      headers: async (persona) => ({ [personaHeader]: persona }),
    };
    say(`\n${theirs.name}`);
    for (const question of queries) {
      let values = 0;
      for (const persona of personas) {
        const [left, right] = await Promise.all([ours, theirs].map((peer) => ask(peer, question, persona)));
        values += compare(question, persona, left!, right!);
      }
      if (values === 0 && !question.isEmpty) throw new Error(`${question.name}: nobody got an answer to compare.`);
    }

    const newest = { name: 'the newest update', query: '{ networkUpdates(first: 1) { newestAvailable } }' };
    const { networkUpdates } = (await ask(ours, newest, 'partner')).data ?? {};
    const before = (networkUpdates as { newestAvailable: string }).newestAvailable;
    for (const question of mutations) {
      const answers: Answer[] = [];
      for (const peer of [ours, theirs]) {
        const input = question.variables?.input as Record<string, unknown> | undefined;
        const variables = input ? { input: { ...input, clientMutationId: randomUUID() } } : question.variables;
        answers.push(await ask(peer, { ...question, variables }, 'americas-coordinator'));
      }
      compare(question, 'americas-coordinator', answers[0]!, answers[1]!);
    }
    // the two threads that were just started, one through each gateway
    const [left, right] = await Promise.all([ours, theirs].map((peer) => follow(peer, 'partner', before, 2)));
    for (const [i, event] of left!.entries())
      compare({ ...updates, name: `${updates.name}, event ${i + 1}` }, 'partner', event, right![i] ?? {});
    if (left!.length !== 2) throw new Error('The two updates did not come.');
  }
} finally {
  for (const end of ending.toReversed()) await end();
}
say(`\n${compared} answers compared, ${differences} different`);
process.exit(differences === 0 ? 0 : 1);
