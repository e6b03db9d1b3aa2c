import { type DocumentNode, type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { findOperation } from '../execute/operation.ts';
import type { Cost } from './cost.ts';
import { compileCost } from './operation-cost.ts';
import { readWeights } from './weights.ts';

/** What operations on one supergraph cost. */
export interface Costs {
  /**
   * Remembered as long as the document is.
   * @param document a valid one
   * @throws GraphQLError OPERATION_RESOLUTION_FAILURE; ApiError BAD_USER_INPUT (operation-cost.ts)
   */
  of(document: DocumentNode, operationName: string | undefined): Cost;
}

/** @param schema what clients may see of the supergraph */
export function createCosts(schema: GraphQLSchema, supergraph: string): Costs {
  const weights = readWeights(parse(supergraph, { noLocation: true }));
  const known = new WeakMap<DocumentNode, Map<string | undefined, Cost>>();
  return {
    of(document, operationName) {
      const before = known.get(document)?.get(operationName);
      if (before !== undefined) return before;
      const cost = compileCost(schema, weights, findOperation(document, operationName));
      const byName = known.get(document) ?? new Map<string | undefined, Cost>();
      known.set(document, byName.set(operationName, cost));
      return cost;
    },
  };
}

/** The answer to a client that has asked by `extensions: { cost: true }` what it costs. */
export const tellCost = <R extends ExecutionResult>(asked: { cost: number; tellsCost: boolean }, result: R): R =>
  asked.tellsCost ? { ...result, extensions: { ...result.extensions, cost: asked.cost } } : result;
