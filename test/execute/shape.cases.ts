import { describe, expect, test } from '@jest/globals';
import { errorPaths } from './graph.ts';
import { buildShop } from './shop.ts';

describe('the answer', () => {
  test('has the fields of the client in the order of the client, and no others', async () => {
    const { data } = await buildShop().run(
      '{ b: product(id: "p2") { reviews { id } t: title id } a: product(id: "p1") { id: title } }',
    );
    expect(JSON.stringify(data)).toBe('{"b":{"reviews":[{"id":"r5"}],"t":"Table","id":"p2"},"a":{"id":"Chair"}}');
  });

  test('resolves fragments on interfaces and unions by the type of each object', async () => {
    const { data, errors } = await buildShop().run(`{
      found { __typename ... on Sellable { title } ... on Service { hours } ...P }
    } fragment P on Product { kind reviews { author { name } } }`);
    expect(errors).toBeUndefined();
    const author = (name: string) => ({ author: { name } });
    expect(data?.found).toEqual([
      {
        __typename: 'Product',
        title: 'Chair',
        kind: 'NEW',
        reviews: [author('Ada'), { author: null }, author('Bob'), author('Bob')],
      },
      { __typename: 'Service', title: 'Repair', hours: 3 },
      { __typename: 'Product', title: 'Table', kind: 'USED', reviews: [author('Cyd')] },
    ]);
  });

  test('tells __typename anywhere, under any name, and asks no subgraph for that of the root', async () => {
    const shop = buildShop();
    expect(
      (await shop.run('{ __typename me { kind: __typename reviews { __typename } } q: __typename }')).data,
    ).toEqual({
      __typename: 'Query',
      me: { kind: 'User', reviews: [{ __typename: 'Review' }] },
      q: 'Query',
    });
    expect((await shop.run('{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect(shop.sent).toHaveLength(0);
  });

  test('follows @skip and @include, by variable and by literal', async () => {
    const shop = buildShop();
    const operation = `query ($yes: Boolean!, $no: Boolean = false) {
      me @include(if: $yes) { id reviewCount @skip(if: $no) ...F @include(if: $no) name @skip(if: true) }
      products @skip(if: true) { id }
    } fragment F on User { nick }`;
    expect((await shop.run(operation, { yes: true })).data).toEqual({ me: { id: 'u1', reviewCount: 1 } });
    expect((await shop.run(operation, { yes: true, no: true })).data).toEqual({ me: { id: 'u1', nick: 'ada' } });
    expect(shop.sent).toHaveLength(1);
    expect((await shop.run(operation, { yes: false })).data).toEqual({});
    expect((await shop.run('{ me @skip(if: true) { id } }')).data).toEqual({});
    expect(
      (await shop.run('{ me { ...G } products { id @skip(if: true) } } fragment G on User { id @include(if: false) }'))
        .data,
    ).toEqual({
      me: {},
      products: [{}, {}, {}],
    });
  });

  test('passes custom scalars and lists through as they are', async () => {
    const { data } = await buildShop().run('{ products { extra tags } }');
    expect(data?.products).toEqual([
      { extra: { colour: 'red', sizes: [1, { deep: true }] }, tags: ['wood', null] },
      { extra: null, tags: [] },
      { extra: 'plain', tags: null },
    ]);
  });

  test('answers introspection from the schema of the client, beside data', async () => {
    const { data, errors } = await buildShop().run(
      'query ($n: String!) { me { id } t: __type(name: $n) { name fields { name } } ...S } fragment S on Query { __schema { queryType { name } } }',
      { n: 'Review' },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      me: { id: 'u1' },
      t: { name: 'Review', fields: [{ name: 'id' }, { name: 'body' }, { name: 'author' }, { name: 'product' }] },
      __schema: { queryType: { name: 'Query' } },
    });
  });
});

describe('null', () => {
  test('rises from a non-null field to the nearest nullable parent, with the one error of its subgraph', async () => {
    const result = await buildShop(new Set(['User.name:u2'])).run(
      '{ product(id: "p1") { reviews { id author { id name } } } }',
    );
    expect(result.data?.product).toEqual({
      reviews: [
        { id: 'r1', author: { id: 'u1', name: 'Ada' } },
        { id: 'r2', author: null },
        { id: 'r3', author: null },
        { id: 'r4', author: null },
      ],
    });
    expect(errorPaths(result)).toEqual(['product.reviews.2.author.name', 'product.reviews.3.author.name']);
  });

  test('rises to the root through non-null lists', async () => {
    const shop = buildShop();
    shop.instead.set('catalogue', () => ({ data: { products: [{ title: 'Chair' }, { title: null }] } }));
    const result = await shop.run('{ products { title } }');
    expect(result.data).toBeNull();
    expect(result.errors).toEqual([
      {
        message: 'Cannot return null for non-nullable field Product.title.',
        path: ['products', 1, 'title'],
        extensions: { code: 'INVALID_SUBGRAPH_VALUE' },
      },
    ]);
  });

  test('stands for enum values and types that the schema does not show, with an error', async () => {
    const shop = buildShop();
    shop.instead.set('catalogue', () => ({
      data: { product: { kind: 'SECRET' }, found: [{ __typename: 'Hidden' }, { __typename: 'Service', hours: 1 }] },
    }));
    const result = await shop.run('{ product(id: "p1") { kind } found { ... on Service { hours } } }');
    expect(result.data).toEqual({ product: null, found: [null, { hours: 1 }] });
    expect(errorPaths(result)).toEqual(['found.0', 'product.kind']);
    expect(JSON.stringify(result)).not.toMatch(/SECRET|Hidden/);
  });

  test('stands for values of the wrong form, with an error', async () => {
    const shop = buildShop();
    shop.instead.set('catalogue', () => ({
      data: { product: 'chair', found: { __typename: 'Service' }, sellable: [[], 3] },
    }));
    const result = await shop.run('{ product(id: "p1") { kind } found { __typename } sellable { id } }');
    expect(result.data).toEqual({ product: null, found: null, sellable: [null, null] });
    expect(errorPaths(result)).toEqual(['found', 'product', 'sellable.0', 'sellable.1']);
  });
});
