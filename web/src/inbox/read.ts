import type { Graph } from '../../co-editing/graph.ts';
import { ask, type Page, toPage } from '../plan/records/answers.ts';

const LIST = `query Notices($locale: LocaleTag, $after: Cursor) {
  viewer {
    seat { id }
    notices(first: 30, after: $after) {
      edges { node { id kind at dueAt dueOn readAt isSettled path excerpt excerptLocale title(locale: $locale) { text locale } target { __typename } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const UNREAD = `query UnreadNotices($first: Int!) {
  viewer { notices(first: $first, unreadOnly: true) { edges { node { id path } } } }
}`;
export const MARK = `mutation MarkNoticesRead($input: MarkNoticesReadInput!) {
  markNoticesRead(input: $input) { unread problems { __typename ... on UserError { message path } } }
}`;

export interface Notice {
  id: string;
  kind: string;
  at: string;
  dueAt: string | null;
  dueOn: string | null;
  readAt: string | null;
  isSettled: boolean;
  path: string;
  excerpt: string | null;
  excerptLocale: string | null;
  title: { text: string; locale: string } | null;
  target: { __typename: string } | null;
}

export async function readNotices(graph: Graph, locale: string, after: string | null): Promise<Page<Notice>> {
  const { seat, page } = await ask(graph, LIST, { locale, after }, ({ viewer }) =>
    viewer ? { seat: viewer.seat, page: toPage<Notice>(viewer.notices) } : { seat: null, page: null },
  );
  return seat && page ? page : { found: [], next: null };
}

export const markRead = (graph: Graph, noticeIds: readonly string[]) =>
  graph.ask(MARK, { input: { clientMutationId: crypto.randomUUID(), noticeIds } });

/** Whoever sees what notices are about has read them. Where that fails they stay unread. */
export async function markSeen(graph: Graph, path: string): Promise<void> {
  try {
    const { data } = await graph.ask(UNREAD, { first: 100 });
    const edges: { node: { id: string; path: string } }[] = data?.viewer?.notices.edges ?? [];
    const seen = edges.filter(({ node }) => node.path.split('#')[0] === path).map(({ node }) => node.id);
    if (seen.length > 0) await markRead(graph, seen);
  } catch {}
}
