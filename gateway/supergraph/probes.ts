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

const levels = 3; // of objects, the root field's own first: enough to go from one subgraph into another

/** Operations that ask for one root field. */
export interface Probe {
  /** As in `Query.network`. */
  readonly name: string;
  /** Nothing of it but that it is there. */
  readonly least: string;
  /** All it offers for some levels, so that planning it tries the joins. */
  readonly most: string;
}

export function* probes(schema: GraphQLSchema): Generator<Probe> {
  for (const kind of ['query', 'mutation', 'subscription'] as const) {
    const root = schema.getRootType(kind as never);
    for (const field of Object.values(root?.getFields() ?? {})) {
      const ask = (below: number) => {
        const variables: string[] = [];
        const selected = selectField(schema, field, below, variables);
        return `${kind} ${variables.length > 0 ? `(${variables.join(', ')}) ` : ''}{ ${selected} }`;
      };
      yield { name: `${root?.name}.${field.name}`, least: ask(0), most: ask(levels) };
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
  const inner = isCompositeType(type)
    ? ` { __typename ${below > 0 ? select(schema, type, below - 1, variables) : ''} }`
    : '';
  return `${alias}${field.name}${filled.length > 0 ? `(${filled.join(', ')})` : ''}${inner}`;
}

function select(schema: GraphQLSchema, type: GraphQLCompositeType, below: number, variables: string[]): string {
  const choose = (fields: GraphQLField<unknown, unknown>[], prefix = '') => {
    const chosen = fields.filter((field) => isLeafType(getNamedType(field.type)) || below > 0);
    // types of one union may give a field of one name different types: each gets names of its own
    return chosen
      .map((one) => selectField(schema, one, below, variables, prefix && `${prefix}${one.name}: `))
      .join(' ');
  };
  const parts = 'getFields' in type ? [choose(Object.values(type.getFields()))] : [];
  if (isAbstractType(type)) {
    for (const [i, one] of schema.getPossibleTypes(type).entries())
      parts.push(`... on ${one.name} { __typename ${choose(Object.values(one.getFields()), `t${i}_`)} }`);
  }
  return parts.join(' ');
}
