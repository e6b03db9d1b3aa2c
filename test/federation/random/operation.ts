import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { type Random, randomFrom } from '../../execute/random-operation.ts';

/** Written arguments of a field, `$` for one that is a variable; the first is as good as none. */
export type Arguments = Readonly<Record<string, readonly string[]>>;

/**
 * A valid operation over the whole schema. Its aliases are names of other fields as often as not; what cannot be merged is thrown away.
 * @param refused `Type.field` or `... on Type` that is left out below these fields
 */
export function randomOperation(
  schema: GraphQLSchema,
  seed: number,
  args: Arguments,
  head: string,
  refused: (field: string, above: readonly string[]) => boolean = () => false,
): { operation: string; random: Random } {
  const random = randomFrom(seed);
  for (;;) {
    const operation = `${head} ${write(schema, random, args, refused)}`;
    const errors = validate(schema, parse(operation));
    if (errors.every(({ message }) => /conflict/.test(message)) && errors.length > 0) continue;
    if (errors.length > 0) throw new Error(`${errors[0]?.message} in ${operation}`);
    return { operation, random };
  }
}

function write(
  schema: GraphQLSchema,
  random: Random,
  args: Arguments,
  refused: (field: string, above: readonly string[]) => boolean,
): string {
  const fragments: string[] = [];
  const names = ['id', 'title', 'size', 'name', 'work', 'kind', 'stock', 'a', 'b', 'likes', '__typename'];
  const condition = () =>
    random.chance(0.1) ? ` @${random.pick(['skip', 'include'])}(if: $${random.pick(['yes', 'no'])})` : '';

  const field = (
    on: string,
    { name, type, args: own }: GraphQLField<unknown, unknown>,
    depth: number,
    above: readonly string[],
  ) => {
    const written = own.flatMap((argument) => {
      const values = args[`${name}.${argument.name}`];
      if (!values) return [];
      const value = random.pick(values);
      return value === '' ? [] : [`${argument.name}: ${value}`];
    });
    const named = getNamedType(type);
    const below = isCompositeType(named) ? ` ${selections(named, depth - 1, [...above, `${on}.${name}`])}` : '';
    const alias = random.chance(0.25)
      ? `${random.pick(names)}: `
      : random.chance(0.15)
        ? `x${random.pick(['1', '2', '3'])}: `
        : '';
    return `${alias}${name}${written.length > 0 ? `(${written.join(', ')})` : ''}${condition()}${below}`;
  };

  const selections = (type: GraphQLCompositeType, depth: number, above: readonly string[]): string => {
    const parts = random.chance(0.2) ? [`${random.chance(0.3) ? `${random.pick(names)}: ` : ''}__typename`] : [];
    const all = isUnionType(type) ? [] : Object.values(type.getFields());
    const usable = all.filter(
      (one) => (depth > 0 || !isCompositeType(getNamedType(one.type))) && !refused(`${type.name}.${one.name}`, above),
    );
    for (let i = random.pick([1, 1, 2, 3]); i > 0 && usable.length > 0; i--)
      parts.push(field(type.name, random.pick(usable), depth, above));
    if (isAbstractType(type) && depth >= 0) {
      for (const possible of schema.getPossibleTypes(type))
        if (random.chance(0.4) && !refused(`... on ${possible.name}`, above))
          parts.push(`... on ${possible.name}${condition()} ${selections(possible, depth, above)}`);
    } else if (random.chance(0.15) && depth > 0) {
      const at = fragments.push('') - 1;
      fragments[at] = `fragment F${at} on ${type.name} ${selections(type, depth - 1, above)}`;
      parts.push(`...F${at}${condition()}`);
    }
    return parts.length > 0 ? `{ ${parts.join(' ')} }` : '{ __typename }';
  };

  // Every variable is used once, for an unused one is not valid.
  const used =
    'v0: __typename @skip(if: $no) v1: __typename @include(if: $yes) v2: work(id: $id) { price(in: $in) { currency } }';
  const query = schema.getQueryType();
  if (!query) throw new Error('no query type');
  return `${selections(query, 4, []).replace('{', `{ ${used} `)} ${fragments.join(' ')}`;
}
