/** The seam between the executor and the wire: the executor knows what to ask, a Send knows how. */
export interface SubgraphRequest {
  /** Name of the subgraph, as in the supergraph's `join__Graph`. */
  readonly subgraph: string;
  /** The same string object for every run of a plan, so a Send may cache what it derives from it. */
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly operationKind: 'query' | 'mutation';
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | null;
  readonly extensions?: Record<string, unknown> | null;
}

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly SubgraphError[] | null;
  readonly extensions?: Record<string, unknown> | null;
  /**
   * True when somebody else holds the same `data` too (a cache, a shared request). The executor joins entities into the data it is
   * given; it does so in a copy when this is set.
   */
  readonly shared?: boolean;
}

/** Asks one subgraph. A rejection means that the subgraph is down: the answer is then partial, with SUBGRAPH_UNAVAILABLE. */
export type Send<C = unknown> = (request: SubgraphRequest, context: C) => Promise<SubgraphResponse>;

export interface SubscriptionRequest extends Omit<SubgraphRequest, 'operationKind'> {
  readonly operationKind: 'subscription';
}

/** Subscribes at one subgraph. The iterable's `return` must end the upstream subscription. */
export type Open<C = unknown> = (request: SubscriptionRequest, context: C) => AsyncIterable<SubgraphResponse>;
