import type { Cursors } from './cursor.ts';
import { ApiError } from './errors.ts';
import type { PageInfo } from './types.ts';

export interface Edge<T> {
  node: T;
  cursor: string;
}
export interface Connection<T> {
  edges: Edge<T>[];
  pageInfo: PageInfo;
}

/** @throws ApiError BAD_USER_INPUT unless 1 <= first <= 100 */
export function checkFirst(first: number): number {
  if (!Number.isInteger(first) || first < 1 || first > 100) {
    throw new ApiError('BAD_USER_INPUT', 'first: between 1 and 100.');
  }
  return first;
}

/**
 * One page of a keyset-ordered list. Pass up to `first + 1` rows that come after the cursor: the extra one only says
 * that there is a next page.
 */
export function toConnection<T, Position>(
  rows: readonly T[],
  first: number,
  after: string | null | undefined,
  cursors: Cursors<Position>,
  positionOf: (row: T) => Position,
): Connection<T> {
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: cursors.encode(positionOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
