import { useEffect, useState } from 'react';
import type { Graph } from '../../co-editing/graph.ts';

const NEWS = `subscription NoticesNews {
  noticesChanged { unread }
}`;
const AGAIN = 25_000; // ms until it is followed again

/** How many notices wait to be read, live; null: not known, or the person has no seat. */
export function useUnread(graph: Graph | undefined): number | null {
  const [unread, setUnread] = useState<number | null>(null);
  useEffect(() => {
    setUnread(null);
    if (!graph) return;
    let again: ReturnType<typeof setTimeout> | undefined;
    let leave = () => {};
    const follow = () => {
      let isRefused = false;
      leave = graph.subscribe(
        NEWS,
        {},
        {
          opened: () => {},
          next({ data, errors }) {
            if (data?.noticesChanged) setUnread(data.noticesChanged.unread);
            else isRefused = errors?.[0]?.extensions?.code === 'FORBIDDEN';
          },
          ended(failure) {
            if (!isRefused && (failure?.passes ?? true)) again = setTimeout(follow, AGAIN);
          },
        },
      );
    };
    follow();
    return () => {
      clearTimeout(again);
      leave();
    };
  }, [graph]);
  return unread;
}
