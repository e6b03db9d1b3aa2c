import * as Y from 'yjs';
import type { Graph } from '../../web/co-editing/graph.ts';
import { createGraphWire } from '../../web/co-editing/graph-wire.ts';
import { PlanSession, type PlanSessionOptions } from '../../web/co-editing/session.ts';
import { createMemoryShelf } from '../../web/co-editing/shelf.ts';
import { type PlanSink, type PlanWire, WireFailure } from '../../web/co-editing/wire.ts';
import { createMember } from '../people.ts';
import type { World } from '../world.ts';

export const planId = 'plan:joint-2027';

/** The page's wire over the gateway of a world, with the means to break it. */
export interface Line extends PlanWire {
  /** Every push, in order, as it was sent. */
  pushes: { editId: string; update: Uint8Array }[];
  /** While true nothing gets through, in either direction. */
  cut: boolean;
  /** While set, pushes wait for it before they are sent. */
  gate: Promise<void> | null;
  /** Called after a push was committed, before its answer is given. */
  afterPush: () => void;
  /** The stream that is followed now. */
  sink: PlanSink | undefined;
  close(): Promise<void>;
}

export async function connectLine(world: World, persona: string): Promise<Line> {
  const { token } = await world.people.as(persona);
  // A socket of its own for each line: sessions of one persona must not share its fate.
  const member = createMember(world.url, token);
  const graph: Graph = {
    ask: (query, variables) => member.ask(query, variables),
    subscribe(query, variables, sink) {
      let over = false;
      const following = member.follow(query, variables);
      void (async () => {
        for (;;) sink.next(await following.next(600_000));
      })().catch(() => {});
      void following.ended.then(() => over || sink.ended());
      sink.opened();
      return () => {
        over = true;
        following.close();
      };
    },
  };
  const wire = createGraphWire(graph, planId);
  const pass = <T>(work: () => Promise<T>): Promise<T> =>
    line.cut ? Promise.reject(new WireFailure('UNREACHABLE', 'cut')) : work();
  const line: Line = {
    pushes: [],
    cut: false,
    gate: null,
    afterPush: () => {},
    sink: undefined,
    open: (since) => pass(() => wire.open(since)),
    join: (resume) => pass(() => wire.join(resume)),
    presence: wire.presence!,
    push: (epoch, editId, update, signal) =>
      pass(async () => {
        line.pushes.push({ editId, update });
        await line.gate;
        const cursor = await wire.push(epoch, editId, update, signal);
        line.afterPush();
        return cursor;
      }),
    follow(after, sink) {
      if (line.cut) {
        queueMicrotask(() => sink.ended(new WireFailure('UNREACHABLE', 'cut')));
        return () => {};
      }
      // Once it has ended nothing comes of it any more: what was missed must come from where the reader stands.
      let over = false;
      let leave = () => {};
      line.sink = {
        opened: () => sink.opened(),
        next: (event) => over || sink.next(event),
        ended(failure) {
          if (over) return;
          over = true;
          leave();
          sink.ended(failure);
        },
      };
      leave = wire.follow(after, line.sink);
      return () => {
        over = true;
        leave();
      };
    },
    close: () => member.leave(),
  };
  return line;
}

/** A session as a tab has one, with waits short enough for a test. */
export function openTab(wire: PlanWire, options: Partial<PlanSessionOptions> = {}) {
  const shelf = options.shelf ?? createMemoryShelf();
  const waiting = new Set<() => void>();
  const session = new PlanSession({
    shortestWait: 20,
    longestWait: 100,
    ...options,
    wire,
    shelf,
    onChange: () => {
      for (const look of waiting) look();
    },
  });
  /** Resolves once `holds`, looked at after every change. */
  const until = (what: string, holds: () => boolean, within = 60_000): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`not ${what} within ${within} ms: ${JSON.stringify(session.view.status)}`));
      }, within);
      waiting.add(look);
      look();
    });
  return {
    session,
    shelf,
    until,
    status: () => session.view.status,
    saved: () => until('saved', () => session.view.status.kind === 'saved' && session.view.rights !== 'unknown'),
    title: (node: string, locale = 'en') => titleOf(session.view.doc!, node, locale),
    stop: () => session.stop(),
  };
}

export function titleOf(doc: Y.Doc, node: string, locale = 'en'): Y.Text {
  const map = doc.getMap('nodes').get(node) as Y.Map<Y.Map<Y.Text>>;
  return map.get('title')!.get(locale)!;
}

/** The document as the server gives it to somebody who has nothing yet. */
export async function readServerDocument(world: World): Promise<Y.Doc> {
  const line = await connectLine(world, 'americas-editor');
  const answer = await line.open();
  await line.close();
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, answer!.update);
  return doc;
}
