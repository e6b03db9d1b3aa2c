import { useEffect, useMemo } from 'react';
import { type Graph, toFailure } from '../../../co-editing/graph.ts';
import { WireFailure } from '../../../co-editing/wire.ts';
import { type Suggestion, Suggestions } from './store.ts';

const QUERY = `query PlanSuggestions($id: ID!, $status: SuggestionStatus, $first: Int!, $after: Cursor) {
  workingPlan(id: $id) {
    suggestions(status: $status, first: $first, after: $after) {
      edges { node {
        id number nodeId field locale baseText proposedText status note createdAt resolvedAt
        author { id displayName } resolvedBy { displayName }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const BESIDE = `query PlanSuggestionsBeside($id: ID!) {
  workingPlan(id: $id) {
    open: suggestions(status: OPEN, first: 100) {
      edges { node {
        id number nodeId field locale baseText proposedText status note createdAt resolvedAt
        author { id displayName } resolvedBy { displayName }
      } }
      pageInfo { hasNextPage endCursor }
    }
    outdated: suggestions(status: OUTDATED, first: 30) {
      edges { node {
        id number nodeId field locale baseText proposedText status note createdAt resolvedAt
        author { id displayName } resolvedBy { displayName }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

export interface SuggestionPage {
  found: Suggestion[];
  /** Where to go on; null at the end. */
  next: string | null;
}

/** Newest first. @throws WireFailure */
export async function readSuggestions(
  graph: Graph,
  id: string,
  status: string | null,
  first: number,
  after: string | null,
): Promise<SuggestionPage> {
  const { data, errors } = await graph.ask(QUERY, { id, status, first, after });
  const connection = data?.workingPlan?.suggestions;
  if (!connection) {
    if (errors?.[0]) throw toFailure(errors[0]);
    throw new WireFailure('NOT_FOUND', 'they are not for this reader');
  }
  return toPage(connection);
}

// biome-ignore lint/suspicious/noExplicitAny: the connection of the queries above
const toPage = ({ edges, pageInfo }: any): SuggestionPage => ({
  found: edges.map(({ node }: { node: Suggestion }) => node),
  next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
});

const PAGE = 100;
const DAYS = 7; // for which one that a change of the text has outdated is shown beside it

/** Those that are open, for beside their texts, and the latest that are outdated. */
async function readAll(graph: Graph, id: string): Promise<Suggestion[]> {
  const { data } = await graph.ask(BESIDE, { id });
  const { open, outdated } = data.workingPlan;
  const since = Date.now() - DAYS * 86_400_000;
  const isRecent = ({ resolvedAt }: Suggestion) => resolvedAt !== null && Date.parse(resolvedAt) > since;
  const all = [...toPage(open).found, ...toPage(outdated).found.filter(isRecent)];
  for (let after = toPage(open).next; after; ) {
    const { found, next }: SuggestionPage = await readSuggestions(graph, id, 'OPEN', PAGE, after);
    all.push(...found);
    after = next;
  }
  return all;
}

/** @param round another round asks again */
export function useSuggestions(graph: Graph, id: string, round: number): Suggestions {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another plan has others
  const store = useMemo(() => new Suggestions(), [id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    readAll(graph, id).then(
      (all) => stale || store.set(all),
      () => {}, // the plan is there without them
    );
    return () => {
      stale = true;
    };
  }, [graph, id, round, store]);
  return store;
}
