import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import type { WireFailure } from '../../../co-editing/wire.ts';
import { type Failure, toFailureKind } from '../failure.tsx';
import { follow } from '../follow.ts';
import type { ViewerSeat } from '../rights.ts';
import { ADDED, CHANGED, type Post, readPosts, readThread, type Thread } from './read.ts';

const FURTHEST = 20; // pages that are read to find a post that the address names

/** A discussion as far as it has been read: the first posts, and then as many as were asked for. */
export interface OpenThread {
  thread: Thread;
  seat: ViewerSeat | null;
  posts: Post[];
  /** Where to go on reading; null: all that there are are here, and new ones come by themselves. */
  next: string | null;
  /** The last that has come by itself. */
  arrived: Post | null;
}

/** Each once: one that comes by the stream may have been read before. */
const join = (before: readonly Post[], more: readonly Post[]): Post[] => {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...more.filter(({ id }) => !known.has(id))];
};

/** @param named the post that the address names: read up to it */
export function useThread(graph: Graph, id: string, locale: string, named: string) {
  const [open, setOpen] = useState<OpenThread | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, again] = useReducer((count: number) => count + 1, 0);
  const wanted = useRef(named);
  wanted.current = named;
  const now = useRef(open);
  now.current = open;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    setFailure(null);
    const read = async () => {
      const { thread, page, seat } = await readThread(graph, id, locale);
      let posts: Post[] = page.found;
      let { next } = page;
      for (let pages = 1; next && wanted.current && pages < FURTHEST; pages++) {
        if (posts.some((post) => post.id === wanted.current)) break;
        const more = await readPosts(graph, id, locale, next);
        posts = join(posts, more.found);
        next = more.next;
      }
      if (!stale) setOpen({ thread, seat, posts, next, arrived: null });
    };
    read().catch((error: WireFailure) => {
      if (stale) return;
      setFailure(toFailureKind(error));
      if (toFailureKind(error) === 'missing') setOpen(null); // also where the right to read it was lost
    });
    return () => {
      stale = true;
    };
  }, [graph, id, locale, round]);

  /** Reads on after the last post that is here: a page, or all that there are. @throws WireFailure */
  const readOn = useCallback(
    async (all = false) => {
      let after = now.current?.next ?? now.current?.posts.at(-1)?.cursor ?? null;
      do {
        const { found, next } = await readPosts(graph, id, locale, after);
        setOpen((before) => before && { ...before, posts: join(before.posts, found), next });
        after = next;
      } while (all && after);
    },
    [graph, id, locale],
  );

  const isWhole = open !== null && open.next === null;
  useEffect(() => {
    if (!isWhole) return;
    const position = () => ({ threadId: id, after: now.current?.posts.at(-1)?.cursor ?? null, locale });
    return follow(graph, ADDED, position, again, ({ postAdded }) =>
      setOpen((before) => before && { ...before, posts: join(before.posts, [postAdded]), arrived: postAdded }),
    );
  }, [graph, id, locale, isWhole]);

  const isHere = open !== null;
  useEffect(() => {
    if (!isHere) return;
    let after = now.current?.thread.changesCursor;
    return follow(
      graph,
      CHANGED,
      () => ({ threadId: id, after, locale }),
      again,
      ({ postChanged: { cursor, post } }) => {
        after = cursor;
        const replace = (one: Post): Post => (one.id === post.id ? post : one);
        setOpen((before) => before && { ...before, posts: before.posts.map(replace) });
      },
    );
  }, [graph, id, locale, isHere]);

  return { open, failure, again, readOn };
}
