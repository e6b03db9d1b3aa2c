import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLResolveInfo, graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { assertionHeader, createAssertionVerifier } from '../../kit/assertion.ts';
import type { Actor } from '../../kit/context.ts';
import { listen } from '../../kit/server.ts';
import { secret } from '../gateway.ts';

/** What a resolver finds in its context: who asks, and everything that came with the request. */
export interface Context {
  actor: Actor;
  headers: IncomingHttpHeaders;
}

// biome-ignore lint/suspicious/noExplicitAny: sources, references and arguments are what the SDL beside them says
export type Resolve = (source: any, args: any, context: any, info: GraphQLResolveInfo) => unknown;
export type Resolvers = Record<string, object>;

export interface SubgraphSource {
  /** Without the @link line. */
  sdl: string;
  resolvers?: Resolvers;
}

/** One request as the subgraph received it. */
export interface Seen {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  /** When its answer was sent, in the order of all answers and requests of this process. */
  began: number;
  ended: number;
}

export interface Subgraph {
  url: string;
  /** Since it was last emptied; over HTTP and, as subscribe messages, over graphql-ws. */
  seen: Seen[];
  /** Answers in place of the schema while it is set. */
  instead: RequestListener | undefined;
  stop(): Promise<void>;
}

const directives =
  '"@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@tag", "@authenticated", "@requiresScopes", "@policy"';
/** Put before each subgraph's SDL. */
export const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives}])\n`;

let order = 0;

/** Serves a subgraph as any server would: nothing is hidden of its errors, and everything it is asked is kept. */
export async function serve(name: string, { sdl, resolvers = {} }: SubgraphSource): Promise<Subgraph> {
  const schema = buildSubgraphSchema({ typeDefs: parse(link + sdl), resolvers: resolvers as never });
  const verify = createAssertionVerifier(secret, name);
  const seen: Seen[] = [];

  const server = createServer(async (request, response) => {
    if (request.url === '/health') return void response.end('{}');
    const began = ++order;
    const { query, operationName, variables = {} } = JSON.parse(await text(request));
    const entry: Seen = { query, operationName, variables, headers: request.headers, began, ended: 0 };
    seen.push(entry);
    if (subgraph.instead) return void subgraph.instead(request, response);
    const actor = await verify(request.headers[assertionHeader]);
    const contextValue: Context = { actor, headers: request.headers };
    const answer = await graphql({ schema, source: query, operationName, variableValues: variables, contextValue });
    entry.ended = ++order;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const disposable = useServer(
    {
      schema,
      context: async (_, __, { query, operationName, variables, extensions }) => {
        const entry = { query, operationName: operationName ?? undefined, variables: variables ?? {}, headers: {} };
        seen.push({ ...entry, began: ++order, ended: ++order } as Seen);
        return { actor: await verify(extensions?.actor), headers: {} };
      },
    },
    sockets,
  );

  let stopping: Promise<unknown> | undefined;
  const subgraph: Subgraph = {
    url: `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/graphql`,
    seen,
    instead: undefined,
    async stop() {
      stopping ??= Promise.resolve(disposable.dispose()).then(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      });
      await stopping;
    },
  };
  return subgraph;
}
