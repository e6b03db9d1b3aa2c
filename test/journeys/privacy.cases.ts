import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorld, type World } from '../world.ts';

describe('privacy', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const holders = `{
  viewer { seat { id holder { id name } } person { id } }
  a: network(slug: "net4u-africa") { bodies { seats { id holder { id name contactChannels { value } } } } memberships { edges { node { organisation { seats { holder { id } } } } } }
    threads { edges { node { posts { edges { node { author { holder { id name } } } } } } } } }
  b: network(slug: "net4u-americas") { bodies { seats { holder { id name } } } meetings { attendance { seat { holder { id } } } } }
}`;

  describe('a person is seen by nobody but those entitled', () => {
    test.each([
      'americas-coordinator',
      'americas-editor',
      'africa-rep',
      'observer',
      'un-liaison',
      'operator',
      'partner',
    ])('%s', async (persona) => {
      const { data } = await (await world.people.as(persona)).ask(holders);
      const own = data?.viewer?.seat?.id;
      const seen: unknown[] = [];
      const look = (value: unknown, seat?: unknown): void => {
        if (!value || typeof value !== 'object') return;
        for (const [key, inner] of Object.entries(value)) {
          if (key === 'holder' && inner && seat !== undefined && seat !== own) seen.push(inner);
          look(inner, (value as { id?: unknown }).id ?? seat);
        }
      };
      look({ a: data?.a, b: data?.b });
      expect(seen.filter((holder) => (holder as { id: string }).id !== data?.viewer?.person?.id)).toEqual([]);
    });

    test('oneself is', async () => {
      const { data } = await (await world.people.as('africa-rep')).ask('{ viewer { seat { holder { name } } } }');
      expect(data.viewer.seat.holder.name).toMatch(/^Sample Persona/);
    });
  });

  test('an observer cannot read members’ discussions by any door, nor say anything in them', async () => {
    const observer = await world.people.as('observer');
    const { data } = await observer.ask(
      '{ thread(id: "thread:af-network") { id } network(slug: "net4u-africa") { threads { edges { node { id } } } } inbox { edges { node { id } } } }',
    );
    expect(data).toEqual({ thread: null, network: { threads: { edges: [] } }, inbox: { edges: [] } });
    const input = { clientMutationId: 'x', threadId: 'thread:af-network', body: 'hello', locale: 'en' };
    const answer = await observer.ask(
      'mutation ($input: PostInput!) { post(input: $input) { post { id } problems { __typename } } }',
      { input },
    );
    expect(answer.data?.post?.post ?? null).toBeNull();
  });
});
