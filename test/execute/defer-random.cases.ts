import { expect, test } from '@jest/globals';
import { deferSome, runInPieces } from './deferral.ts';
import { errorPaths } from './graph.ts';
import { randomFrom, randomOperation } from './random-operation.ts';
import { buildShop } from './shop.ts';

const faults = new Set<string>();
const shop = buildShop(faults);
const rounds = 60;

async function compare(seed: number) {
  const random = randomFrom(seed);
  const operation = randomOperation(shop.planner.schema, random, new Set(['Product.postage']));
  const variables = {
    id: random.pick(['p1', 'u2', 'p3']),
    currency: random.pick(['EUR', 'USD']),
    no: random.chance(0.5),
    yes: random.chance(0.8),
  };
  const deferred = deferSome(operation, random);
  const whole = await shop.run(operation, variables);
  const pieces = await runInPieces(shop, deferred, variables);
  return { seed, deferred, variables, whole, pieces };
}

test('the pieces of an answer, joined, are the answer in one piece', async () => {
  let inPieces = 0;
  for (let seed = 1; seed <= rounds; seed++) {
    const { whole, pieces, ...input } = await compare(seed);
    if (pieces.later.length > 0) inPieces++;
    expect({ ...input, whole: pieces.whole }).toEqual({ ...input, whole });
    expect(pieces.later.map(({ hasNext }) => hasNext)).toEqual(pieces.later.map((_, i) => i < pieces.later.length - 1));
  }
  expect(inPieces).toBeGreaterThan(rounds / 3);
});

test('with the same errors at the same places, when fields fail that may be null', async () => {
  for (const fault of ['Product.subtitle:p1', 'User.nick', 'User.reviewCount:u2', 'Review.body:r3', 'Product.price:p2'])
    faults.add(fault);
  let withErrors = 0;
  for (let seed = 1; seed <= rounds; seed++) {
    const { whole, pieces, ...input } = await compare(seed);
    if (whole.errors) withErrors++;
    // what two pieces need for the same @requires is asked for, and may fail, twice
    const at = [...new Set(errorPaths(pieces.whole))];
    expect({ ...input, data: pieces.whole.data, at }).toEqual({
      ...input,
      data: whole.data,
      at: [...new Set(errorPaths(whole))],
    });
  }
  expect(withErrors).toBeGreaterThan(rounds / 10);
});
