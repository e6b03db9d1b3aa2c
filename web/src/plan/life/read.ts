import { createContext, useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';

const QUERY = `query PlanLife($id: ID!, $locale: LocaleTag, $whole: Boolean!) {
  workingPlan(id: $id) {
    id status version contentHash @include(if: $whole) isAsAdopted @include(if: $whole)
    networks { id name(locale: $locale) { text } }
    amends { id title(locale: $locale) { text } }
    amendedBy { id status title(locale: $locale) { text } }
    changesRequests { note requestedAt requestedBy { displayName } }
    submitted: versions(first: 1) @include(if: $whole) { edges { node { number kind contentHash createdAt } } }
    decisions @include(if: $whole) {
      id version status method quorum contentHash round opensAt closesAt concludedAt
      title(locale: $locale) { text }
      networks { id }
      rounds { number shortReason }
      tally { network { id } responded inFavour against abstaining adopts quorumReached }
      positions { position reason takenAt organisation { id name } }
    }
  }
  viewer { seat { id organisation { id } } }
}`;
const NEWS = `subscription PlanNews($filter: NetworkUpdateFilter) {
  networkUpdates(filter: $filter) { __typename ... on NetworkUpdate { id type subject } }
}`;
/** In which its text is typed. */
const typed = ['DRAFT', 'CHANGES_REQUESTED'];
const told = [
  'PLAN_SUBMITTED',
  'PLAN_CHANGES_REQUESTED',
  'PLAN_ADOPTED',
  'PLAN_ARCHIVED',
  'PLAN_VERSION_CREATED',
  'DECISION_CONCLUDED',
];

interface Text {
  text: string;
}

export interface Decision {
  id: string;
  version: number;
  status: string;
  method: 'CONSENT' | 'MAJORITY' | 'LAZY_CONSENSUS';
  quorum: number | null;
  contentHash: string;
  round: number;
  opensAt: string | null;
  closesAt: string | null;
  concludedAt: string | null;
  title: Text;
  networks: { id: string }[] | null;
  rounds: { number: number; shortReason: string | null }[];
  tally: {
    network: { id: string } | null;
    responded: number;
    inFavour: number;
    against: number;
    abstaining: number;
    adopts: boolean;
    quorumReached: boolean;
  }[];
  positions: {
    position: string;
    reason: string | null;
    takenAt: string;
    organisation: { id: string; name: string } | null;
  }[];
}

/** Where a plan stands, and what its networks have decided of it. */
export interface PlanLife {
  id: string;
  status: string;
  version: number;
  /** Of its text as it is now; absent, as what follows, while that is typed. */
  contentHash?: string;
  isAsAdopted?: boolean | null;
  networks: { id: string; name: Text | null }[];
  amends: { id: string; title: Text } | null;
  amendedBy: { id: string; status: string; title: Text } | null;
  changesRequests: { note: string; requestedAt: string; requestedBy: { displayName: string } | null }[];
  /** The newest version, if the plan has one. */
  newest: { number: number; kind: string; contentHash: string; createdAt: string } | null;
  decisions: Decision[];
  seat: string | null;
  organisation: string | null;
}

export const LifeContext = createContext<PlanLife | null>(null);

const EVERY = 25_000; // ms between looks, while the page is looked at: not all that happens to a plan is said in the networks
const PATIENCE = 1_500; // ms for which the plan is held back, so that it need not move when this comes

/**
 * Asked for beside the document, again when the networks' updates say something of the plan, and every now and then.
 */
export function usePlanLife(graph: Graph, id: string, locale: string) {
  const [life, setLife] = useState<PlanLife | null>(null);
  const [settled, setSettled] = useState(false);
  const [round, next] = useReducer((count: number) => count + 1, 0);
  const before = useRef('');
  // The hash of a text that is being typed is another every second, and nobody asks for it: only a frozen one is decided on.
  const whole = useRef(true);
  const look = useCallback(() => next(), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    const settle = () => !stale && setSettled(true);
    const timer = setTimeout(settle, PATIENCE);
    graph
      .ask(QUERY, { id, locale, whole: whole.current })
      .then(({ data }) => {
        if (stale || !data?.workingPlan) return;
        const isPart = !whole.current;
        whole.current = !typed.includes(data.workingPlan.status);
        if (isPart && whole.current) return next();
        const text = JSON.stringify(data);
        if (before.current === text) return; // nothing is drawn anew
        before.current = text;
        setLife(read(data));
      })
      .catch(() => {})
      .finally(settle);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [graph, id, locale, round]);

  useEffect(() => {
    const lookIfSeen = () => document.visibilityState === 'visible' && next();
    const timer = setInterval(lookIfSeen, EVERY);
    document.addEventListener('visibilitychange', lookIfSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', lookIfSeen);
    };
  }, []);

  const networks = life?.networks.map((network) => network.id).join(' ') ?? '';
  useEffect(() => {
    if (!networks) return;
    let again: ReturnType<typeof setTimeout> | undefined;
    let leave = () => {};
    const follow = () => {
      const filter = { networks: networks.split(' '), types: told };
      leave = graph.subscribe(
        NEWS,
        { filter },
        {
          opened: () => {},
          next: ({ data }) => {
            const { type, subject } = data?.networkUpdates ?? {};
            if (subject === `workingplan/${id}` || type === 'DECISION_CONCLUDED') next();
          },
          ended: () => {
            again = setTimeout(follow, EVERY);
          },
        },
      );
    };
    follow();
    return () => {
      clearTimeout(again);
      leave();
    };
  }, [graph, id, networks]);
  return { life, settled, look, round };
}

// biome-ignore lint/suspicious/noExplicitAny: the answer's shape is that of the query above
function read({ workingPlan, viewer }: any): PlanLife {
  const { networks, decisions, submitted, changesRequests, ...rest } = workingPlan;
  return {
    ...rest,
    networks: networks ?? [],
    decisions: decisions ?? [],
    changesRequests: changesRequests ?? [],
    newest: submitted?.edges[0]?.node ?? null,
    seat: viewer?.seat?.id ?? null,
    organisation: viewer?.seat?.organisation?.id ?? null,
  };
}
