import { createContext, useEffect, useReducer, useRef, useState } from 'react';
import type { Graph } from '../../co-editing/graph.ts';
import type { TreeNode } from './tree.ts';

const QUERY = `query PlanDetails($id: ID!, $locale: LocaleTag) {
  workingPlan(id: $id) {
    id status provenance
    networks { id name(locale: $locale) { text } }
    objectives {
      id
      networks { id }
      outcomes {
        activities {
          id status
          responsible { id name }
          partners { id name }
          milestones { id status }
        }
      }
    }
  }
  viewer { seat { roles { role network { id } body { thematicArea } } } }
}`;

interface Role {
  role: string;
  network: { id: string } | null;
  body: { thematicArea: string | null } | null;
}

/** What belongs to the plan and is not in its document: states, names behind ids, and which objectives this person edits. */
export interface PlanDetails {
  status: string | null;
  provenance: string | null;
  networks: { id: string; name: { text: string } | null }[];
  statusOf: ReadonlyMap<string, string>;
  organisations: ReadonlyMap<string, string>;
  /** Objectives by node key: the networks that own them. */
  owners: ReadonlyMap<string, readonly string[]>;
  roles: readonly Role[] | null;
}

export const nothingKnown: PlanDetails = {
  status: null,
  provenance: null,
  networks: [],
  statusOf: new Map(),
  organisations: new Map(),
  owners: new Map(),
  roles: null,
};
export const DetailsContext = createContext<PlanDetails>(nothingKnown);

/** How long the plan is held back for them, ms, so that it need not move when they come. */
const PATIENCE = 1_500;

/**
 * Asked for beside the document, and again when the plan's tree or standing changes. The page works without them, as it must when it is opened without a
 * connection: `settled` says whether they have come, failed, or been waited for long enough.
 */
export function usePlanDetails(graph: Graph, id: string, locale: string, tree: TreeNode | null, version?: number) {
  const [details, setDetails] = useState(nothingKnown);
  const [settled, setSettled] = useState(false);
  const known = useRef<TreeNode | null>(null);
  const [round, ask] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (tree && known.current && tree !== known.current) ask();
    known.current = tree;
  }, [tree]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another tree has other states and names, and so has another version of the plan's standing
  useEffect(() => {
    let stale = false;
    const settle = () => !stale && setSettled(true);
    const timer = setTimeout(settle, PATIENCE);
    graph
      .ask(QUERY, { id, locale })
      .then(({ data }) => {
        if (!stale && data?.workingPlan) setDetails(read(data));
      })
      .catch(() => {})
      .finally(settle);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [graph, id, locale, round, version]);
  return { details, settled };
}

// biome-ignore lint/suspicious/noExplicitAny: the answer's shape is that of the query above
function read({ workingPlan, viewer }: any): PlanDetails {
  const statusOf = new Map<string, string>();
  const organisations = new Map<string, string>();
  const owners = new Map<string, string[]>();
  const keyOf = (id: string) => id.slice(id.indexOf('/') + 1);
  for (const objective of workingPlan.objectives ?? []) {
    owners.set(
      keyOf(objective.id),
      (objective.networks ?? []).map(({ id }: { id: string }) => id),
    );
    for (const outcome of objective.outcomes ?? []) {
      for (const activity of outcome.activities ?? []) {
        statusOf.set(keyOf(activity.id), activity.status);
        for (const { id, status } of activity.milestones ?? []) statusOf.set(keyOf(id), status);
        for (const found of [activity.responsible, ...(activity.partners ?? [])]) {
          if (found?.name) organisations.set(found.id, found.name);
        }
      }
    }
  }
  const { status, provenance, networks } = workingPlan;
  const roles: Role[] | null = viewer?.seat?.roles ?? null;
  return { status, provenance, networks: networks ?? [], statusOf, organisations, owners, roles };
}

const editors = ['MEMBER_EDITOR', 'STEERING_COMMITTEE', 'COORDINATOR'];

/** Whether to offer typing in an objective, or, without one, in the plan's own texts. The server decides; this only saves a refusal. */
export function mayType(details: PlanDetails, objective?: TreeNode): boolean {
  const { roles, networks, owners } = details;
  if (!roles) return true;
  const owning = (objective && owners.get(objective.key)) ?? networks.map(({ id }) => id);
  const theme = objective?.map.get('thematicArea');
  return roles.some(
    ({ role, network, body }) =>
      network !== null &&
      owning.includes(network.id) &&
      (editors.includes(role) || (role === 'EXPERT_GROUP_LEAD' && theme !== undefined && body?.thematicArea === theme)),
  );
}
