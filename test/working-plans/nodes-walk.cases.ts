import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPlan, type Instance, openWorld, startInstance, type World } from './subgraph.ts';
import { change, treeOf } from './typed.ts';

describe('nodes walk', () => {
  let world: World;
  let there: Instance;
  beforeAll(async () => {
    world = await openWorld();
    there = await startInstance(world.database.url);
  });
  afterAll(async () => {
    await there.stop();
    await world.stop();
  });

  /** What may stand below what, under which name, made by which mutation with which parent field. */
  const below: Record<string, [children: string, kind: string, mutation: string, parent: string][]> = {
    plan: [['objectives', 'objective', 'upsertObjective', 'planId']],
    objective: [['outcomes', 'outcome', 'upsertOutcome', 'objectiveId']],
    outcome: [
      ['indicators', 'indicator', 'upsertIndicator', 'parentId'],
      ['activities', 'activity', 'upsertActivity', 'outcomeId'],
    ],
    activity: [
      ['milestones', 'milestone', 'upsertMilestone', 'activityId'],
      ['indicators', 'indicator', 'upsertIndicator', 'parentId'],
      ['budget', 'budgetLine', 'upsertBudgetLine', 'activityId'],
      ['risks', 'risk', 'upsertRisk', 'activityId'],
    ],
  };
  type Tree = [id: string, ...lists: Record<string, Tree[]>[]];
  interface ModelNode {
    id: string;
    kind: string;
    parent: ModelNode | null;
    deleted: boolean;
    children: Record<string, ModelNode[]>;
  }

  /** The plan as a plain tree: what a walk of mutations should make of it. */
  class Model {
    readonly nodes: ModelNode[] = [];
    /** Lists that had a member deleted: where that comes back among those placed meanwhile is not said. */
    readonly unordered = new Set<string>();
    constructor(
      id: string,
      private readonly random: () => number,
    ) {
      this.nodes.push({ id, kind: 'plan', parent: null, deleted: false, children: {} });
    }
    pick<T>(from: readonly T[]): T | undefined {
      return from[Math.floor(this.random() * from.length)];
    }
    isShown(node: ModelNode): boolean {
      return !node.deleted && (node.parent === null || this.isShown(node.parent));
    }
    shown(...kinds: string[]): ModelNode[] {
      return this.nodes.filter((node) => kinds.includes(node.kind) && this.isShown(node));
    }
    put(node: ModelNode, parent: ModelNode, name: string, after: ModelNode | null | undefined): void {
      const siblings = parent.children[name] ?? [];
      parent.children[name] = siblings;
      node.parent = parent;
      if (after === undefined) siblings.push(node);
      else siblings.splice(after === null ? 0 : siblings.indexOf(after) + 1, 0, node);
    }
    take(node: ModelNode): void {
      for (const siblings of Object.values(node.parent!.children)) {
        const at = siblings.indexOf(node);
        if (at >= 0) siblings.splice(at, 1);
      }
    }
    after(parent: ModelNode, name: string, self?: ModelNode): ModelNode | null | undefined {
      const siblings = (parent.children[name] ?? []).filter((node) => node !== self && this.isShown(node));
      return this.pick([undefined, null, ...siblings]);
    }
    delete(node: ModelNode): void {
      node.deleted = true;
      for (const [name, siblings] of Object.entries(node.parent!.children))
        if (siblings.includes(node)) this.unordered.add(`${node.parent!.id} ${name}`);
    }
    tree(node = this.nodes[0]!): Tree {
      const lists = (below[node.kind] ?? []).flatMap(([name]) => {
        const children = (node.children[name] ?? []).filter((child) => !child.deleted);
        return children.length > 0 ? [{ [name]: children.map((child) => this.tree(child)) }] : [];
      });
      return [node.id, ...lists];
    }
    /** A tree with the lists in which order is not said sorted by id. */
    sorted([id, ...lists]: Tree): Tree {
      const sortedLists = lists.map((list) => {
        const [name, children] = Object.entries(list)[0]!;
        const inOrder = children.map((child) => this.sorted(child));
        if (this.unordered.has(`${id} ${name}`)) inOrder.sort(([a], [b]) => (a < b ? -1 : 1));
        return { [name]: inOrder };
      });
      return [id, ...sortedLists];
    }
  }

  function createRandom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  const afterField = (after: ModelNode | null | undefined) => (after === undefined ? {} : { after: after?.id ?? null });

  test.each([1, 2])(
    'a random walk of mutations makes the tree that a plain model makes, through two processes (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      const planId = await createPlan(world.instance, 'both-editor');
      const model = new Model(planId, random);
      const call = async (name: string, input: object) => {
        const { thing, problems } = await change(random() < 0.5 ? world.instance : there, 'both-editor', name, input);
        expect({ name, input, problems }).toEqual({ name, input, problems: [] });
        return thing;
      };
      for (let step = 0; step < 120; step++) {
        const dice = random();
        const any = model.pick(model.nodes.filter(({ kind }) => kind !== 'plan'));
        if (dice < 0.5 || !any) {
          const parent = model.pick(model.shown(...Object.keys(below)))!;
          const [name, kind, mutation, field] = model.pick(below[parent.kind]!)!;
          const after = model.after(parent, name);
          const { id } = await call(mutation, { [field]: parent.id, ...afterField(after) });
          const node: ModelNode = { id, kind, parent, deleted: false, children: {} };
          model.nodes.push(node);
          model.put(node, parent, name, after);
        } else if (dice < 0.75) {
          if (!model.isShown(any)) continue;
          const places = model
            .shown(...Object.keys(below))
            .flatMap((parent) =>
              below[parent.kind]!.filter(([, kind]) => kind === any.kind).map(([name]) => ({ parent, name })),
            );
          const { parent, name } = model.pick(places)!;
          const after = model.after(parent, name, any);
          await call('movePlanNode', { nodeId: any.id, parentId: parent.id, ...afterField(after) });
          model.take(any);
          model.put(any, parent, name, after);
        } else if (dice < 0.85) {
          await call('deletePlanNode', { nodeId: any.id });
          model.delete(any);
        } else if (any.parent && model.isShown(any.parent)) {
          await call('restorePlanNode', { nodeId: any.id });
          any.deleted = false;
        }
      }
      const objectives = (await treeOf(world.instance, 'both-editor', planId)) as Tree[];
      expect(model.sorted([planId, { objectives }])).toEqual(model.sorted(model.tree()));
      expect(model.nodes.length).toBeGreaterThan(40);
      expect(model.unordered.size).toBeLessThan(model.nodes.length / 4);
    },
  );
});
