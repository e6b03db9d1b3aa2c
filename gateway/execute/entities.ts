import { ask, type Execution, failuresOf, ownData, pickVariables, type Step, unavailable } from './execution.ts';
import { toGraphQLError } from './failures.ts';
import { collect, type Entity, locate, type ResponsePath } from './flatten.ts';
import { merge } from './merge.ts';
import type { EntityFetch, EntityLookup } from './plan.ts';
import { compileRepresentations, type Gathered } from './representations.ts';
import { responseKeys } from './response-keys.ts';
import { renamedKeys, rewrite } from './rewrites.ts';
import type { SubgraphError } from './send.ts';
import type { TypeIndex } from './types.ts';

/** Compiles a fetch of entities: gathers them from the data, asks for each distinct one once, joins the answers in at every place. */
export function compileEntityFetch(node: EntityFetch, types: TypeIndex): Step {
  const { subgraph, query, operationName, variables: names } = node;
  const lookups = node.lookups.map((lookup) => compileLookup(lookup, node, types));

  return (execution) => {
    const found = lookups.map((lookup) => lookup.gather(execution));
    if (found.every(({ representations }) => representations.length === 0)) return undefined;
    const variables: Entity = pickVariables(names, execution.variables) ?? {};
    lookups.forEach((lookup, i) => {
      variables[lookup.variable] = found[i]!.representations;
    });
    const answer = ask(execution, { subgraph, query, operationName, variables, operationKind: 'query' });
    return answer.then((response) => {
      const data = ownData(response, true);
      const errors = response.errors ?? [];
      lookups.forEach((lookup, i) => {
        const entities = data?.[lookup.alias];
        if (Array.isArray(entities)) lookup.join(found[i]!, entities);
        else if (errors.length === 0 && found[i]!.representations.length > 0) {
          lookup.blame(
            execution,
            found[i]!,
            unavailable(subgraph, new Error(`The answer holds no list '${lookup.alias}'.`)),
          );
        }
      });
      for (const error of errors) {
        // An error that names none of our fields concerns them all.
        const at = lookups.findIndex(({ alias }) => alias === error.path?.[0]);
        const placed = lookups.map((lookup, i) => (at === i || at === -1) && lookup.blame(execution, found[i]!, error));
        if (!placed.includes(true)) execution.errors.push(toGraphQLError(error, subgraph));
      }
    });
  };
}

interface Found extends Gathered {
  readonly targets: readonly Entity[];
}

interface Lookup {
  readonly alias: string;
  readonly variable: string;
  gather(execution: Execution): Found;
  join(found: Found, entities: unknown[]): void;
  /** Says where an error belongs; false if it belongs to none of these entities. */
  blame(execution: Execution, found: Found, error: SubgraphError): boolean;
}

function compileLookup(lookup: EntityLookup, node: EntityFetch, types: TypeIndex): Lookup {
  const { alias, paths, outputRewrites } = lookup;
  const represent = compileRepresentations(lookup, types);
  const keys = responseKeys(node.query, alias);
  const renamed = renamedKeys(outputRewrites);

  return {
    alias,
    variable: lookup.representationsVariable,

    gather(execution) {
      const targets: Entity[] = [];
      for (const path of paths) collect(execution.data, path, 0, types, targets);
      const gathered = represent(targets);
      if (execution.failures) {
        targets.forEach((target, i) => {
          if (gathered.slots[i] === -1) execution.failures?.extend(target, keys);
        });
      }
      return { targets, ...gathered };
    },

    join({ targets, slots }, entities) {
      if (outputRewrites.length > 0) rewrite(entities, outputRewrites, types);
      for (let i = 0; i < targets.length; i++) {
        const entity = entities[slots[i]!];
        if (entity !== null && typeof entity === 'object') merge(targets[i]!, entity as Entity, types);
      }
    },

    blame(execution, { targets, slots, representations }, error) {
      const [, index, ...rest] = error.path?.[0] === alias ? error.path : [];
      const one = typeof index === 'number' && index < representations.length;
      const concerned = new Set(targets.filter((_, i) => (one ? slots[i] === index : slots[i]! >= 0)));
      const places = () =>
        paths.flatMap((path) => locate(execution.data, path, types)).filter((at) => concerned.has(at.entity));
      if (!one || rest.length === 0) {
        const place = (): ResponsePath | undefined => places()[0]?.place;
        for (const target of concerned)
          failuresOf(execution).add(target, { error, service: node.subgraph, keys, place });
        return concerned.size > 0;
      }
      const below = rest.map((key) => renamed.get(key as string) ?? key);
      const found = places();
      for (const { place } of found) execution.errors.push(toGraphQLError(error, node.subgraph, [...place, ...below]));
      return found.length > 0;
    },
  };
}
