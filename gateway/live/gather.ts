import type { Send, SubgraphResponse } from '../execute/index.ts';
import type { GatewayContext } from '../wire/wire.ts';

interface Asked {
  answer: Promise<SubgraphResponse>;
  /** How many events are joined with it. */
  uses: number;
}

/**
 * What events are joined with: those that come in one turn of the event loop, ask the same and ask it as the same actor are answered by one request. It is
 * made at the end of the turn, after the last of them has come, so that none is joined with what was read before it happened. A list that each of sixty
 * readers gets in a stream of their own would otherwise be joined sixty times.
 */
export function gather(send: Send<GatewayContext>): Send<GatewayContext> {
  let turn = new Map<string, Asked>();
  let end: Promise<void> | undefined;

  return (request, context) => {
    if (request.operationKind !== 'query') return send(request, context);
    end ??= new Promise((resolve) => {
      setImmediate(() => {
        turn = new Map();
        end = undefined;
        resolve();
      });
    });
    const { subgraph, query, operationName, variables } = request;
    const key = JSON.stringify([subgraph, operationName, context.actor, query, variables]);
    const known = turn.get(key);
    if (known) {
      known.uses += 1;
      return known.answer;
    }
    // Nobody of those who share it can call it off for the others: the wire's deadline ends it.
    const { signal: _, ...own } = request;
    const answer = end
      .then(() => send(own, context))
      .then((response) => (asked.uses > 1 ? { ...response, shared: true } : response));
    const asked: Asked = { answer, uses: 1 };
    turn.set(key, asked);
    return answer;
  };
}
