import { useEffect, useMemo, useRef, useState } from 'react';
import { openShelf } from '../../co-editing/device-shelf.ts';
import type { Graph } from '../../co-editing/graph.ts';
import { createGraphWire } from '../../co-editing/graph-wire.ts';
import { PlanSession } from '../../co-editing/session.ts';
import { createMemoryShelf } from '../../co-editing/shelf.ts';
import { openingView } from '../../co-editing/view.ts';
import { Board } from './people/board.ts';

/** How long a composition may stand still before others' changes are let in, ms: some keyboards compose until the next space. */
const COMPOSING = 3_000;

/** A plan, opened while the component is there. `kept` is false where the browser offers no storage. */
export function usePlan(graph: Graph, planId: string, subject: string) {
  const [view, setView] = useState(openingView);
  const [kept, setKept] = useState(true);
  const session = useRef<PlanSession | null>(null);
  const board = useMemo(() => new Board((position) => session.current?.setPosition(position)), []);
  useEffect(() => board.set(view.people), [board, view.people]);

  useEffect(() => {
    let left = false;
    let own: PlanSession | undefined;
    const begin = async () => {
      const shelf = await openShelf(subject, planId).catch(() => {
        setKept(false);
        return createMemoryShelf();
      });
      if (left) return shelf.release();
      const wire = createGraphWire(graph, planId);
      own = new PlanSession({ wire, shelf, onChange: () => own && !left && setView(own.view) });
      session.current = own;
      own.look(document.visibilityState === 'visible');
      await own.start();
    };
    void begin();

    const onOnline = () => own?.syncNow();
    const onOffline = () => own?.suspect();
    const onVisibility = () => {
      own?.look(document.visibilityState === 'visible');
      if (document.visibilityState === 'hidden') own?.keep();
      else if (own?.view.status.kind === 'waiting') own.syncNow();
    };
    addEventListener('online', onOnline);
    addEventListener('offline', onOffline);
    addEventListener('pagehide', onVisibility);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      left = true;
      removeEventListener('online', onOnline);
      removeEventListener('offline', onOffline);
      removeEventListener('pagehide', onVisibility);
      document.removeEventListener('visibilitychange', onVisibility);
      session.current = null;
      void own?.stop();
    };
  }, [graph, planId, subject]);

  return { view, kept: kept && view.kept, session, board };
}

/** Holds others' changes back while characters are being composed in `frame`: dead keys, input methods, phone keyboards. */
export function useCompositionHold(
  frame: { readonly current: HTMLElement | null },
  session: { readonly current: PlanSession | null },
): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const release = () => {
      clearTimeout(timer);
      session.current?.release();
    };
    const hold = () => {
      clearTimeout(timer);
      timer = setTimeout(release, COMPOSING);
      session.current?.hold();
    };
    // After the handlers of field and editor, which write what was composed.
    const end = () => setTimeout(release);
    element.addEventListener('compositionstart', hold);
    element.addEventListener('compositionupdate', hold);
    element.addEventListener('compositionend', end);
    element.addEventListener('focusout', end);
    return () => {
      release();
      element.removeEventListener('compositionstart', hold);
      element.removeEventListener('compositionupdate', hold);
      element.removeEventListener('compositionend', end);
      element.removeEventListener('focusout', end);
    };
  }, [frame, session]);
}
