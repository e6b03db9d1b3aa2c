import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as Y from 'yjs';
import { save, submit } from './life.ts';
import { Copy, codeOf, joint, openWorld, type World } from './subgraph.ts';

describe('life marks', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.stop());

  /** A link as a program, not the page, may write it: V1 carries marks as JSON, which can say what UTF-8 cannot. */
  async function link(mark: object) {
    const copy = await Copy.join(world.instance, 'both-editor');
    const rich = copy.node('a1.1.1').get('description') as Y.Map<Y.XmlFragment>;
    const text = (rich.get('en')!.get(0) as Y.XmlElement).get(0) as Y.XmlText;
    return copy.push(copy.edit(() => text.format(0, 4, { link: mark })));
  }

  test.each([
    ['half a character in its title', { href: 'https://a.example', title: 'a \ud800' }],
    ['half a character in its address', { href: 'https://a.example/\udc00', title: null }],
    ['U+0000 in its title', { href: 'https://a.example', title: 'a \u0000' }],
  ])('a link with %s does not keep the plan from being hashed and submitted', async (_, mark) => {
    expect(codeOf(await link(mark))).toBe('UPDATE_MALFORMED');
    const { errors } = await world.instance.ask(
      'both-editor',
      '{ workingPlan(id: "plan:joint-2027") { contentHash } }',
    );
    expect(errors).toBeUndefined();
    const { version } = await save(world.instance, 'both-editor', joint);
    expect(version?.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('and it is submitted', async () => {
    const { data } = await world.instance.ask('both-editor', '{ workingPlan(id: "plan:joint-2027") { version } }');
    const { plan } = await submit(world.instance, 'americas-coordinator', joint, data.workingPlan.version);
    expect(plan?.status).toBe('UNDER_REVIEW');
  });
});
