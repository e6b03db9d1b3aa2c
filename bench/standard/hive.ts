import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime, type GatewayPlugin, getGraphQLWSOptions } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import type { Actor } from '../../kit/context.ts';
import { answerCalls } from '../gateway/process.ts';
import { type HiveSetting, personaHeader } from './persona.ts';

/** All that our subgraphs ask of a gateway: each request says who asks, signed for the subgraph. */
function signActors(secret: string, actors: Record<string, Actor>): GatewayPlugin {
  const signer = createAssertionSigner(secret);
  return {
    async onSubgraphExecute({ subgraphName, executionRequest, setExecutionRequest }) {
      // of the request, or what the socket was opened with
      const { headers } = executionRequest.context as unknown as { headers: Record<string, string> };
      const persona = headers[personaHeader];
      const actor = actors[persona ?? ''];
      if (!actor) throw new Error(`Nobody is signed in as ${persona}.`);
      const assertion = await signer.sign(actor, subgraphName);
      const { extensions } = executionRequest;
      setExecutionRequest({
        ...executionRequest,
        extensions:
          executionRequest.operationType === 'subscription'
            ? { ...extensions, actor: assertion }
            : { ...extensions, headers: { ...extensions?.headers, [assertionHeader]: assertion } },
      });
    },
  };
}

answerCalls({
  async start({ supergraph, subgraphs, planner, secret, actors }: HiveSetting) {
    const locations = Object.entries(subgraphs).map(([name, location]) => [name, { location }]);
    const runtime = createGatewayRuntime({
      supergraph,
      logging: 'error',
      maskedErrors: false,
      ...(planner === 'Rust' && { unifiedGraphHandler }),
      transportEntries: {
        ...Object.fromEntries(locations),
        '*': { options: { subscriptions: { kind: 'ws', location: '/graphql' } } },
      },
      plugins: () => [signActors(secret, actors)],
    });
    await runtime.getSchema();
    const server = createServer(runtime);
    const sockets = new WebSocketServer({ path: runtime.graphqlEndpoint, server });
    useServer(
      getGraphQLWSOptions(runtime, ({ extra }) => {
        const { request, socket } = extra as Extra;
        return { req: request, socket } as never;
      }),
      sockets,
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  },
});
