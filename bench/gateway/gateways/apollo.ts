import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';

answerCalls({
  async start({ supergraph }: Setting) {
    const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: supergraph }) });
    const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
    return new URL('/graphql', url).href;
  },
});
