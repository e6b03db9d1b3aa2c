import { useCallback, useEffect, useReducer, useState } from 'react';
import { type Graph, toFailure } from '../../../co-editing/graph.ts';
import { WireFailure } from '../../../co-editing/wire.ts';
import { type Problem, toProblem } from '../command.ts';

export interface Page<T> {
  found: T[];
  /** Where to go on; null at the end. */
  next: string | null;
}

/** Answers one question about a plan. @param read null: not for this reader, or not there */
export async function ask<T>(
  graph: Graph,
  query: string,
  variables: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: each query knows the shape of its answer
  read: (data: any) => T | null | undefined,
): Promise<T> {
  const { data, errors } = await graph.ask(query, variables);
  const found = data && read(data);
  if (found !== null && found !== undefined) return found;
  if (errors?.[0]) throw toFailure(errors[0]);
  throw new WireFailure('NOT_FOUND', 'there is no such thing, or it is not for this reader');
}

// biome-ignore lint/suspicious/noExplicitAny: any connection of the graph
export const toPage = <T>(connection: any): Page<T> | null =>
  connection && {
    found: connection.edges.map(({ node }: { node: T }) => node),
    next: connection.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null,
  };

/** One answer, asked for again with `again`. @param fetch another function asks anew */
export function useAnswer<T>(fetch: () => Promise<T>) {
  const [found, setFound] = useState<{ of: () => Promise<T>; value: T } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, again] = useReducer((count: number) => count + 1, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    setProblem(null);
    fetch().then(
      (value) => stale || setFound({ of: fetch, value }),
      (failure) => stale || setProblem(toProblem(failure)),
    );
    return () => {
      stale = true;
    };
  }, [fetch, round]);
  // What was found for another question is no answer to this one.
  return { value: found?.of === fetch ? found.value : null, problem, again };
}

/** A list that is read page by page. @param fetch another function begins anew */
export function usePages<T>(fetch: (after: string | null) => Promise<Page<T>>) {
  const [pages, setPages] = useState<{ of: typeof fetch; items: T[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [round, again] = useReducer((count: number) => count + 1, 0);
  const current = pages?.of === fetch ? pages : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    setProblem(null);
    fetch(null).then(
      ({ found, next }) => stale || setPages({ of: fetch, items: found, next }),
      (failure) => stale || setProblem(toProblem(failure)),
    );
    return () => {
      stale = true;
    };
  }, [fetch, round]);
  const readMore = useCallback(async () => {
    if (!current?.next) return;
    setBusy(true);
    setProblem(null);
    try {
      const { found, next } = await fetch(current.next);
      setPages((now) => (now === current ? { of: fetch, items: [...now.items, ...found], next } : now));
    } catch (failure) {
      setProblem(toProblem(failure as WireFailure));
    }
    setBusy(false);
  }, [fetch, current]);
  return { items: current?.items ?? null, hasMore: (current?.next ?? null) !== null, busy, problem, readMore, again };
}
