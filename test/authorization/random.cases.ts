import { expect, test } from '@jest/globals';
import { parse, type Source, visit } from 'graphql';
import { execute } from '../../gateway/execute/index.ts';
import { createPlanner } from '../../gateway/planner.ts';
import { randomFrom, randomOperation } from '../execute/random-operation.ts';
import { askWhole, buildShop, products, reviews, users } from '../execute/shop.ts';
import { holding } from './standing.ts';

const guarded = ['Product.subtitle', 'Product.reviews', 'User.nick', 'User.friends', 'Review.body', 'Review.author'];
const nullable = new Set(['Product.subtitle', 'User.nick', 'User.friends', 'Review.body', 'Review.author']);
const shop = buildShop();

/** The shop's supergraph, with each of these fields guarded by a policy of its own name. */
const supergraph = shop.supergraph.replace(/^(type|interface) (\w+)[^{]*\{[^}]*\}/gm, (text, _kind, type: string) =>
  guarded
    .filter((name) => name.startsWith(`${type}.`))
    .reduce((sdl, name) => {
      const field = new RegExp(`^(  ${name.split('.')[1]}(?:\\([^)]*\\))?: .*)$`, 'm');
      expect(sdl).toMatch(field);
      return sdl.replace(field, `$1 @policy(policies: [["${name}"]])`);
    }, text),
);
const directive = `directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION\n`;
const planner = createPlanner(supergraph.replace('directive @join__graph', `${directive}directive @join__graph`));

/** Whether the answer is what was expected, but for nulls that stand at or above a path that was refused. */
function agrees(answer: unknown, expected: unknown, refused: readonly string[], path = ''): boolean {
  if (answer === null && expected !== null) return refused.some((one) => `${one}.`.startsWith(path));
  if (typeof answer !== 'object' || typeof expected !== 'object' || !answer || !expected) return answer === expected;
  const keys = new Set([...Object.keys(answer), ...Object.keys(expected)]);
  const at = (key: string) => `${path}${Array.isArray(answer) ? '@' : key}.`;
  return [...keys].every((key) => agrees((answer as never)[key], (expected as never)[key], refused, at(key)));
}

test('random operations: no subgraph hears of what may not be read, and all else is answered', async () => {
  let withheld = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const operation = randomOperation(planner.schema, random, new Set(['Product.postage']));
    const held = guarded.filter((name) => !nullable.has(name) || random.chance(0.5));
    const denied = guarded.filter((name) => !held.includes(name));
    const variables = { id: 'p1', currency: 'EUR', no: random.chance(0.5), yes: random.chance(0.8) };
    const standing = holding(...held.map((name) => `policy:${name}`));

    shop.sent.length = 0;
    const planned = planner.plan(operation, undefined, { standing });
    const answer = await execute({ planned, variables, send: shop.send, context: {} });
    for (const name of denied)
      for (const { query } of shop.sent) {
        const [, field] = name.split('.') as [string, string];
        const asked: string[] = [];
        visit(parse(query), { Field: (node) => void asked.push(node.name.value) });
        expect({ seed, asked }).not.toEqual({ seed, asked: expect.arrayContaining([field]) });
      }

    const faults = new Set(
      denied.flatMap((name) => [...products, ...users, ...reviews].map(({ id }) => `${name}:${id}`)),
    );
    const whole = await askWhole(shop, faults, operation as Source & string, variables);
    const plain = JSON.parse(JSON.stringify({ answer: answer.data, whole: whole.data }));
    const refused = answer.errors?.map(({ path }) => path?.join('.') ?? '') ?? [];
    expect({ seed, operation, denied, agrees: agrees(plain.answer, plain.whole, refused), ...plain }).toMatchObject({
      agrees: true,
    });
    const codes = new Set(answer.errors?.map(({ extensions }) => extensions.code));
    expect([...codes].filter((code) => code !== 'UNAUTHORIZED_FIELD_OR_TYPE')).toEqual([]);
    if (codes.size > 0) withheld++;
    else expect(plain.answer).toEqual(plain.whole);
  }
  expect(withheld).toBeGreaterThan(20);
});
