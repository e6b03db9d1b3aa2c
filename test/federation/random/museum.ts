import {
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  graphql,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { buildGraph, type Graph } from '../../execute/graph.ts';
import { root, sources, store, type Thing } from './records.ts';

/** Five subgraphs that read one store. */
export interface Museum {
  graph: Graph;
  /** The same museum in one piece, answered by graphql-js: what every answer of the graph must be equal to. */
  askWhole(source: string, variableValues: Record<string, unknown>): Promise<ExecutionResult>;
  /** Fields that throw, each as `field:id`. */
  faults: Set<string>;
}

type Resolve = GraphQLFieldResolver<Thing | undefined, unknown>;

export function buildMuseum(): Museum {
  const faults = new Set<string>();
  const resolve: Resolve = async (source = root, args, _context, { fieldName }) => {
    const known = source === root ? root : (store.find(({ id }) => id !== undefined && id === source.id) ?? source);
    if (faults.has(`${fieldName}:${known.id}`)) throw new Error(`${fieldName} of ${known.id} failed`);
    const value = fieldName in known ? known[fieldName] : source[fieldName];
    return typeof value === 'function' ? value(args) : value;
  };

  const graph = buildGraph(
    Object.fromEntries(
      Object.entries(sources).map(([name, { sdl, entities }]) => {
        const resolvers = entities.map((type) => [type, { __resolveReference: resolveReference(name) }]);
        return [name, { typeDefs: sdl, resolvers: Object.fromEntries(resolvers) }];
      }),
    ),
  );
  for (const schema of Object.values(graph.schemas)) install(schema, resolve);
  // What @requires brings is in the source, under the field's own name.
  const shop = graph.schemas.shop?.getType('Work');
  const postage = isObjectType(shop) ? shop.getFields().postage : undefined;
  if (!postage) throw new Error('The shop has no postage.');
  postage.resolve = ({ size }: Thing) => postageOf(size);

  const { schema } = graph.planner;
  const fieldResolver: Resolve = async (source, args, context, info) => {
    if (info.fieldName !== 'postage') return resolve(source, args, context, info);
    return postageOf(await resolve(source, { unit: 'INCH' }, context, { ...info, fieldName: 'size' }));
  };
  const typeResolver = ({ __typename }: Thing) => __typename as string;
  return {
    graph,
    faults,
    askWhole: (source, variableValues) => graphql({ schema, source, variableValues, fieldResolver, typeResolver }),
  };
}

/** @param size in inches */
const postageOf = (size: unknown) => (size === null ? null : Number(size) * 100);

/** Every field of a subgraph is read from the store. */
function install(schema: GraphQLSchema, resolve: Resolve): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = ({ __typename }: Thing) => __typename as string;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) if (!field.name.startsWith('_')) field.resolve = resolve;
  }
}

/** Where things are interface objects, none has a type of its own. */
const resolveReference = (subgraph: string) => async (key: Thing) => {
  const { __typename, size: _required, ...fields } = key;
  const found = store.find((one) => (__typename === 'Thing' || __typename === one.__typename) && holds(one, fields));
  return found ? { ...key, id: found.id, __typename: subgraph === 'buzz' ? __typename : found.__typename } : null;
};

const holds = (held: unknown, wanted: unknown): boolean =>
  typeof wanted === 'object' && wanted !== null
    ? Object.entries(wanted).every(
        ([key, value]) => key === '__typename' || holds((held as Thing | null)?.[key], value),
      )
    : held === wanted;
