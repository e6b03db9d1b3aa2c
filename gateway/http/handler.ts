import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Operations } from '../operations.ts';
import { prefersEvents } from '../sse.ts';
import type { Arrival, Observer } from '../telemetry/observe.ts';
import { readBody } from './body.ts';
import type { Answer, Exchange, RunContext } from './exchange.ts';
import { createFailureAnswer } from './failures.ts';
import { readOperation } from './operation.ts';
import type { SignIn } from './sign-in.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a request is one of GraphQL, by its address. */
export const isGraphql = (url: string | undefined): boolean => /^\/graphql\/?(?:\?|$)/i.test(url ?? '');

/**
 * GraphQL over HTTP, on node:http alone: method -> who asks -> body -> limits, validation and plan -> answer. An operation
 * is prepared before Apollo Server reads the document, where a bomb would already have cost what it costs.
 * @param answers ways to answer, in this order; the last one takes what is left
 */
export function createHandler(parts: {
  signIn: SignIn;
  operations: Operations;
  observer: Observer;
  answers: readonly Answer[];
  log: Log;
}): Handler {
  const { signIn, operations, observer, answers } = parts;
  const answerFailure = createFailureAnswer(parts.log);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    if (method !== 'POST' && method !== 'GET') return refuseMethod(response);
    const arrival = observer.arrive(request.headers, response);
    response.setHeader('x-request-id', arrival.requestId);
    try {
      await answerFrom(arrival, request, response);
    } catch (error) {
      observer.refuse(error, arrival);
      answerFailure(error, request, response);
    }
  }

  async function answerFrom(arrival: Arrival, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { principal, actor } = await signIn(request);
    const context: RunContext = { actor, ...arrival };
    const body = request.method === 'POST' ? await readBody(request, response) : undefined;
    const operation = readOperation(request, body);
    const exchange: Exchange = { request, response, principal, context, body, operation };
    prepare(exchange);
    for (const answer of answers) {
      const answering = answer(exchange);
      if (answering) return answering;
    }
  }

  function prepare(exchange: Exchange): void {
    const { request, response, context, operation } = exchange;
    if (!operation) return;
    try {
      context.prepared = operations.prepare(operation, context.actor);
      observer.planned(context.prepared, context);
    } catch (error) {
      if (request.method !== 'POST' || !prefersEvents(request)) throw error;
      observer.refuse(error, context);
      exchange.refused = error;
      return;
    }
    // A mutation that has begun is brought to its end, whoever waits for it.
    if (context.prepared.planned.kind === 'query') context.signal = signalOf(response);
  }

  return (request, response) => {
    const begin = () => void handle(request, response).catch((error) => answerFailure(error, request, response));
    // Behind another on the same connection: answered in turn. Node never says of a response that still waits for its turn
    // that the client has gone, and what was begun for it would go on for nobody.
    if (response.socket) begin();
    else response.once('socket', begin);
  };
}

function refuseMethod(response: ServerResponse): void {
  const error = new ApiError('BAD_REQUEST', 'Send GraphQL by POST, or queries by GET.');
  response.writeHead(405, { allow: 'GET, POST', 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ errors: [error] }));
}

/** Aborted when the connection is gone before the answer was. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // each request under way listens
  const onClose = () => {
    if (!response.writableEnded) controller.abort(new ApiError('BAD_REQUEST', 'The client went away.'));
  };
  if (response.closed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}
