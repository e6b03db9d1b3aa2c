import { type DocumentNode, type EnumValueDefinitionNode, Kind, print, visit } from 'graphql';
import type { PlanNode } from './execute/plan.ts';

/**
 * The planner (0.0.38) takes subgraphs in the order of their names, and finds no way from an interface object to the types behind it where
 * its subgraph comes before the interface's own. So it is told names that sort the other way.
 */
export interface GraphOrder {
  /** The supergraph with the names that the planner is told. */
  readonly sdl: string;
  /** A plan with the subgraphs' own names. */
  restore(plan: PlanNode): PlanNode;
}

/** @param sdl the text of `supergraph`, returned as it is where there are no interface objects */
export function orderGraphs(supergraph: DocumentNode, sdl: string): GraphOrder {
  const before = readPrecedence(supergraph);
  if (before.size === 0) return { sdl, restore: (plan) => plan };
  const names = new Map<string, string>();
  const EnumValueDefinition = (node: EnumValueDefinitionNode) => {
    const [name, value] = graphName(node);
    if (name === undefined) return undefined;
    const told = `${String(rankOf(node.name.value, before)).padStart(4, '0')}_${name}`;
    names.set(told, name);
    return visit(node, { StringValue: (text) => (text === value ? { ...text, value: told } : undefined) });
  };
  const ordered = print(visit(supergraph, { EnumValueDefinition }));
  const restore = (plan: PlanNode): PlanNode => {
    switch (plan.kind) {
      case 'Fetch':
      case 'EntityFetch':
        return { ...plan, subgraph: names.get(plan.subgraph) ?? plan.subgraph };
      case 'Sequence':
      case 'Parallel':
        return { ...plan, nodes: plan.nodes.map(restore) };
      case 'Condition': {
        const [whenTrue, whenFalse] = [plan.whenTrue, plan.whenFalse].map((one) => one && restore(one));
        return { ...plan, whenTrue, whenFalse };
      }
      case 'Subscription':
        return { ...plan, primary: restore(plan.primary) as typeof plan.primary };
    }
  };
  return { sdl: ordered, restore };
}

/** Of each subgraph with interface objects, those that must come before it. */
function readPrecedence(supergraph: DocumentNode): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const owners: string[] = [];
    const others: string[] = [];
    for (const directive of definition.directives ?? []) {
      if (directive.name.value !== 'join__type') continue;
      const argument = (name: string) => directive.arguments?.find((one) => one.name.value === name)?.value;
      const [graph, isObject] = [argument('graph'), argument('isInterfaceObject')];
      if (graph?.kind !== Kind.ENUM) continue;
      (isObject?.kind === Kind.BOOLEAN && isObject.value ? others : owners).push(graph.value);
    }
    for (const other of others) before.set(other, new Set([...(before.get(other) ?? []), ...owners]));
  }
  return before;
}

/** The length of the longest chain of subgraphs that must come before it; a circle is cut where it closes. */
function rankOf(graph: string, before: ReadonlyMap<string, ReadonlySet<string>>, seen: readonly string[] = []): number {
  if (seen.includes(graph)) return 0;
  const ranks = [...(before.get(graph) ?? [])].map((one) => rankOf(one, before, [...seen, graph]) + 1);
  return Math.max(0, ...ranks);
}

/** The name in `@join__graph`, and its node. */
function graphName({ directives }: EnumValueDefinitionNode) {
  const graph = directives?.find((directive) => directive.name.value === 'join__graph');
  const value = graph?.arguments?.find(({ name }) => name.value === 'name')?.value;
  return value?.kind === Kind.STRING ? ([value.value, value] as const) : ([] as const);
}
