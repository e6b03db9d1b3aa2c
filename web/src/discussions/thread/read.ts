import type { Graph } from '../../../co-editing/graph.ts';
import { ask, type Page, toPage } from '../../plan/records/answers.ts';
import type { AboutThing } from '../about.tsx';
import type { ViewerSeat } from '../rights.ts';

const THREAD = `query Thread($id: ID!, $locale: LocaleTag) {
  thread(id: $id) {
    id status visibility provenance sourceUrl postCount unread changesCursor anchorQuote
    title(locale: $locale) { text locale }
    networks { id name(locale: $locale) { text } }
    anchor {
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
    posts(first: 50) {
      edges { node {
        id cursor createdAt editedAt deletedAt redactedAt redactionReason originalLocale
        body(locale: $locale) { text locale machineTranslated }
        author { id displayName }
        replyTo { id author { displayName } }
        attachments { id kind name url bytes textAlternative }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
  viewer { seat { id organisation { id } roles { role network { id } body { id } } } }
}`;
const POSTS = `query ThreadPosts($id: ID!, $locale: LocaleTag, $after: Cursor) {
  thread(id: $id) {
    posts(first: 50, after: $after) {
      edges { node {
        id cursor createdAt editedAt deletedAt redactedAt redactionReason originalLocale
        body(locale: $locale) { text locale machineTranslated }
        author { id displayName }
        replyTo { id author { displayName } }
        attachments { id kind name url bytes textAlternative }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
export const ADDED = `subscription ThreadPostAdded($threadId: ID!, $after: Cursor, $locale: LocaleTag) {
  postAdded(threadId: $threadId, after: $after) {
    id cursor createdAt editedAt deletedAt redactedAt redactionReason originalLocale
    body(locale: $locale) { text locale machineTranslated }
    author { id displayName }
    replyTo { id author { displayName } }
    attachments { id kind name url bytes textAlternative }
  }
}`;
export const CHANGED = `subscription ThreadPostChanged($threadId: ID!, $after: Cursor, $locale: LocaleTag) {
  postChanged(threadId: $threadId, after: $after) {
    cursor
    post {
      id cursor createdAt editedAt deletedAt redactedAt redactionReason originalLocale
      body(locale: $locale) { text locale machineTranslated }
      author { id displayName }
      replyTo { id author { displayName } }
      attachments { id kind name url bytes textAlternative }
    }
  }
}`;
export const ANSWER = `mutation AnswerThread($input: PostInput!) {
  post(input: $input) { post { id } problems { __typename ... on UserError { message path } } }
}`;
const READ = `mutation ReadThread($input: MarkThreadReadInput!) {
  markThreadRead(input: $input) { thread { id } problems { __typename } }
}`;

interface Text {
  text: string;
  locale: string;
}

export interface Post {
  id: string;
  cursor: string;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  redactedAt: string | null;
  redactionReason: string | null;
  originalLocale: string;
  body: Text & { machineTranslated: boolean };
  author: { id: string; displayName: string } | null;
  replyTo: { id: string; author: { displayName: string } | null } | null;
  attachments: {
    id: string;
    kind: 'FILE' | 'LINK';
    name: string;
    url: string;
    bytes: number | null;
    textAlternative: string | null;
  }[];
}

export interface Thread {
  id: string;
  status: string;
  visibility: string;
  provenance: string;
  sourceUrl: string | null;
  postCount: number;
  unread: number;
  changesCursor: string;
  anchorQuote: string | null;
  title: Text | null;
  networks: { id: string; name: { text: string } | null }[] | null;
  anchor: AboutThing | null;
}

/** @throws WireFailure NOT_FOUND also where it is not for this reader */
export async function readThread(graph: Graph, id: string, locale: string) {
  return ask(graph, THREAD, { id, locale }, ({ thread, viewer }) => {
    const page = thread && toPage<Post>(thread.posts);
    return page && { thread: thread as Thread, page, seat: (viewer?.seat ?? null) as ViewerSeat | null };
  });
}

/** @throws WireFailure */
export const readPosts = (graph: Graph, id: string, locale: string, after: string | null): Promise<Page<Post>> =>
  ask(graph, POSTS, { id, locale, after }, ({ thread }) => thread && toPage<Post>(thread.posts));

/** Where that fails they stay unread. */
export async function markRead(graph: Graph, threadId: string, upToPostId: string): Promise<void> {
  const input = { threadId, upToPostId, clientMutationId: crypto.randomUUID() };
  await graph.ask(READ, { input }).catch(() => {});
}
