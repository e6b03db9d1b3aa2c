import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql';

/** A small seeded generator (mulberry32): a failing seed can be run again. */
export function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  return { chance: (share: number) => next() < share, pick };
}
export type Random = ReturnType<typeof randomFrom>;

/**
 * A valid operation over the whole schema. Every field has a response key of its own, so that no two can conflict. A field of `once` stands
 * only where no object of its type stands above: the planner (0.0.38) does not find its way to a field with @requires below its own type.
 */
export function randomOperation(schema: GraphQLSchema, random: Random, once: ReadonlySet<string>): string {
  let keys = 0;
  const fragments: string[] = [];
  const condition = () =>
    random.chance(0.15) ? ` @${random.pick(['skip', 'include'])}(if: $${random.pick(['yes', 'no'])})` : '';

  const field = (definition: GraphQLField<unknown, unknown>, depth: number, above: readonly string[]): string => {
    const args = definition.args.flatMap(({ name }) => {
      if (name === 'id') return [`id: ${random.pick(['"p1"', '"p2"', '"u1"', '"u2"', '"none"', '$id'])}`];
      return random.chance(0.5) ? [`currency: ${random.pick(['"EUR"', '"USD"', '$currency'])}`] : [];
    });
    const type = getNamedType(definition.type);
    const below = isCompositeType(type) ? selections(type, depth - 1, above) : '';
    const key = random.chance(0.7) ? `k${keys++}: ` : `${definition.name}${keys++}: `;
    return `${key}${definition.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${condition()}${below}`;
  };

  const selections = (type: GraphQLCompositeType, depth: number, above: readonly string[]): string => {
    const parts = random.chance(0.3) ? [`t${keys++}: __typename`] : [];
    const fields = isUnionType(type)
      ? []
      : Object.values(type.getFields()).filter(
          ({ name }) => !once.has(`${type.name}.${name}`) || !above.includes(type.name),
        );
    const within = [...above, type.name];
    const usable = depth > 0 ? fields : fields.filter((one) => !isCompositeType(getNamedType(one.type)));
    for (let i = random.pick([1, 2, 3, 4]); i > 0 && usable.length > 0; i--)
      parts.push(field(random.pick(usable), depth, within));
    if (isAbstractType(type)) {
      for (const possible of schema.getPossibleTypes(type)) {
        if (random.chance(0.6))
          parts.push(`... on ${possible.name}${condition()} ${selections(possible, depth, above)}`);
      }
    } else if (random.chance(0.2) && depth > 0) {
      const name = `F${fragments.length}`;
      const at = fragments.push('') - 1;
      fragments[at] = `fragment ${name} on ${type.name} ${selections(type, depth - 1, above)}`;
      parts.push(`...${name}${condition()}`);
    }
    return parts.length > 0 ? `{ ${parts.join(' ')} }` : '{ __typename }';
  };

  // Every variable is used once, for an unused one is not valid.
  const used =
    'u: user(id: $id) { id } p: product(id: "p1") { price(currency: $currency) } a: me @skip(if: $no) @include(if: $yes) { id }';
  const body = selections(schema.getQueryType()!, 5, []).replace('{', `{ ${used} `);
  const head = 'query ($yes: Boolean! = true, $no: Boolean! = false, $id: ID! = "p1", $currency: String! = "USD")';
  return `${head} ${body} ${fragments.join(' ')}`;
}
