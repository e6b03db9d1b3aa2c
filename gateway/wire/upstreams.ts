import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { AssertionSigner } from '../../kit/assertion.ts';
import { BoundedQueue } from '../../kit/queue.ts';
import type { Open, SubgraphResponse } from '../execute/index.ts';
import type { Counters } from '../telemetry/counters.ts';
import { asAnswer } from './answer.ts';
import type { HeaderTable } from './headers.ts';
import type { GatewayContext } from './wire.ts';

const queued = 256; // events of one subscription that may wait for its reader
const queuedBytes = 1024 * 1024;
const upstreamTimeout = 5_000; // ms for a subgraph to open a socket, to greet, and to answer a ping
const pingEvery = 10_000; // ms

class Upstream extends WebSocket {
  constructor(url: string, protocols: string | string[]) {
    super(url, protocols, { handshakeTimeout: upstreamTimeout });
  }
}

/** One socket for all subscriptions at a subgraph; a subgraph that has gone silent breaks it. */
function createSocket(url: string): Client {
  let unanswered: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: Upstream,
    // No retry of its own: a repeated subscription without its cursor would lose or double events. The client resumes.
    retryAttempts: 0,
    connectionAckWaitTimeout: upstreamTimeout,
    keepAlive: pingEvery,
    on: {
      ping: (received) => {
        if (!received) unanswered = setTimeout(() => client.terminate(), upstreamTimeout);
      },
      pong: () => clearTimeout(unanswered),
      closed: () => clearTimeout(unanswered),
    },
  });
  return client;
}

export interface Upstreams {
  open: Open<GatewayContext>;
  stop(): Promise<void>;
}

/** Subscriptions at the subgraphs: one graphql-ws socket to each. @param urls by subgraph name */
export function createUpstreams(
  urls: Readonly<Record<string, string>>,
  signer: AssertionSigner,
  table: HeaderTable,
  counters: Pick<Counters, 'upstreams'>,
): Upstreams {
  const sockets = new Map<string, Client>();
  for (const [name, url] of Object.entries(urls)) sockets.set(name, createSocket(url));

  const open: Open<GatewayContext> = ({ subgraph, query, operationName, variables }, { actor, requestId }) => {
    let unsubscribe = () => {};
    let closed = false;
    counters.upstreams += 1;
    const onClose = () => {
      counters.upstreams -= 1;
      closed = true;
      unsubscribe();
    };
    const of = (event: SubgraphResponse) => Buffer.byteLength(JSON.stringify(event));
    const queue = new BoundedQueue<SubgraphResponse>(queued, onClose, { capacity: queuedBytes, of });
    const subscribe = async () => {
      const headers = table.inserted(subgraph); // none of a client's: others may read what it opens
      const extensions = { actor: await signer.sign(actor, subgraph), requestId, ...(headers && { headers }) };
      if (closed) return;
      unsubscribe = (sockets.get(subgraph) as Client).subscribe(
        { query, operationName, variables, extensions },
        {
          next: (event) => {
            try {
              queue.push(asAnswer(event, subgraph));
            } catch (error) {
              queue.fail(error);
            }
          },
          error: (error) => {
            // GraphQL errors are the subgraph's last word; anything else is a broken wire
            if (Array.isArray(error) && error[0]?.extensions?.code !== 'UNAUTHENTICATED') {
              queue.push({ errors: error });
              queue.end();
            } else queue.fail(error instanceof Error ? error : new Error(`${subgraph} closed the socket.`));
          },
          complete: () => queue.end(),
        },
      );
    };
    subscribe().catch((error) => queue.fail(error));
    return queue;
  };

  return {
    open,
    async stop() {
      await Promise.all([...sockets.values()].map((socket) => socket.dispose()));
    },
  };
}
