import type { Graph } from './sync/graph-wire.ts';

export function PlanPage({ planId }: { graph: Graph; planId: string; subject: string; ended: boolean }) {
  return <h1>{planId}</h1>;
}
