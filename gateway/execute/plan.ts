/**
 * The plan of one operation, as data. These types are ours: the planner's own are translated into them in planner.ts, so that nothing
 * else in the gateway depends on which planner is used. Flatten and BatchFetch are both `EntityFetch` here, Defer is a Sequence.
 */
export type PlanNode = Fetch | EntityFetch | Sequence | Parallel | Condition | Subscription;

interface Request {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  /** Names of the client's variables that `query` uses. */
  readonly variables: readonly string[];
}

/** Asks a subgraph's root fields; the answer is laid into every object at `path` (the root of the answer when it is empty). */
export interface Fetch extends Request {
  readonly kind: 'Fetch';
  readonly path: Path;
  readonly outputRewrites: readonly Rewrite[];
}

/** Asks `_entities` once or, by alias, several times in one request. */
export interface EntityFetch extends Request {
  readonly kind: 'EntityFetch';
  readonly lookups: readonly EntityLookup[];
}

export interface EntityLookup {
  /** Response key of this `_entities` field. */
  readonly alias: string;
  readonly representationsVariable: string;
  /** Where the entities stand that are to be completed. */
  readonly paths: readonly Path[];
  readonly requires: readonly Required[];
  readonly inputRewrites: readonly Rewrite[];
  readonly outputRewrites: readonly Rewrite[];
}

export interface Sequence {
  readonly kind: 'Sequence';
  readonly nodes: readonly PlanNode[];
}

export interface Parallel {
  readonly kind: 'Parallel';
  readonly nodes: readonly PlanNode[];
}

/** @skip and @include by a variable. */
export interface Condition {
  readonly kind: 'Condition';
  readonly variable: string;
  readonly whenTrue: PlanNode | undefined;
  readonly whenFalse: PlanNode | undefined;
}

/** Only ever the whole plan or the first node of the outermost Sequence. */
export interface Subscription {
  readonly kind: 'Subscription';
  readonly primary: Fetch;
}

export type Path = readonly PathSegment[];

/** Into a field, into each item of a list, or on only with objects of these types. */
export type PathSegment =
  | { readonly kind: 'field'; readonly key: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'type'; readonly names: readonly string[] };

/** What a representation is made of: `key` is read from the entity, `as` is the name the subgraph knows it by. */
export type Required =
  | {
      readonly kind: 'field';
      readonly key: string;
      readonly as: string;
      readonly selections: readonly Required[] | undefined;
    }
  | { readonly kind: 'fragment'; readonly on: string; readonly selections: readonly Required[] };

/** Sets the last key of `path` to a value, or gives it another name. */
export type Rewrite =
  | { readonly kind: 'set'; readonly path: Path; readonly value: string }
  | { readonly kind: 'rename'; readonly path: Path; readonly to: string };
