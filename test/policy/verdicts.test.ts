/** A record, a field, a person: whichever way somebody comes to them, the verdict is the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { hashPartnerKey } from '../../kit/secrets.ts';
import { personsIn } from '../attacks/canaries.ts';
import type { Answer } from '../people.ts';
import { operationsByKey, operationsFor, referable, rootOf, unionsOf } from './paths.ts';
import { schema } from './send.ts';
import { personas, type Stage } from './stage.ts';
import type { Who } from './table.ts';
import { exportCases } from './verdicts-exports.cases.ts';
import { createLedger, type Found } from './verdicts-ledger.ts';
import { personsOf, preferred, setWalk, walkers } from './verdicts-stage.ts';
import { streamCases } from './verdicts-streams.cases.ts';
import { findSubgraphs, subgraphs, watchAddresses } from './verdicts-subgraphs.ts';
import { edgesOf, type Given, keyOf, typesFrom, untold, waysFrom } from './walk.ts';

const query = schema.getQueryType()!;
const types = typesFrom(query);

let stage: Stage;
let given: Given;
const ledger = createLedger(walkers);
const addresses = watchAddresses();
beforeAll(async () => {
  ({ stage, given } = await setWalk());
});
afterAll(async () => {
  addresses.stop();
  await stage?.stop();
});

/** @throws for what is neither an answer nor a refusal */
function dataOf({ data, errors = [] }: Answer, where: string): Answer['data'] {
  const wrong = errors.filter(({ extensions }) => !['FORBIDDEN', 'NOT_FOUND'].includes(extensions?.code));
  if (wrong.length > 0) throw new Error(`${JSON.stringify(wrong.slice(0, 3))} in ${where}`);
  return data;
}
const each = <T>(act: (who: Who) => Promise<T>) => Promise.all(walkers.map(act));
const keysOf = (type: string, all: readonly string[]) =>
  all.filter((one) => one.startsWith(`${type} `)).map((one) => one.slice(type.length + 1));

describe('a record looks the same to a reader, whichever way he comes to it', () => {
  test('and there is no way, and no field, that this test does not know how to ask for', () => {
    expect(types.flatMap((type) => untold(type, given))).toEqual([]);
  });

  test('by every field of every type that can be reached', async () => {
    const ways = waysFrom(query, given, preferred);
    const occurring = new Map<string, Set<string>>();
    for (const { name, asking } of unionsOf(types, ways, given)) {
      const answers = await each(async (who) => dataOf(await (await stage.as(who)).ask(asking), asking));
      const met = JSON.stringify(answers).matchAll(/"__typename":"(\w+)"/g);
      occurring.set(name, new Set([...met].map(([, type]) => type!)));
    }
    const operations = operationsFor(types, ways, given, occurring);
    await each(async (who) => {
      const member = await stage.as(who);
      for (const text of operations) ledger.note(who, dataOf(await member.ask(text), `${who}: ${text}`));
    });
    expect(ledger.take()).toEqual([]);
    // or nothing would have been compared: what has a key was met
    const keyed = types.filter(({ name }) => keyOf.has(name)).map(({ name }) => name);
    expect(keyed.filter((name) => !ledger.met.has(name))).toEqual([]);
  });

  test('by its own root field', async () => {
    const all = ledger.everything();
    const rooted = [...keyOf.keys()].filter((name) => rootOf(name));
    const operations = rooted.flatMap((type) =>
      operationsByKey(type, keysOf(type, all), given).map((one) => ({ type, ...one })),
    );
    await each(async (who) => {
      const member = await stage.as(who);
      for (const { type, text, keys } of operations) {
        const data = dataOf(await member.ask(text), `${who}: ${text}`);
        const path = rootOf(type)!.name;
        for (const [place, key] of keys.entries())
          ledger.noteRoot(who, path, `${type} ${key}`, data?.[`r${place}`] ?? null);
      }
    });
    expect(ledger.take()).toEqual([]);
  });

  test('by reference, at each subgraph that has a part of it', async () => {
    const askSubgraph = await findSubgraphs(stage.world, addresses.found);
    const ask = async (name: string, actor: Actor, text: string, variables = {}): Promise<Answer['data']> =>
      dataOf(await askSubgraph(name, actor, text, variables), `${name}: ${text}`);
    const resolve = async (who: Who): Promise<Actor> => {
      if (who !== 'partner')
        return (await ask('members', gatewayActor, `{ resolveActor(subject: "persona:${personas[who]}") }`))
          .resolveActor;
      const hash = hashPartnerKey((await stage.as(who)).token);
      return (await ask('networks', gatewayActor, `{ resolvePartner(keyHash: "${hash}") }`)).resolvePartner;
    };
    const actors = new Map<Who, Actor>(await each(async (who) => [who, await resolve(who)] as const));
    const all = ledger.everything();
    for (const name of subgraphs) {
      for (const { type, selection, isRooted } of referable(name, given)) {
        const keys = [...keysOf(type, all), type === 'Country' ? 'QQ' : 'nothing:none'];
        const r = keys.map((key) => ({ __typename: type, [keyOf.get(type)!]: key }));
        const text = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${selection} } } }`;
        await each(async (who) => {
          const data = await ask(name, actors.get(who)!, text, { r });
          ledger.tell(who, data);
          const records = data._entities as (Found | null)[];
          const blank = records.pop() ?? null;
          records.forEach((record, place) => {
            ledger.noteReference(who, `reference to ${name}`, `${type} ${keys[place]}`, record, blank, isRooted);
          });
        });
      }
    }
    expect([...ledger.take(), ...ledger.refused.values()]).toEqual([]);
    expect(ledger.compared()).toBeGreaterThan(1_000);
  });

  streamCases(() => ({ stage, given, ledger }));
});

describe('a person', () => {
  test('stands at the end of two paths, which the walk has gone', () => {
    const edges = [...types, ...typesFrom(schema.getSubscriptionType()!)].flatMap(edgesOf);
    const to = edges.filter(({ targets }) => targets.some(({ name }) => name === 'Person'));
    expect([...new Set(to.map(({ name }) => name))].sort()).toEqual(['Seat.holder', 'Viewer.person']);
  });

  test.each(walkers.filter((who) => who !== 'officer'))('is seen by no %s on any path, but himself', (who) => {
    const own = personsOf(who).map(({ id }) => id);
    const found = new Set(ledger.told(who).flatMap(personsIn));
    expect([...found].filter((id) => !own.includes(id))).toEqual([]);
  });

  test('is seen by the safety officer of the network: or the walk would prove nothing', () => {
    const found = new Set(ledger.told('officer').flatMap(personsIn));
    expect(found.size).toBeGreaterThan(2);
    expect(ledger.told('officer').join()).toContain('"contactChannels"');
  });
});

test('an organisation behind the safety lock is named to the safety officer alone, on any path', () => {
  const isNamed = (who: Who) => ledger.told(who).some((text) => text.includes('Sample Organisation Africa-3'));
  expect(walkers.filter(isNamed)).toEqual(['officer']);
});

exportCases(() => stage);
