import type { Send, SubgraphRequest } from '../execute/index.ts';
import { outcomeOf } from './failure.ts';
import type { GatewayContext } from './wire.ts';

/** What the transport and the layers above it tell of one request that is traced. */
export interface Trip {
  tries: number;
  /** HTTP status of the answer; 0: there was none. */
  status: number;
  /** Bytes of the bodies. */
  sent: number;
  received: number;
}

/** One span for each request of an operation that is sampled, however often it is tried. */
export function traced(send: Send<GatewayContext>): Send<GatewayContext> {
  return async (request, context) => {
    const { span: parent } = context;
    if (!parent) return send(request, context);
    const { subgraph, operationKind } = request;
    const span = parent.child(`fetch ${subgraph}`, 'client', {
      'net4u.subgraph': subgraph,
      'graphql.operation.type': operationKind,
      'net4u.representations': countRepresentations(request),
    });
    const trip: Trip = { tries: 1, status: 0, sent: 0, received: 0 };
    let failure: string | undefined;
    try {
      const answer = await send(request, { ...context, span, traceparent: span.traceparent, trip });
      if (answer.errors?.length) failure = 'errors';
      return answer;
    } catch (error) {
      failure = outcomeOf(error, request.signal);
      throw error;
    } finally {
      const attributes = {
        'net4u.outcome': failure ?? 'ok',
        'net4u.retries': trip.tries - 1,
        'http.response.status_code': trip.status,
        'http.request.body.size': trip.sent,
        'http.response.body.size': trip.received,
      };
      span.end(attributes, failure);
    }
  };
}

/** Lists of objects that say their type: no input of a client's has a field of that name. */
function countRepresentations({ variables }: SubgraphRequest): number {
  let count = 0;
  for (const value of Object.values(variables ?? {})) {
    if (Array.isArray(value) && typeof value[0]?.__typename === 'string') count += value.length;
  }
  return count;
}
