import { describe, expect, test } from '@jest/globals';
import { errorPaths } from './graph.ts';
import { buildShop } from './shop.ts';

const authors = '{ product(id: "p1") { reviews { id author { id name } } } }';

describe('entities', () => {
  test('are completed from other subgraphs, each asked for once', async () => {
    const shop = buildShop();
    const { data, errors } = await shop.run(authors);
    expect(errors).toBeUndefined();
    expect(data?.product).toEqual({
      reviews: [
        { id: 'r1', author: { id: 'u1', name: 'Ada' } },
        { id: 'r2', author: null },
        { id: 'r3', author: { id: 'u2', name: 'Bob' } },
        { id: 'r4', author: { id: 'u2', name: 'Bob' } },
      ],
    });
    const last = shop.sent.at(-1)!;
    expect(last.subgraph).toBe('accounts');
    expect(last.variables?.representations).toEqual([
      { __typename: 'User', id: 'u1' },
      { __typename: 'User', id: 'u2' },
    ]);
  });

  test('an error in a field of one entity is placed wherever that entity stands, and nowhere else', async () => {
    const shop = buildShop(new Set(['User.nick:u2']));
    const result = await shop.run('{ product(id: "p1") { reviews { author { nick } } } }');
    expect(errorPaths(result)).toEqual(['product.reviews.2.author.nick', 'product.reviews.3.author.nick']);
    expect(result.data?.product).toEqual({
      reviews: [{ author: { nick: 'ada' } }, { author: null }, { author: { nick: null } }, { author: { nick: null } }],
    });
    expect(result.errors?.[0]).toMatchObject({
      message: 'User.nick of u2 failed',
      extensions: { service: 'accounts' },
    });
  });

  test('a reference that cannot be resolved is an error at the fields that lack a value', async () => {
    const shop = buildShop(new Set(['User:u2']));
    const result = await shop.run('{ product(id: "p1") { reviews { author { id nick } } } }');
    expect(errorPaths(result)).toEqual(['product.reviews.2.author.nick', 'product.reviews.3.author.nick']);
    expect(result.data?.product).toMatchObject({ reviews: [{}, {}, { author: { id: 'u2', nick: null } }, {}] });
  });

  test('a required field with an argument is read under its alias and sent under its own name', async () => {
    const shop = buildShop();
    const { data } = await shop.run('{ products { price postage } }');
    expect(data?.products).toEqual([
      { price: 10, postage: 200 },
      { price: 20, postage: 400 },
      { price: 5, postage: 100 },
    ]);
    expect(shop.sent.at(-1)?.variables?.representations).toContainEqual({ __typename: 'Product', id: 'p1', price: 20 });
  });

  test('several entity fetches of one subgraph travel in one request', async () => {
    const shop = buildShop();
    const { data } = await shop.run('{ me { reviewCount } products { title reviews { id } } }');
    expect(data?.me).toEqual({ reviewCount: 1 });
    expect(data?.products).toMatchObject([{}, { title: 'Table', reviews: [{ id: 'r5' }] }, {}]);
    expect(shop.sent.map((request) => request.subgraph).sort()).toEqual(['accounts', 'catalogue', 'reviews']);
  });

  test('one that lacks a required field is not asked for, the others are', async () => {
    const shop = buildShop();
    shop.instead.set('catalogue', () => ({
      data: {
        products: [{ __typename: 'Product', id: 'p1' }, { __typename: 'Product', id: null }, { __typename: 'Product' }],
      },
    }));
    const { data } = await shop.run('{ products { best { id } } }');
    expect(shop.sent.at(-1)?.variables?.representations).toEqual([{ __typename: 'Product', id: 'p1' }]);
    expect(data?.products).toEqual([{ best: { id: 'r1' } }, { best: null }, { best: null }]);
  });

  test('a nullable required field that is null is sent as null', async () => {
    const shop = buildShop(new Set(['Product.price:p2']));
    const result = await shop.run('{ products { postage } }');
    expect(result.data?.products).toEqual([{ postage: 200 }, { postage: null }, { postage: 100 }]);
    expect(shop.sent.at(-1)?.variables?.representations).toContainEqual({
      __typename: 'Product',
      id: 'p2',
      price: null,
    });
  });

  test('nothing is sent when there is nothing to ask for', async () => {
    const shop = buildShop();
    expect((await shop.run('{ product(id: "none") { reviews { id } } }')).data).toEqual({ product: null });
    expect(shop.sent).toHaveLength(1);
  });

  test('data that somebody else holds is not written to', async () => {
    const shop = buildShop();
    const held = { products: [{ __typename: 'Product', id: 'p1' }] };
    const before = structuredClone(held);
    shop.instead.set('catalogue', () => ({ data: held, shared: true }));
    expect((await shop.run('{ products { reviews { id } } }')).data?.products).toHaveLength(1);
    expect(held).toEqual(before);
  });
});
