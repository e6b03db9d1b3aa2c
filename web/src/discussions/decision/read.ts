import type { Graph } from '../../../co-editing/graph.ts';
import type { Decision as PlanDecision } from '../../plan/life/read.ts';
import { ask } from '../../plan/records/answers.ts';
import type { AboutThing } from '../about.tsx';
import type { ViewerSeat } from '../rights.ts';

const DECISION = `query DecisionPage($id: ID!, $locale: LocaleTag) {
  decision(id: $id) {
    id version status method quorum contentHash round opensAt closesAt concludedAt visibility withdrawalReason
    title(locale: $locale) { text locale }
    networks { id name(locale: $locale) { text } }
    body { id name(locale: $locale) { text } }
    openedBy { displayName }
    subject {
      __typename
      ... on WorkingPlan { id title(locale: $locale) { text } }
      ... on Objective { id code title(locale: $locale) { text } plan { id title(locale: $locale) { text } } }
      ... on Outcome { id code statement(locale: $locale) { text } plan { id title(locale: $locale) { text } } }
      ... on Activity { id code title(locale: $locale) { text } plan { id title(locale: $locale) { text } } }
      ... on Decision { id title(locale: $locale) { text } }
      ... on Meeting { id title(locale: $locale) { text } }
      ... on Statement { id title(locale: $locale) { text } }
      ... on KnowledgeItem { id title(locale: $locale) { text } }
      ... on Guidelines { id title(locale: $locale) { text } }
      ... on Body { id name(locale: $locale) { text } }
      ... on Network { id name(locale: $locale) { text } }
      ... on ReviewEngagement { id }
    }
    rounds { number opensAt closesAt contentHash shortReason positions { position reason takenAt organisation { id name } } }
    tally { network { id } responded inFavour against abstaining adopts quorumReached }
    positions { position reason takenAt organisation { id name } }
    threads { id postCount title(locale: $locale) { text } }
  }
  viewer { seat { id organisation { id } roles { role network { id } body { id } } } }
}`;
export const CHANGED = `subscription DecisionNews($id: ID!) {
  decisionChanged(id: $id) { id version }
}`;

interface Named {
  id: string;
  name: { text: string } | null;
}

export type TakenPosition = PlanDecision['positions'][number];

export interface Decision extends PlanDecision {
  visibility: string;
  withdrawalReason: string | null;
  title: { text: string; locale: string };
  networks: Named[] | null;
  body: Named | null;
  openedBy: { displayName: string } | null;
  subject: AboutThing | null;
  rounds: {
    number: number;
    opensAt: string;
    closesAt: string;
    contentHash: string;
    shortReason: string | null;
    positions: TakenPosition[];
  }[];
  threads: { id: string; postCount: number; title: { text: string } | null }[] | null;
}

/** @throws WireFailure NOT_FOUND also where it is not for this reader */
export const readDecision = (graph: Graph, id: string, locale: string) =>
  ask(graph, DECISION, { id, locale }, ({ decision, viewer }) =>
    decision ? { decision: decision as Decision, seat: (viewer?.seat ?? null) as ViewerSeat | null } : null,
  );
