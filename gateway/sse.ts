import type { Request, RequestHandler, Response } from 'express';
import type { ExecutionResult } from 'graphql';
import { GraphQLError } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/express';
import type { Principal } from './auth.ts';
import type { Operations } from './operations.ts';
import type { GatewayContext } from './send.ts';
import type { Streams } from './streams.ts';

/** Where earlier handlers leave who asks. */
export interface Locals extends Record<string, unknown> {
  principal: Principal;
  context: GatewayContext;
}

/** graphql-sse, "distinct connections": POST /graphql with `accept: text/event-stream`; for partners behind proxies. */
export function serveEvents(operations: Operations, streams: Streams): RequestHandler {
  const localsOf = (raw: unknown) => (raw as Request & { res: Response }).res.locals as unknown as Locals;
  const handle = createHandler({
    async onSubscribe(request, params) {
      const { principal, context } = localsOf(request.raw);
      try {
        const prepared = operations.prepare(params as never, context.actor);
        if (prepared.planned.kind !== 'subscription') return await operations.run(prepared, context);
        const results = await operations.subscribe(prepared, context);
        return Symbol.asyncIterator in results ? streams.add(results, principal, context) : results;
      } catch (error) {
        const known = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
        return { errors: [operations.toPublic(known)] } satisfies ExecutionResult;
      }
    },
  });
  return (request, response, next) => {
    if (
      request.method !== 'POST' ||
      !request.accepts('text/event-stream') ||
      !/event-stream/.test(request.headers.accept ?? '')
    ) {
      next();
      return;
    }
    handle(request as never, response as never).catch(next);
  };
}
