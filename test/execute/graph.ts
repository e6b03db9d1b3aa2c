import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@theguild/federation-composition';
import { type ExecutionResult, type GraphQLSchema, graphql, parse } from 'graphql';
import { execute, type Send, type SubgraphRequest, type SubgraphResponse } from '../../gateway/execute/index.ts';
import { createPlanner, type Planner, type Standing } from '../../gateway/planner.ts';

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']>;

export interface SubgraphSource {
  readonly typeDefs: string;
  readonly resolvers?: Resolvers;
}

/** Subgraphs in this process, composed and planned for, with everything that was sent to them. */
export interface Graph {
  readonly planner: Planner;
  readonly supergraph: string;
  readonly schemas: Readonly<Record<string, GraphQLSchema>>;
  readonly sent: SubgraphRequest[];
  /** Answers in place of a subgraph: to take it down or to make it misbehave. */
  readonly instead: Map<string, (request: SubgraphRequest) => SubgraphResponse | Promise<SubgraphResponse>>;
  readonly send: Send<unknown>;
  run(operation: string, variables?: Record<string, unknown>, standing?: Standing): Promise<ExecutionResult>;
}

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@inaccessible", "@interfaceObject", "@override", "@authenticated", "@requiresScopes", "@policy"])\n';

export function buildGraph(sources: Readonly<Record<string, SubgraphSource>>): Graph {
  const names = Object.keys(sources);
  const parsed = names.map((name) => ({ name, typeDefs: parse(link + sources[name]!.typeDefs) }));
  const composed = composeServices(parsed.map((one) => ({ ...one, url: `http://${one.name}.invalid` })));
  if (!composed.supergraphSdl) throw new Error(composed.errors?.map((error) => error.message).join('\n'));
  const schemas = Object.fromEntries(
    parsed.map(({ name, typeDefs }) => [
      name,
      buildSubgraphSchema({ typeDefs, resolvers: sources[name]!.resolvers ?? {} }),
    ]),
  );
  const planner = createPlanner(composed.supergraphSdl);
  const sent: SubgraphRequest[] = [];
  const instead: Graph['instead'] = new Map();

  // Through JSON both ways, as on the wire: nothing is shared by accident.
  const send: Send<unknown> = async (request) => {
    sent.push(structuredClone({ ...request, signal: undefined }));
    const fake = instead.get(request.subgraph);
    if (fake) return fake(request);
    const { query, variables, operationName } = JSON.parse(JSON.stringify(request));
    const schema = schemas[request.subgraph]!;
    const result = await graphql({ schema, source: query, variableValues: variables, operationName });
    return JSON.parse(JSON.stringify(result));
  };

  const run: Graph['run'] = async (operation, variables, standing) => {
    sent.length = 0;
    const planned = planner.plan(operation, undefined, standing && { standing });
    const result = await execute({ planned, variables, send, context: {} });
    return JSON.parse(JSON.stringify(result));
  };

  return { planner, supergraph: composed.supergraphSdl, schemas, sent, instead, send, run };
}

/** Paths of a result's errors, in a stable order. */
export function errorPaths(result: ExecutionResult): string[] {
  return (result.errors ?? []).map((error) => (error.path ?? []).join('.')).sort();
}
