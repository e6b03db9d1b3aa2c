import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLResolveInfo, type GraphQLSchema, lexicographicSortSchema, parse } from 'graphql';
import { buildSchemaSync, createResolversMap, type NonEmptyArray } from 'type-graphql';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own word for a class
type Class = Function;
/** `__resolveReference`: from a representation to the entity, or null where there is none or the actor may not see it. */
// biome-ignore lint/suspicious/noExplicitAny: each subgraph names its own representation and context
export type ReferenceResolver = (representation: any, context: any, info: GraphQLResolveInfo) => unknown;

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@override", "@cost", "@listSize"])';

interface SchemaOptions {
  resolvers: NonEmptyArray<Class>;
  orphanedTypes: Class[];
  references: Record<string, ReferenceResolver>;
}
interface FederatedSchema {
  schema: GraphQLSchema;
  sdl: string;
}

const known: { classes: Class[]; found: FederatedSchema }[] = [];

/**
 * A Federation 2 subgraph from type-graphql classes. A process that starts a subgraph again gets the schema that it has: to build it takes longer than
 * the rest of a start.
 * @param orphanedTypes every entity and stub that no root field reaches
 * @param references `__resolveReference` by type name; they belong to the classes, and hold no state
 * @returns the executable schema, and its SDL as committed in schema/
 */
export function buildFederatedSchema(options: SchemaOptions): FederatedSchema {
  const classes = [...options.resolvers, ...options.orphanedTypes];
  const same = known.find(
    (one) => one.classes.length === classes.length && one.classes.every((c, i) => c === classes[i]),
  );
  if (same) return same.found;
  const found = build(options);
  known.push({ classes, found });
  return found;
}

/** Every option is passed every time, since type-graphql keeps them on a static; a failed build must end the process. */
function build(options: SchemaOptions): FederatedSchema {
  const built = buildSchemaSync({
    resolvers: options.resolvers,
    orphanedTypes: options.orphanedTypes,
    validate: false,
    authChecker: () => false,
    emitSchemaFile: false,
    skipCheck: true,
    // Asked for wherever there is a subscription; ours name their own source by `subscribe`, never a topic.
    pubSub: {
      publish() {},
      subscribe(topic) {
        throw new Error(`no subscription may use the topic ${topic}: give it a subscribe function`);
      },
    },
  });
  const sdl = `${link}\n\n${printSchemaWithDirectives(lexicographicSortSchema(built))}\n`;
  // biome-ignore lint/suspicious/noExplicitAny: createResolversMap is typed for makeExecutableSchema
  const resolvers = createResolversMap(built) as Record<string, any>;
  for (const [type, resolve] of Object.entries(options.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  return { schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]), sdl };
}
