import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime, getGraphQLWSOptions } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';

/** As its own command line sets it up: the runtime on node:http, and graphql-ws beside it. */
answerCalls({
  async start({ supergraph, planner, sharing }: Setting) {
    const runtime = createGatewayRuntime({
      supergraph,
      logging: 'error',
      ...(planner === 'Rust' && { unifiedGraphHandler }),
      transportEntries: {
        '*': {
          options: {
            deduplicateInflightRequests: sharing,
            subscriptions: { kind: 'ws', location: '/graphql' },
          },
        },
      },
    });
    await runtime.getSchema(); // else a socket that comes before the first request finds no schema
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
