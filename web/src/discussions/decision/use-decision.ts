import { useEffect, useReducer, useRef, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import type { WireFailure } from '../../../co-editing/wire.ts';
import { type Failure, toFailureKind } from '../failure.tsx';
import { follow } from '../follow.ts';
import { CHANGED, readDecision } from './read.ts';

type Found = Awaited<ReturnType<typeof readDecision>>;

/** A decision as it is, read again whenever something in it changes. */
export function useDecision(graph: Graph, id: string, locale: string) {
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, again] = useReducer((count: number) => count + 1, 0);
  const before = useRef('');

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks
  useEffect(() => {
    let stale = false;
    readDecision(graph, id, locale).then(
      (read) => {
        if (stale) return;
        setFailure(null);
        const text = JSON.stringify(read);
        if (before.current !== text) setFound(read); // else nothing is drawn anew
        before.current = text;
      },
      (error: WireFailure) => {
        if (stale) return;
        setFailure(toFailureKind(error));
        if (toFailureKind(error) !== 'missing') return;
        before.current = '';
        setFound(null); // also where the right to read it was lost
      },
    );
    return () => {
      stale = true;
    };
  }, [graph, id, locale, round]);

  const isHere = found !== null;
  useEffect(() => {
    if (isHere) return follow(graph, CHANGED, () => ({ id }), again, again);
  }, [graph, id, isHere]);
  return { found, failure, again };
}
