import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

/** `@listSize` of a field, as the subgraph that answers it says. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Names of arguments, or paths into them: `first`, `page.first`. */
  readonly slicingArguments: readonly string[];
  /** Fields of the answer that are the lists; empty: the field itself is. */
  readonly sizedFields: readonly string[];
  readonly requireOne: boolean;
}

/** What a supergraph says about costs: `@cost` and `@listSize` (specs.apollo.dev/cost/v0.1). */
export interface Weights {
  /** `@cost` by coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
  readonly costs: ReadonlyMap<string, number>;
  /** `@listSize` by `Type.field`. */
  readonly lists: ReadonlyMap<string, ListSize>;
}

/** Reads the weights off a supergraph, whatever it calls the two directives. */
export function readWeights(supergraph: DocumentNode): Weights {
  const names = readNames(supergraph);
  const costs = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const take = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    for (const directive of directives ?? []) {
      if (directive.name.value === names.cost) costs.set(coordinate, Number(argumentsOf(directive).weight));
      if (directive.name.value === names.listSize) lists.set(coordinate, readListSize(argumentsOf(directive)));
    }
  };
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const type = definition.name.value;
    take(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    const fields = ('fields' in definition && definition.fields) || [];
    for (const field of fields as readonly (FieldDefinitionNode | InputValueDefinitionNode)[]) {
      const coordinate = `${type}.${field.name.value}`;
      take(coordinate, field.directives);
      if (!('arguments' in field)) continue;
      for (const argument of field.arguments ?? []) {
        take(`${coordinate}(${argument.name.value}:)`, argument.directives);
      }
    }
  }
  return { costs, lists };
}

const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries(directive.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]) ?? []);

function readListSize(args: Record<string, unknown>): ListSize {
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const slicingArguments = names(args.slicingArguments);
  return {
    assumedSize: typeof args.assumedSize === 'number' ? args.assumedSize : undefined,
    slicingArguments,
    sizedFields: names(args.sizedFields),
    requireOne: slicingArguments.length > 0 && args.requireOneSlicingArgument !== false,
  };
}

/** The names under which the supergraph imports them: `@link(url: ".../cost/v0.1", import: [{ name: "@cost", as: "@price" }])`. */
function readNames(supergraph: DocumentNode): { cost: string; listSize: string } {
  const found = { cost: 'cost', listSize: 'listSize' };
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) {
      const { url, import: imports } = argumentsOf(directive);
      if (!/\/cost\/v[\d.]+$/.test(String(url)) || !Array.isArray(imports)) continue;
      for (const one of imports as { name?: string; as?: string }[]) {
        const own = one?.name?.slice(1);
        if ((own === 'cost' || own === 'listSize') && one.as) found[own] = one.as.slice(1);
      }
    }
  }
  return found;
}
