import { compileEntityFetch } from './entities.ts';
import type { Step } from './execution.ts';
import { compileFetch } from './fetch.ts';
import type { PlanNode } from './plan.ts';
import type { TypeIndex } from './types.ts';

/** Compiles a plan into one function that runs it. */
export function compilePlan(plan: PlanNode, types: TypeIndex): Step {
  return plan.kind === 'Fetch' ? compileFetch(plan, types, true) : compileSteps(plan, types);
}

function compileSteps(node: PlanNode, types: TypeIndex): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, types, false);
    case 'EntityFetch':
      return compileEntityFetch(node, types);
    case 'Sequence':
      return inSequence(node.nodes.map((one) => compileSteps(one, types)));
    case 'Parallel':
      return inParallel(node.nodes.map((one) => compileSteps(one, types)));
    case 'Condition': {
      const whenTrue = node.whenTrue && compileSteps(node.whenTrue, types);
      const whenFalse = node.whenFalse && compileSteps(node.whenFalse, types);
      return (execution) => (execution.variables[node.variable] === true ? whenTrue : whenFalse)?.(execution);
    }
    case 'Subscription':
      throw new Error('A subscription stands only at the beginning of a plan.');
  }
}

function inSequence(steps: readonly Step[]): Step {
  if (steps.length === 1) return steps[0]!;
  return async (execution) => {
    for (const step of steps) {
      const running = step(execution);
      if (running) await running;
    }
  };
}

function inParallel(steps: readonly Step[]): Step {
  return (execution) => {
    const running: Promise<void>[] = [];
    for (const step of steps) {
      const promise = step(execution);
      if (promise) running.push(promise);
    }
    return running.length === 0
      ? undefined
      : running.length === 1
        ? running[0]
        : Promise.all(running).then(() => undefined);
  };
}
