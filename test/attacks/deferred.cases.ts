import { expect, test } from '@jest/globals';
import { type DocumentNode, parse, type Source, visit } from 'graphql';
import { execute } from '../../gateway/execute/index.ts';
import { createPlanner } from '../../gateway/planner.ts';
import { holding } from '../authorization/standing.ts';
import { deferSome, runInPieces } from '../execute/deferral.ts';
import { randomFrom, randomOperation } from '../execute/random-operation.ts';
import { buildShop } from '../execute/shop.ts';

const guarded = ['Product.subtitle', 'User.nick', 'User.friends', 'Review.body', 'Review.author'];
const shop = buildShop();
const supergraph = guarded.reduce(
  (sdl, name) => {
    const [type, field] = name.split('.') as [string, string];
    const found = new RegExp(
      `^((?:type|interface) ${type}\\b[^{]*\\{[^}]*?\\n  ${field}(?:\\([^)]*\\))?: [^\\n]*)`,
      'm',
    );
    expect(sdl).toMatch(found);
    return sdl.replace(found, `$1 @policy(policies: [["${name}"]])`);
  },
  shop.supergraph.replace(
    'directive @join__graph',
    'directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION\ndirective @join__graph',
  ),
);
const planner = createPlanner(supergraph);

const fieldsOf = (document: DocumentNode): Set<string> => {
  const found = new Set<string>();
  visit(document, { Field: (node) => void found.add(node.name.value) });
  return found;
};

/** Whether they are the same, but that in one piece a null rises above where a piece would have ended. */
function agrees(onePiece: unknown, pieces: unknown, refused: readonly string[], path = ''): boolean {
  if (onePiece === null && pieces !== null) return refused.some((one) => `${one}.`.startsWith(path));
  if (typeof onePiece !== 'object' || typeof pieces !== 'object' || !onePiece || !pieces) return onePiece === pieces;
  const keys = [...new Set([...Object.keys(onePiece), ...Object.keys(pieces)])];
  const at = (key: string) => `${path}${Array.isArray(onePiece) ? '@' : key}.`;
  return keys.every((key) => agrees((onePiece as never)[key], (pieces as never)[key], refused, at(key)));
}

test('what may not be read of an answer in one piece is in none of its pieces, and no subgraph is asked for it', async () => {
  let inPieces = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const random = randomFrom(seed);
    const operation = randomOperation(planner.schema, random, new Set(['Product.postage']));
    const held = guarded.filter(() => random.chance(0.5));
    const denied = guarded.filter((name) => !held.includes(name));
    const standing = holding(...held.map((name) => `policy:${name}`));
    const variables = {
      id: random.pick(['p1', 'u2']),
      currency: 'EUR',
      no: random.chance(0.5),
      yes: random.chance(0.8),
    };
    const deferred = deferSome(operation as Source & string, random);
    const planned = planner.plan(operation, undefined, { standing });
    const plain = await execute({ planned, variables, send: shop.send, context: {} });
    const { whole, later } = await runInPieces({ ...shop, planner }, deferred, variables, { standing });
    for (const { query } of shop.sent) {
      const asked = fieldsOf(parse(query));
      expect({ seed, asked: denied.filter((name) => asked.has(name.split('.')[1] as string)) }).toEqual({
        seed,
        asked: [],
      });
    }
    const refused = plain.errors?.map(({ path }) => path?.join('.') ?? '') ?? [];
    const [onePiece, pieces] = JSON.parse(JSON.stringify([plain.data, whole.data]));
    const agree = agrees(onePiece, pieces, refused);
    expect({ seed, deferred, denied, agree, onePiece, pieces }).toMatchObject({ agree: true });
    if (later.length > 0 && whole.errors) inPieces++;
  }
  expect(inPieces).toBeGreaterThan(15);
});
