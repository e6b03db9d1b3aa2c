import { createContext, useContext } from 'react';
import type { PlanDetails } from './details.ts';
import { DetailsContext } from './details.ts';
import type { TreeNode } from './tree.ts';

const conveners = ['STEERING_COMMITTEE', 'COORDINATOR'];
const editors = ['MEMBER_EDITOR', ...conveners];
const suggesters = ['MEMBER_REP', 'EXPERT_GROUP_LEAD', 'UN_LIAISON', ...editors];

/** The objective in which a text stands; undefined for the plan's own. */
export const ObjectiveContext = createContext<TreeNode | undefined>(undefined);

/** What to offer this person. The server decides; this only saves a refusal. Where roles are not known, nothing is offered. */
export interface Rights {
  submit: boolean;
  /** Asking for changes, adopting, amending, archiving. */
  conclude: boolean;
  keepVersion: boolean;
  /** Opening a decision of a network, and leading it through its steps. */
  convene(networkId: string): boolean;
  /** Taking a position for the own organisation. */
  vote(networkId: string): boolean;
  suggest(objective?: TreeNode): boolean;
  resolve(objective?: TreeNode): boolean;
}

export function readRights({ roles, networks, owners }: PlanDetails): Rights {
  const ofPlan = networks.map(({ id }) => id);
  const ownersOf = (objective?: TreeNode) => (objective && owners.get(objective.key)) ?? ofPlan;
  const has = (wanted: readonly string[], networkIds: readonly string[]) =>
    (roles ?? []).some(
      ({ role, network }) => wanted.includes(role) && network !== null && networkIds.includes(network.id),
    );
  const leads = (objective?: TreeNode) => {
    const theme = objective?.map.get('thematicArea');
    return (roles ?? []).some(
      ({ role, network, body }) =>
        role === 'EXPERT_GROUP_LEAD' &&
        theme !== undefined &&
        body?.thematicArea === theme &&
        network !== null &&
        ownersOf(objective).includes(network.id),
    );
  };
  return {
    submit: has(['COORDINATOR'], ofPlan),
    conclude: has(conveners, ofPlan),
    keepVersion: has(editors, ofPlan),
    convene: (networkId) => has(conveners, [networkId]),
    vote: (networkId) => has(['MEMBER_REP', 'STEERING_COMMITTEE'], [networkId]),
    suggest: (objective) => has(suggesters, ownersOf(objective)),
    resolve: (objective) => has(conveners, ownersOf(objective)) || leads(objective),
  };
}

export const useRights = (): Rights => readRights(useContext(DetailsContext));

/** The plan as it stands now; null where its document is not open to the reader. */
export const PlanTreeContext = createContext<TreeNode | null>(null);
