import { ask, type Execution, failuresOf, ownData, pickVariables, type Step } from './execution.ts';
import { toGraphQLError } from './failures.ts';
import { collect, type Entity, locate, type ResponsePath } from './flatten.ts';
import { merge } from './merge.ts';
import type { Fetch } from './plan.ts';
import { responseKeys } from './response-keys.ts';
import { renamedKeys, rewrite } from './rewrites.ts';
import type { SubgraphResponse } from './send.ts';
import type { TypeIndex } from './types.ts';

/** Lays the answer to a plain fetch into the data; also used for each event of a subscription. */
export type Absorb = (execution: Execution, response: SubgraphResponse) => void;

/** Compiles a fetch of a subgraph's root fields. `alone` says that nothing else will be joined into what it brings. */
export function compileFetch(node: Fetch, types: TypeIndex, alone: boolean): Step {
  const { subgraph, query, operationName, variables: names } = node;
  const operationKind = node.operationKind === 'mutation' ? 'mutation' : 'query';
  const absorb = compileAbsorb(node, types, alone);
  return async (execution) => {
    if (node.path.length > 0 && targetsOf(execution, node, types).length === 0) return;
    const variables = pickVariables(names, execution.variables);
    absorb(execution, await ask(execution, { subgraph, query, operationName, variables, operationKind }));
  };
}

export function compileAbsorb(node: Fetch, types: TypeIndex, alone: boolean): Absorb {
  const { path, outputRewrites, subgraph } = node;
  const keys = responseKeys(node.query);
  const renamed = renamedKeys(outputRewrites);
  const isWritten = !alone || outputRewrites.length > 0;

  return (execution, response) => {
    const data = ownData(response, isWritten);
    if (data) {
      if (outputRewrites.length > 0) rewrite(data, outputRewrites, types);
      if (path.length === 0) merge(execution.data, data, types);
      else for (const target of targetsOf(execution, node, types)) merge(target, data, types);
    }
    for (const error of response.errors ?? []) {
      const below = (error.path ?? []).map((key) => renamed.get(key as string) ?? key);
      const places = locate(execution.data, path, types);
      if (places.length === 0) execution.errors.push(toGraphQLError(error, subgraph));
      if (below.length > 0) {
        for (const { place } of places) execution.errors.push(toGraphQLError(error, subgraph, [...place, ...below]));
        continue;
      }
      const failure = { error, service: subgraph, keys, place: (): ResponsePath | undefined => places[0]?.place };
      for (const { entity } of places) failuresOf(execution).add(entity, failure);
    }
  };
}

function targetsOf(execution: Execution, node: Fetch, types: TypeIndex): Entity[] {
  const targets: Entity[] = [];
  collect(execution.data, node.path, 0, types, targets);
  return targets;
}
