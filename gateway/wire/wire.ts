import type { AssertionSigner } from '../../kit/assertion.ts';
import type { Actor } from '../../kit/context.ts';
import type { Open, Send } from '../execute/index.ts';
import { createRequests } from './requests.ts';
import { createUpstreams } from './upstreams.ts';

/** What travels with an operation through the executor to the subgraphs. */
export interface GatewayContext {
  actor: Actor;
  requestId: string;
}

export interface Wire {
  send: Send<GatewayContext>;
  open: Open<GatewayContext>;
  /** Names of the subgraphs that do not answer /health. */
  findSilent(): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * The wire to the subgraphs: HTTP with kept connections, and one graphql-ws socket for all subscriptions at a subgraph.
 * @param urls by subgraph name, each ending in /graphql
 */
export function createWire(urls: Readonly<Record<string, string>>, signer: AssertionSigner): Wire {
  const requests = createRequests(urls, signer);
  const upstreams = createUpstreams(urls, signer);
  return {
    send: requests.send,
    open: upstreams.open,
    findSilent: requests.findSilent,
    async stop() {
      await upstreams.stop();
      await requests.stop();
    },
  };
}
