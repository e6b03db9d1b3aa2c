import { type ApolloServer, HeaderMap } from '@apollo/server';
import { ApiError } from '../../kit/errors.ts';
import type { Answer, RunContext } from './exchange.ts';
import { spellOut } from './operation.ts';

/** The last of all answers: Apollo Server's. It runs what was prepared, and says what is wrong with a request that was not. */
export function answerByApollo(apollo: ApolloServer<RunContext>): Answer {
  return async (exchange) => {
    const { request, response, context } = exchange;
    const method = request.method as string;
    if (method === 'POST' && context.prepared?.planned.kind === 'subscription') {
      throw new ApiError(
        'BAD_REQUEST',
        'A subscription is answered over WebSocket, or as an event stream: send `accept: text/event-stream`.',
      );
    }
    const headers = new HeaderMap();
    for (const name in request.headers) {
      const value = request.headers[name];
      if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
    }
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, ...spellOut(exchange) },
      context: async () => context,
    });
    if (answer.body.kind !== 'complete') throw new Error('Apollo Server answers in parts, but not what was prepared.');
    if (response.closed) return; // nobody is there any more
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.statusCode = answer.status ?? 200;
    response.end(toLine(answer.body.string));
  };
}

/**
 * The text and a line break, as bytes. Of a text, node would make one with the headers, and then bytes: copies on the heap that are as
 * large as the answer.
 */
function toLine(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const line = Buffer.allocUnsafe(length + 1);
  line.write(text);
  line[length] = 0x0a;
  return line;
}
