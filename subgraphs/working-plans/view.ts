import type { Actor } from '../../kit/context.ts';
import type { LocalizedText, ThematicArea } from '../../kit/types.ts';
import {
  type ActivityTree,
  type Localized,
  type ObjectiveTree,
  type OutcomeTree,
  type PlanNode,
  type PlanTree,
  pick,
} from './document/read.ts';
import type { Plan } from './entities/plan.ts';
import type { ActivityFacts, ObjectiveFacts } from './policy.ts';
import { mayRead } from './policy.ts';
import type { Room } from './room/room.ts';

/** Where a node stands in the tree: its objective, and its outcome and activity if it is below them. */
export interface Place {
  node: PlanNode;
  objective: ObjectiveTree | null;
  outcome: OutcomeTree | null;
  activity: ActivityTree | null;
}

const places = new WeakMap<PlanTree, Map<string, Place>>();

/** A plan as one request sees it: its row and its typed tree, both as they stood when the request asked. */
export class PlanView {
  readonly plan: Plan;
  #tree: PlanTree | undefined;

  constructor(readonly room: Room) {
    this.plan = room.plan;
  }

  get tree(): PlanTree {
    this.#tree ??= this.room.tree;
    return this.#tree;
  }

  /** Every node that is in the tree: not deleted, nor below a deleted one. */
  get places(): Map<string, Place> {
    let known = places.get(this.tree);
    if (!known) {
      known = indexTree(this.tree);
      places.set(this.tree, known);
    }
    return known;
  }

  /** Global id of a node. Clients choose node keys, so the plan's id leads: no key can name another plan's node. */
  idOf(node: { key: string }): string {
    return `${this.plan.id}/${node.key}`;
  }

  networksOf(objective: { key: string }): string[] {
    return this.room.objectiveNetworks[objective.key] ?? this.plan.networkIds;
  }

  factsOf(objective: ObjectiveTree): ObjectiveFacts {
    return { networkIds: this.networksOf(objective), thematicArea: objective.thematicArea };
  }

  activityFacts({ objective, activity }: Place): ActivityFacts {
    return { objective: this.factsOf(objective!), responsible: activity!.responsible };
  }

  /** The body of an activity: named itself, or by the theme that the plan maps to it. */
  bodyOf(activity: PlanNode<'activity'>): string | null {
    return bodyOf(this.plan, activity.expertGroup);
  }

  /** The text for a reader; null where the text is empty in every locale that could stand in. */
  textOrNull(texts: Localized, locale?: string | null): LocalizedText | null {
    const { sourceLocale } = this.plan;
    const found = pick(texts, locale, sourceLocale);
    return found && found.text !== '' ? { ...found, machineTranslated: false, sourceLocale } : null;
  }

  text(texts: Localized, locale?: string | null): LocalizedText {
    const { sourceLocale } = this.plan;
    return this.textOrNull(texts, locale) ?? { locale: sourceLocale, text: '', machineTranslated: false, sourceLocale };
  }
}

/** The body that an activity's `expertGroup` names, itself or by the theme that the plan maps to it. */
export function bodyOf({ expertGroups }: Pick<Plan, 'expertGroups'>, expertGroup: string | null): string | null {
  if (!expertGroup || expertGroup.startsWith('body:')) return expertGroup || null;
  return Object.hasOwn(expertGroups, expertGroup) ? (expertGroups[expertGroup as ThematicArea] ?? null) : null;
}

/** @returns null where there is no such plan or the actor may not read it: the same answer */
export const viewFor = (actor: Actor, room: Room | undefined): PlanView | null =>
  room && mayRead(actor, room.plan) ? new PlanView(room) : null;

/** `plan:x/a1` -> [`plan:x`, `a1`]; null for anything else. */
export function splitId(id: string): [planId: string, nodeKey: string] | null {
  const slash = id.lastIndexOf('/');
  return slash > 0 && slash < id.length - 1 ? [id.slice(0, slash), id.slice(slash + 1)] : null;
}

function indexTree(tree: PlanTree): Map<string, Place> {
  const index = new Map<string, Place>();
  const put = (nodes: readonly PlanNode[], above: Omit<Place, 'node'>) => {
    for (const node of nodes) index.set(node.key, { ...above, node });
  };
  for (const objective of tree.objectives) {
    put([objective], { objective, outcome: null, activity: null });
    for (const outcome of objective.outcomes) {
      put([outcome, ...outcome.indicators], { objective, outcome, activity: null });
      for (const activity of outcome.activities) {
        const { milestones, indicators, budget, risks } = activity;
        put([activity, ...milestones, ...indicators, ...budget, ...risks], { objective, outcome, activity });
      }
    }
  }
  return index;
}
