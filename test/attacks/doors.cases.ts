import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorldApart, type World } from '../world.ts';
import { everyone, type Planted, persons, personsIn, plantCanaries } from './canaries.ts';
import { doors } from './doors.ts';

describe('doors', () => {
  let world: World;
  let planted: Planted;
  beforeAll(async () => {
    // Its queries look through every door at once, which nobody may outside of this test.
    const boundless = ['seat', 'partner', 'person'].map((who) => `${who}=1000000000`).join();
    world = await startWorldApart({ COST_BUDGETS: boundless, RATE_LIMITS: 'off' });
    planted = await plantCanaries(world);
  });
  afterAll(() => world.stop());

  /** Persons whose one seat belongs to NET4U Africa: its safety officer answers for them. */
  const african = ['p07', 'p08', 'p09', 'p10', 'p11', 'p12', 'p13', 'p14', 'p15'].map((id) => `person:${id}`);

  describe.each(everyone)('%s, at every door', (persona) => {
    const found = new Map<string, string>();
    beforeAll(async () => {
      const member = await world.people.as(persona);
      for (const [door, query] of Object.entries(doors(planted))) {
        const { data, errors } = await member.ask(query);
        // a refusal is no error that closes a branch, and a door that no longer opens would show nothing
        expect([door, errors?.filter(({ extensions }) => extensions?.code !== 'FORBIDDEN') ?? []]).toEqual([door, []]);
        found.set(door, JSON.stringify({ data, errors }));
      }
    });

    test('finds no person but those it may know', () => {
      const own = persons.filter(({ subject }) => subject === `persona:${persona}`).map(({ id }) => id);
      const known = persona === 'safety-officer' ? [...african, ...own] : own;
      expect(personsIn(found.get('viewer') as string)).toEqual(own);
      for (const [door, text] of found) {
        expect([door, personsIn(text).filter((id) => !known.includes(id))]).toEqual([door, []]);
      }
    });

    test('finds the records that are for it, and no others', () => {
      const all = [...found.values()].join('\n');
      const expected = planted.canaries.filter(({ readers }) => readers.includes(persona)).map(({ text }) => text);
      const met = planted.canaries.filter(({ text }) => all.includes(text)).map(({ text }) => text);
      expect(met).toEqual(expected);
      for (const [door, text] of found) {
        const closed = planted.canaries.filter(
          (canary) => text.includes(canary.text) && !expected.includes(canary.text),
        );
        expect([door, closed]).toEqual([door, []]);
      }
    });
  });

  describe('what only the gateway asks', () => {
    const fields = [
      'resolveActor(subject: "persona:safety-officer")',
      'a: resolvePartner(keyHash: "x")',
      'membersRightsVersion',
      'partnersRightsVersion',
      '_service { sdl }',
      '_entities(representations: [{ __typename: "Person", id: "person:p01" }]) { ... on Person { name } }',
      'viewer { ... on Query { membersRightsVersion } }',
    ];
    test.each(['steering-member', 'operator', 'partner'])('%s does not find it, by any transport', async (persona) => {
      const member = await world.people.as(persona);
      const headers = { authorization: `Bearer ${member.token}`, 'apollo-require-preflight': '1' };
      for (const field of fields) {
        for (const query of [`{ ${field} }`, `{ ...F } fragment F on Query { ${field} }`]) {
          const byPost = await member.ask(query);
          const get = await fetch(`${world.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
          const byGet = (await get.json()) as typeof byPost;
          const bySocket = await member.follow(query).ended;
          for (const errors of [byPost.errors, byGet.errors, bySocket as typeof byPost.errors]) {
            expect([field, errors?.[0]?.extensions.code]).toEqual([field, 'GRAPHQL_VALIDATION_FAILED']);
          }
          expect([byPost.data, byGet.data]).toEqual([undefined, undefined]);
        }
      }
    });
  });

  test('a seat is taken by its person alone, and one at a time', async () => {
    const { token } = await world.people.as('africa-rep');
    const sit = async (...seats: string[]) => {
      const headers = new Headers({ 'content-type': 'application/json', authorization: `Bearer ${token}` });
      for (const seat of seats) headers.append('x-net4u-seat', seat);
      const body = JSON.stringify({ query: '{ viewer { seat { id } } }' });
      const response = await fetch(`${world.url}/graphql`, { method: 'POST', headers, body });
      const { data, errors } = (await response.json()) as { data?: never; errors?: { extensions: { code: string } }[] };
      return data ?? errors?.[0]?.extensions.code;
    };
    const own = { viewer: { seat: { id: 'seat:s09' } } };
    expect(await sit('seat:s09')).toEqual(own);
    for (const others of [
      ['seat:s10'],
      ['seat:safety'],
      ['seat:s09', 'seat:s10'],
      ["' OR true --"],
      ['seat:s09\u00e9'],
    ]) {
      expect(await sit(...others)).toBe('UNAUTHENTICATED');
    }
  });
});
