import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute } from '../../../gateway/execute/index.ts';
import { createPlanner } from '../../../gateway/planner.ts';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';
import { connect, type SubgraphQuery } from './wire.ts';

/**
 * What node:http and undici cost by themselves: sends the requests of one run of the plan, in the plan's order, reads the
 * answers without looking into them, and answers with what that run gave.
 */
answerCalls({
  async start({ supergraph, subgraphs, query }: Setting) {
    const post = connect(subgraphs);
    const waves: SubgraphQuery[][] = [];
    let answered = true; // since the last request was sent, so that the next begins a wave
    const send = async ({ subgraph, query, operationName, variables }: SubgraphQuery) => {
      if (answered) waves.push([]);
      answered = false;
      waves.at(-1)!.push(structuredClone({ subgraph, query, operationName, variables }));
      const text = await post({ subgraph, query, operationName, variables });
      answered = true;
      return JSON.parse(text);
    };
    const planned = createPlanner(supergraph).plan(query);
    const answer = Buffer.from(JSON.stringify(await execute({ planned, send, context: undefined })));

    const server = createServer(async (request, response) => {
      for await (const _ of request);
      for (const wave of waves) await Promise.all(wave.map(post));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  },
});
