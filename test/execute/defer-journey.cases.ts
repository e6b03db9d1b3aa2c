import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kind, parse, print, visit } from 'graphql';
import { unified } from '../journeys/operations.ts';
import { startWorld, type World } from '../world.ts';
import { join } from './deferral.ts';

describe('defer journey', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** All but the first field of these fields' selections comes later. */
  const later = new Set(['network', 'bodies', 'seats', 'workingPlans', 'objectives', 'activities', 'meetings']);
  const deferred = print(
    visit(parse(unified), {
      Field: {
        leave(node) {
          const [first, ...rest] = node.selectionSet?.selections ?? [];
          if (!later.has(node.name.value) || !first || rest.length === 0) return undefined;
          const directives = [{ kind: Kind.DIRECTIVE as const, name: { kind: Kind.NAME as const, value: 'defer' } }];
          const selectionSet = { kind: Kind.SELECTION_SET as const, selections: rest };
          const fragment = { kind: Kind.INLINE_FRAGMENT as const, directives, selectionSet };
          return { ...node, selectionSet: { kind: Kind.SELECTION_SET as const, selections: [first, fragment] } };
        },
      },
    }),
  );

  test('the unified query over all four subgraphs, deferred at every level, is the same in pieces', async () => {
    const member = await world.people.as('americas-editor');
    const variables = { slug: 'net4u-americas' };
    const whole = await member.ask(unified, variables);
    expect(whole.errors).toBeUndefined();
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed;deferSpec=20220824',
        authorization: `Bearer ${member.token}`,
      },
      body: JSON.stringify({ query: deferred, variables }),
    });
    expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed/);
    const [initial, ...rest] = (await response.text())
      .split(/\r\n---(?:\r\n|--\r\n)/)
      .slice(1, -1)
      .map((part) => JSON.parse(part.split('\r\n\r\n')[1] as string));
    const { hasNext, ...first } = initial;
    expect(hasNext).toBe(true);
    expect(first).toEqual({ data: { network: { id: 'net:americas' } } });
    expect(rest.length).toBeGreaterThan(2);
    expect(join(first, rest)).toEqual(whole);
  });
});
