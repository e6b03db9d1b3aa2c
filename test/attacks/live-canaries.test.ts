import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { everyone, type Planted, persons, personsIn, plantCanaries } from './canaries.ts';

let world: World;
let planted: Planted;
beforeAll(async () => {
  // Its streams look far into each network, which nobody may outside of this test.
  const boundless = ['seat', 'partner', 'person'].map((who) => `${who}=1000000000`).join();
  world = await startWorld({ COST_BUDGETS: boundless, RATE_LIMITS: 'off' });
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

/** What comes until nothing has for a while. */
async function readAll(following: { next(within?: number): Promise<Answer> }): Promise<string> {
  const answers: string[] = [];
  for (;;) {
    const answer = await following.next(3_000).catch(() => undefined);
    if (!answer) return answers.join('\n');
    expect(answer.errors?.filter(({ extensions }) => extensions?.code !== 'FORBIDDEN') ?? []).toEqual([]);
    answers.push(JSON.stringify(answer));
  }
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
    const readers = ['safety-officer', 'steering-member', ...everyone].filter((one, i, all) => all.indexOf(one) === i);
    const opened = await Promise.all(
      readers.map(async (persona) => ({
        persona,
        following: (await world.people.as(persona)).follow(follow(fields), { after }),
      })),
    );
    await Promise.all(opened.map(async ({ persona, following }) => found.set(persona, await readAll(following))));
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
  90_000,
);
