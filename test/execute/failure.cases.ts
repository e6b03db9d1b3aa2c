import { describe, expect, test } from '@jest/globals';
import { execute } from '../../gateway/execute/index.ts';
import { errorPaths } from './graph.ts';
import { buildShop } from './shop.ts';

const down = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:4001'));

describe('a subgraph that is down', () => {
  test('leaves its root fields null and the rest whole', async () => {
    const shop = buildShop();
    shop.instead.set('accounts', down);
    const result = await shop.run('{ me { id } product(id: "p1") { title } }');
    expect(result.data).toEqual({ me: null, product: { title: 'Chair' } });
    expect(result.errors).toEqual([
      {
        message: "Subgraph 'accounts' is unavailable.",
        path: ['me'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'accounts' },
      },
    ]);
  });

  test('leaves the fields of entities null, each with its error', async () => {
    const shop = buildShop();
    shop.instead.set('accounts', down);
    const result = await shop.run('{ product(id: "p1") { title reviews { id author { id nick } } } }');
    expect(errorPaths(result)).toEqual([0, 2, 3].map((i) => `product.reviews.${i}.author.nick`));
    expect(result.data?.product).toMatchObject({
      title: 'Chair',
      reviews: [{ author: { id: 'u1', nick: null } }, {}, {}, {}],
    });
  });

  test('is named at what would have been joined next, too', async () => {
    const shop = buildShop();
    shop.instead.set('catalogue', down);
    const result = await shop.run('{ reviews { id product { postage } } }');
    expect(errorPaths(result)).toEqual([0, 1, 2, 3, 4].map((i) => `reviews.${i}.product.postage`));
    expect(result.errors?.every((error) => error.extensions?.service === 'catalogue')).toBe(true);
    expect(shop.sent.map((request) => request.subgraph)).toEqual(['reviews', 'catalogue']);
  });

  test('keeps the reason for the log, away from the client', async () => {
    const shop = buildShop();
    shop.instead.set('accounts', down);
    const result = await execute({ planned: shop.planner.plan('{ me { id } }'), send: shop.send, context: {} });
    expect(result.errors?.[0]?.originalError?.message).toMatch('ECONNREFUSED');
    expect(JSON.stringify(result)).not.toMatch('ECONNREFUSED');
  });

  test('is also one that answers with nothing, or without the entities', async () => {
    const shop = buildShop();
    shop.instead.set('accounts', () => ({}));
    expect(errorPaths(await shop.run('{ me { id } }'))).toEqual(['me']);
    shop.instead.set('accounts', () => ({ data: { surprise: true } }));
    const result = await shop.run('{ reviews { author { nick } } }');
    expect(errorPaths(result)).toEqual([0, 2, 3, 4].map((i) => `reviews.${i}.author.nick`));
    expect(result.errors?.[0]?.extensions?.code).toBe('SUBGRAPH_UNAVAILABLE');
  });
});

describe('an error of a subgraph', () => {
  test('keeps its message and extensions, without the stack trace', async () => {
    const shop = buildShop();
    const extensions = { code: 'FORBIDDEN', hint: 'ask', stacktrace: ['at home'] };
    shop.instead.set('accounts', () => ({
      data: { me: null },
      errors: [{ message: 'No.', path: ['me'], extensions }],
    }));
    expect((await shop.run('{ me { id } }')).errors).toEqual([
      { message: 'No.', path: ['me'], extensions: { code: 'FORBIDDEN', hint: 'ask', service: 'accounts' } },
    ]);
  });

  test('without a path is placed at the fields that are missing, or else told without a place', async () => {
    const shop = buildShop();
    shop.instead.set('accounts', () => ({ data: null, errors: [{ message: 'Bad token.' }] }));
    expect(errorPaths(await shop.run('{ me { id } u: user(id: "u2") { id } }'))).toEqual(['me', 'u']);
    shop.instead.set('accounts', () => ({ data: { me: { id: 'u1' } }, errors: [{ message: 'Slow today.' }] }));
    const result = await shop.run('{ me { id } }');
    expect(result.data).toEqual({ me: { id: 'u1' } });
    expect(result.errors).toEqual([{ message: 'Slow today.', extensions: { service: 'accounts' } }]);
  });

  test('in a field that was fetched for a join only is placed at the object that is joined', async () => {
    const shop = buildShop(new Set(['Product.price:p2']));
    const result = await shop.run('{ products { postage } }');
    expect(result.data?.products).toEqual([{ postage: 200 }, { postage: null }, { postage: 100 }]);
    expect(result.errors).toMatchObject([{ path: ['products', 1], extensions: { service: 'catalogue' } }]);
  });

  test('about an entity that no path of ours names is not lost', async () => {
    const shop = buildShop();
    for (const path of [
      ['elsewhere', 3],
      ['_entities', 99, 'nick'],
      ['_entities', 'x'],
    ]) {
      shop.instead.set('accounts', () => ({ data: { _entities: [] }, errors: [{ message: 'Odd.', path }] }));
      const { errors } = await shop.run('{ reviews { author { nick } } }');
      expect(errors?.map((error) => error.message)).toContain('Odd.');
    }
  });
});

describe('abort', () => {
  test('stops the plan and hands the signal to the subgraph', async () => {
    const shop = buildShop();
    const controller = new AbortController();
    shop.instead.set('reviews', (request) => {
      expect(request.signal).toBe(controller.signal);
      controller.abort(new Error('client left'));
      return { data: { reviews: [{ author: { __typename: 'User', id: 'u1' } }] } };
    });
    const planned = shop.planner.plan('{ reviews { author { name } } }');
    const running = execute({ planned, send: shop.send, context: {}, signal: controller.signal });
    await expect(running).rejects.toThrow('client left');
    expect(shop.sent.map((request) => request.subgraph)).toEqual(['reviews']);
  });
});
