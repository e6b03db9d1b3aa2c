import { ApolloServer, type GraphQLRequest, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, GraphQLError } from 'graphql';
import { publicError } from '../kit/errors.ts';
import { describeError, type Log } from '../kit/log.ts';
import { Cache } from './cache.ts';
import { tellCost } from './demand/costs.ts';
import { execute } from './execute/index.ts';
import type { RunContext } from './http/exchange.ts';
import { statusFor } from './http/failures.ts';
import { weigh, withoutComments } from './limits.ts';
import type { Graph, Graphs } from './supergraph/graph.ts';
import type { Observer } from './telemetry/observe.ts';
import type { Wire } from './wire/wire.ts';

/** Apollo Server before our executor. It runs only what has been prepared (operations.ts). */
export function createApollo(parts: {
  graphs: Graphs;
  wire: Wire;
  observer: Observer;
  production: boolean;
  log: Log;
}): ApolloServer<RunContext> {
  const { graphs, wire, observer, production, log } = parts;
  const report = (correlationId: string, cause: unknown) =>
    log.error('unexpected', { correlationId, ...describeError((cause as GraphQLError)?.originalError ?? cause) });
  return new ApolloServer<RunContext>({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        const tell = ({ schema }: Graph) => callback({ apiSchema: schema, coreSupergraphSdl: '' });
        tell(graphs.current);
        return graphs.onChange(tell);
      },
      load: async () => ({
        executor: async ({ request, context }) => {
          const { prepared, signal, ...rest } = context as RunContext;
          if (!prepared) throw new Error('An operation came to be run that was not prepared.');
          const { planned } = prepared;
          const variables = request.variables ?? {};
          const result = await observer.run(prepared, rest, (context) =>
            execute({ planned, variables, send: wire.send, context, ...(signal && { signal }) }),
          );
          return tellCost(prepared, result) as never;
        },
      }),
      stop: async () => {},
    },
    // a browser asks first before it sends another site's authorization, so that is protection enough
    csrfPrevention: { requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'] },
    introspection: !production,
    dangerouslyDisableValidation: true, // each operation has been validated when it was prepared
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    documentStore: createDocumentStore(),
    stopOnTerminationSignals: false,
    stringifyResult: (result) => JSON.stringify(result), // its own puts a line break behind, and so makes a second text
    formatError: (formatted, error) => publicError(formatted, error, report),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ request, response }) => answerVariables(request, response),
        }),
      },
    ],
  });
}

/** Variables that do not fit are the document's kind of wrong, and get the same status (http.ts). */
async function answerVariables({ http }: GraphQLRequest, { http: answer, body }: GraphQLResponse): Promise<void> {
  if (body.kind !== 'single' || body.singleResult.data !== undefined) return;
  const [error] = body.singleResult.errors ?? [];
  if (error?.extensions?.code === 'BAD_USER_INPUT')
    answer.status = statusFor('BAD_USER_INPUT', http?.headers.get('accept'));
}

type DocumentStore = Exclude<ConstructorParameters<typeof ApolloServer>[0]['documentStore'], null | undefined>;

/** What Apollo Server has read, by its hash; its own store weighs a document by writing it as JSON. */
function createDocumentStore(): DocumentStore {
  const known = new Cache<DocumentNode>(16 * 1024 * 1024);
  return {
    get: async (key) => known.get(key),
    set: async (key, document) => known.set(key, withoutComments(document), weigh(document)),
    delete: async (key) => known.delete(key),
  };
}
