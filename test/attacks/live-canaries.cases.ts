import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Following } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';
import { everyone, type Planted, persons, personsIn, plantCanaries } from './canaries.ts';

describe('live canaries', () => {
  let world: World;
  let planted: Planted;
  beforeAll(async () => {
    // Its streams look far into each network, which nobody may outside of this test.
    const boundless = ['seat', 'partner', 'person'].map((who) => `${who}=1000000000`).join();
    world = await startWorldApart({ COST_BUDGETS: boundless, RATE_LIMITS: 'off' });
    planted = await plantCanaries(world);
  });
  afterAll(() => world.stop());

  const seat = 'id displayName alias organisation { id name }';
  const thread = `title { text } startedBy { ${seat} } posts { edges { node { body { text } author { ${seat} } } } }`;
  const inside = `threads(first: 100) { edges { node { ${thread} } } }
  memberships { edges { node { motivation organisation { id name memberships { status motivation } } seats { ${seat} } } } }
  applied: memberships(status: APPLIED) { edges { node { motivation organisation { name } } } }
  bodies { threads(first: 100) { edges { node { ${thread} } } } }
  workingPlans { title { text } document { update } }`;
  const follow = (fields: string) => `subscription ($after: Cursor, $filter: NetworkUpdateFilter) {
  networkUpdates(after: $after, filter: $filter) { __typename
    ... on NetworkUpdate { type subject data cloudEvent network { ${fields} } } ... on Heartbeat { cursor } } }`;

  /** What comes up to the last word of each network, which everybody may hear; all of it where the stream ends before, as for those who may not follow. */
  async function readAll(following: Following, last: ReadonlySet<string>): Promise<string> {
    const answers: string[] = [];
    const open = new Set(last);
    let ended = false;
    void following.ended.then(() => {
      ended = true;
    });
    while (open.size > 0) {
      const answer = await following.next().catch((error) => {
        if (!ended) throw error;
      });
      if (!answer) break;
      expect(answer.errors?.filter(({ extensions }) => extensions?.code !== 'FORBIDDEN') ?? []).toEqual([]);
      answers.push(JSON.stringify(answer));
      const { subject, data } = answer.data?.networkUpdates ?? {};
      open.delete(`${subject} ${data?.version}`);
    }
    return answers.join('\n');
  }

  /** Changes each network, which is public. @returns how its update is known */
  async function sayLast(): Promise<Set<string>> {
    const said = new Set<string>();
    for (const slug of ['americas', 'africa']) {
      const coordinator = await world.people.as(`${slug}-coordinator`);
      const { data } = await coordinator.ask(`{ network(slug: "net4u-${slug}") { id version } }`);
      const { id, version } = data.network;
      const input = {
        id,
        expectedVersion: version,
        clientMutationId: `last-${version}`,
        contactMailbox: `last-${version}@example.org`,
      };
      const { data: done } = await coordinator.ask(
        'mutation ($input: UpdateNetworkInput!) { updateNetwork(input: $input) { network { version } problems { __typename } } }',
        { input },
      );
      said.add(`network/${id} ${done.updateNetwork.network.version}`);
    }
    return said;
  }

  test.each([
    ['that may be shared', inside],
    ['that are each reader’s own', `${inside} own: memberships { edges { node { seats { holder { name } } } } }`],
  ])(
    'streams %s, opened by all at once after the same update, tell nobody what is not for him',
    async (_what, fields) => {
      const { data } = await (await world.people.as('africa-rep')).ask(
        '{ networkUpdates(first: 100) { oldestAvailable edges { cursor node { type } } } }',
      );
      // the last updates, one of them for partners: each of them brings all that can be seen of its network
      const after = data.networkUpdates.edges.at(-10).cursor;
      const found = new Map<string, string>();
      // those who may see most come first, so that the others find their streams open
      const readers = ['safety-officer', 'steering-member', ...everyone].filter(
        (one, i, all) => all.indexOf(one) === i,
      );
      const opened = await Promise.all(
        readers.map(async (persona) => ({
          persona,
          following: (await world.people.as(persona)).follow(follow(fields), { after }),
        })),
      );
      const last = await sayLast();
      await Promise.all(
        opened.map(async ({ persona, following }) => found.set(persona, await readAll(following, last))),
      );
      for (const { following } of opened) following.close();
      const met = new Set<string>();
      for (const [persona, text] of found) {
        const own = persons.filter(({ subject }) => subject === `persona:${persona}`).map(({ id }) => id);
        const strangers = personsIn(text).filter((id) => !own.includes(id));
        if (persona !== 'safety-officer') expect([persona, strangers]).toEqual([persona, []]);
        const texts = planted.canaries.filter((canary) => text.includes(canary.text));
        expect([persona, texts.filter(({ readers }) => !readers.includes(persona))]).toEqual([persona, []]);
        for (const one of texts) met.add(one.text);
      }
      expect([...met].sort()).toEqual(planted.canaries.map(({ text }) => text).sort()); // or this would find nothing
      expect(found.get('partner')).toContain('canary-af-partners');
    },
  );
});
