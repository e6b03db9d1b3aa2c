import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isNonNullType,
  parse,
  validate,
} from 'graphql';
import { errorPaths } from './graph.ts';
import { type Random, randomFrom, randomOperation } from './random-operation.ts';
import { askWhole, buildShop, products, reviews, users } from './shop.ts';

/** Which fields of which objects throw. Only nullable ones: how far a null rises decides which errors graphql-js still collects. */
function randomFaults(schema: GraphQLSchema, random: Random, nullable: boolean): Set<string> {
  const candidates = [
    'Product.title',
    'Product.subtitle',
    'User.name',
    'User.nick',
    'User.reviewCount',
    'Review.body',
    'Product.reviews',
  ];
  const faults = new Set<string>();
  for (const candidate of candidates) {
    const [type, name] = candidate.split('.') as [string, string];
    const composite = schema.getType(type) as GraphQLCompositeType & {
      getFields(): Record<string, GraphQLField<unknown, unknown>>;
    };
    if (isNonNullType(composite.getFields()[name]!.type) === nullable) continue;
    const ids = type === 'Product' ? products : type === 'User' ? users : reviews;
    for (const { id } of ids) if (random.chance(0.25)) faults.add(`${candidate}:${id}`);
  }
  return faults;
}

async function compare(seed: number, withFaults: 'none' | 'nullable' | 'non-null') {
  const random = randomFrom(seed);
  const faults = withFaults === 'none' ? new Set<string>() : randomFaults(schema, random, withFaults === 'nullable');
  const operation = randomOperation(schema, random, new Set(['Product.postage']));
  const variables = {
    id: random.pick(['p1', 'u2', 'p3']),
    currency: random.pick(['EUR', 'USD']),
    no: random.chance(0.5),
    yes: random.chance(0.8),
  };
  expect(validate(schema, parse(operation)).map((error) => error.message)).toEqual([]);
  current.clear();
  for (const fault of faults) current.add(fault);
  const [whole, joined] = [await askWhole(shop, faults, operation, variables), await shop.run(operation, variables)];
  return { operation, variables, faults, whole: JSON.parse(JSON.stringify(whole)), joined };
}

const current = new Set<string>();
const shop = buildShop(current);
const { schema } = shop.planner;
const rounds = 60;

describe('random operations are answered as one graphql-js schema would answer them', () => {
  test('byte for byte', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const { joined, whole, ...input } = await compare(seed, 'none');
      expect({ seed, ...input, text: JSON.stringify(joined) }).toEqual({ seed, ...input, text: JSON.stringify(whole) });
    }
  });

  test('with errors at the same places, when fields fail that may be null', async () => {
    let withErrors = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const { joined, whole, ...input } = await compare(seed, 'nullable');
      if (whole.errors) withErrors++;
      expect({ seed, ...input, data: joined.data, at: errorPaths(joined) }).toEqual({
        seed,
        ...input,
        data: whole.data,
        at: errorPaths(whole),
      });
    }
    expect(withErrors).toBeGreaterThan(rounds / 10);
  });

  test('with the same nulls, when fields fail that may not be null', async () => {
    let withErrors = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const { joined, whole, ...input } = await compare(seed, 'non-null');
      if (whole.errors) withErrors++;
      expect({ seed, ...input, data: joined.data, failed: Boolean(joined.errors) }).toEqual({
        seed,
        ...input,
        data: whole.data,
        failed: Boolean(whole.errors),
      });
    }
    expect(withErrors).toBeGreaterThan(rounds / 10);
  });
});
