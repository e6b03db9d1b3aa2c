import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute } from '../../../gateway/execute/index.ts';
import { createPlanner } from '../../../gateway/planner.ts';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';
import { connect } from './wire.ts';

/** Plan and execution alone: nobody is asked who they are, nothing is limited. */
answerCalls({
  async start({ supergraph, subgraphs }: Setting) {
    const planner = createPlanner(supergraph);
    const post = connect(subgraphs);
    const send = async ({ subgraph, query, operationName, variables }: Parameters<typeof post>[0]) =>
      JSON.parse(await post({ subgraph, query, operationName, variables }));
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { query, operationName, variables } = JSON.parse(Buffer.concat(chunks).toString());
      const planned = planner.plan(query, operationName);
      const result = await execute({ planned, variables, send, context: undefined });
      const body = Buffer.from(JSON.stringify(result));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  },
});
