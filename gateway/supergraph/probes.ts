import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isRequiredArgument,
} from 'graphql';

const levels = 2; // of objects below a root field: enough to go from one subgraph into another

/** An operation for each root field, by the field's name: with all it offers for some levels, so that planning it tries the joins. */
export function* probes(schema: GraphQLSchema): Generator<[name: string, text: string]> {
  for (const kind of ['query', 'mutation', 'subscription'] as const) {
    const root = schema.getRootType(kind as never);
    for (const field of Object.values(root?.getFields() ?? {})) {
      const variables: string[] = [];
      const selected = selectField(schema, field, levels, variables);
      const declared = variables.length > 0 ? `(${variables.join(', ')})` : '';
      yield [`${root?.name}.${field.name}`, `${kind} ${declared} { ${selected} }`];
    }
  }
}

/** @param variables gets those that the field's required arguments need */
function selectField(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  below: number,
  variables: string[],
  alias = '',
): string {
  const fill = ({ name, type }: GraphQLArgument) => {
    const variable = `$v${variables.length}`;
    variables.push(`${variable}: ${type}`);
    return `${name}: ${variable}`;
  };
  const filled = field.args.filter(isRequiredArgument).map(fill);
  const type = getNamedType(field.type);
  const inner = isCompositeType(type) ? ` { ${select(schema, type, below, variables)} }` : '';
  return `${alias}${field.name}${filled.length > 0 ? `(${filled.join(', ')})` : ''}${inner}`;
}

function select(schema: GraphQLSchema, type: GraphQLCompositeType, below: number, variables: string[]): string {
  const parts = ['__typename'];
  const choose = (fields: GraphQLField<unknown, unknown>[], prefix = '') => {
    const chosen = fields.filter((field) => isLeafType(getNamedType(field.type)) || below > 0);
    // types of one union may give a field of one name different types: each gets names of its own
    return chosen.map((one) => selectField(schema, one, below - 1, variables, prefix && `${prefix}${one.name}: `));
  };
  if ('getFields' in type) parts.push(...choose(Object.values(type.getFields())));
  if (isAbstractType(type)) {
    for (const [i, one] of schema.getPossibleTypes(type).entries())
      parts.push(
        `... on ${one.name} { ${['__typename', ...choose(Object.values(one.getFields()), `t${i}_`)].join(' ')} }`,
      );
  }
  return parts.join(' ');
}
