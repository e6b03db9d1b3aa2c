import type { Graph } from '../../../co-editing/graph.ts';
import { WireFailure } from '../../../co-editing/wire.ts';
import { ask } from './answers.ts';

const NUMBERS = `query PlanVersionNumbers($id: ID!, $after: Cursor) {
  workingPlan(id: $id) {
    versions(first: 100, after: $after) { edges { cursor node { id number } } pageInfo { hasNextPage endCursor } }
  }
}`;
const READ = `query PlanVersion($id: ID!, $after: Cursor) {
  workingPlan(id: $id) {
    versions(first: 1, after: $after) {
      edges { node { id number kind label contentHash createdAt redactedAt content createdBy { displayName } } }
    }
  }
}`;

/** A node of a version's text: fields as the document has them, branches as lists. */
export interface ContentNode {
  key: string;
  code?: string;
  [member: string]: unknown;
}

export interface WholeVersion {
  number: number;
  kind: string;
  label: string | null;
  contentHash: string;
  createdAt: string;
  redactedAt: string | null;
  createdBy: { displayName: string } | null;
  content: ContentNode & { locales?: string[] };
}

/** One version with its text. Versions are listed newest first, and each is found behind the one before it. @throws WireFailure */
export async function readVersion(graph: Graph, id: string, number: number): Promise<WholeVersion> {
  let before: string | null = null;
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo }: Numbers = await ask(graph, NUMBERS, { id, after }, readVersions);
    for (const { cursor, node } of edges) {
      if (node.number === number) return readBehind(graph, id, before, number);
      before = cursor;
    }
    if (!pageInfo.hasNextPage) throw none(number);
    after = pageInfo.endCursor;
  }
}

interface Numbers {
  edges: { cursor: string; node: { number: number } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

// biome-ignore lint/suspicious/noExplicitAny: the answer's shape is that of the queries above
const readVersions = ({ workingPlan }: any) => workingPlan?.versions;
const none = (number: number) => new WireFailure('NOT_FOUND', `there is no version ${number}`);

async function readBehind(graph: Graph, id: string, after: string | null, number: number): Promise<WholeVersion> {
  const { edges } = await ask<{ edges: { node: Omit<WholeVersion, 'content'> & { content: string } }[] }>(
    graph,
    READ,
    { id, after },
    readVersions,
  );
  const found = edges[0]?.node;
  if (found?.number !== number) throw none(number); // a newer one came between
  return { ...found, content: JSON.parse(found.content) };
}
