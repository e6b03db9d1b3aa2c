import { createHash } from 'node:crypto';
import { assertValidSchema, type DocumentNode, type GraphQLSchema } from 'graphql';
import { type Costs, createCosts } from '../demand/costs.ts';
import { createPlanner, type Planner } from '../planner.ts';

/** All that is made from one supergraph. Operations under way keep the one that they were prepared with. */
export interface Graph {
  /** SHA-256 of the SDL, base64url: equal for equal supergraphs. */
  readonly id: string;
  readonly sdl: string;
  /** What clients may see. */
  readonly schema: GraphQLSchema;
  readonly planner: Planner;
  /** Documents that were found valid against `schema`. */
  readonly valid: WeakSet<DocumentNode>;
  readonly costs: Costs;
}

export const graphId = (sdl: string): string => createHash('sha256').update(sdl).digest('base64url');

/**
 * On some supergraphs that are none the native planner ends the whole process: try what comes from outside first (trial.ts).
 * @throws Error that says what is wrong with the supergraph
 */
export function createGraph(sdl: string): Graph {
  // A plan lives as long as its document, which the reader keeps by weight; these are kept by their text besides.
  const planner = createPlanner(sdl, { cacheSize: 20 });
  assertValidSchema(planner.schema);
  const costs = createCosts(planner.schema, sdl);
  return { id: graphId(sdl), sdl, schema: planner.schema, planner, valid: new WeakSet(), costs };
}

/** The supergraph that is served now. */
export interface Graphs {
  readonly current: Graph;
  /**
   * From now on operations are prepared with this one. Nothing changes for those under way; listeners are told.
   * @throws Error that says what is wrong with it: the one before goes on being served; AggregateError of listeners that failed: it
   *   is served
   */
  replace(sdl: string): Graph;
  /** Called after each change. @returns stop listening */
  onChange(listener: (graph: Graph) => void): () => void;
}

/** @throws Error that names the subgraphs of the planner that have no address */
export function checkAddresses(planner: Planner, known: readonly string[]): void {
  const missing = [...planner.subgraphs.keys()].filter((name) => !known.includes(name));
  if (missing.length > 0) throw new Error(`No address was given for the subgraphs ${missing.join(', ')}.`);
}

/** @param urls where each subgraph answers, by name @throws Error that says what is wrong with the first supergraph */
export function createGraphs(sdl: string, urls: Readonly<Record<string, string>>): Graphs {
  const known = Object.keys(urls).filter((name) => urls[name]);
  const make = (text: string): Graph => {
    const graph = createGraph(text);
    checkAddresses(graph.planner, known);
    return graph;
  };
  const listeners = new Set<(graph: Graph) => void>();
  let current = make(sdl);
  return {
    get current() {
      return current;
    },
    replace(text) {
      if (graphId(text) === current.id) return current;
      current = make(text);
      const failures: unknown[] = [];
      for (const listener of listeners) {
        try {
          listener(current);
        } catch (error) {
          failures.push(error); // that one of them fails keeps no other from the news
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, `It is served, but not all took it: ${failures[0]}`);
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
