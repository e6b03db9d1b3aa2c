import * as Y from 'yjs';
import { type PlanSink, type PlanWire, WireFailure } from '../../web/co-editing/wire.ts';

/** A server in this process that takes what comes, until told otherwise. */
export function createServer() {
  const doc = new Y.Doc();
  doc.transact(() => {
    const node = new Y.Map<unknown>();
    doc.getMap('nodes').set('a1', node);
    node.set('kind', 'activity');
    node.set('code', '1.1.1');
    const title = new Y.Map<Y.Text>();
    node.set('title', title);
    title.set('en', new Y.Text('Title'));
  });
  let ids = 2 ** 24;
  const server = {
    doc,
    epoch: 1,
    opens: true,
    cut: false,
    refuse: undefined as WireFailure | undefined,
    pushed: 0,
    sink: undefined as PlanSink | undefined,
  };
  const pass = async () => {
    if (server.cut) throw new WireFailure('UNREACHABLE', 'cut');
  };
  const wire: PlanWire = {
    async open(since) {
      await pass();
      return {
        update: Y.encodeStateAsUpdateV2(doc, since),
        cursor: `c${server.pushed}`,
        epoch: server.epoch,
        stateVector: Y.encodeStateVector(doc),
      };
    },
    async join() {
      await pass();
      return { clientId: ++ids, epoch: server.epoch };
    },
    async push(_epoch, _id, update) {
      await pass();
      if (server.refuse) throw server.refuse;
      Y.applyUpdate(doc, update);
      return `c${++server.pushed}`;
    },
    follow(_after, sink) {
      if (server.cut) {
        queueMicrotask(() => sink.ended(new WireFailure('UNREACHABLE', 'cut')));
        return () => {};
      }
      server.sink = sink;
      if (server.opens) sink.opened();
      return () => {};
    },
  };
  return { server, wire };
}

export const nodeOf = (doc: Y.Doc) => doc.getMap('nodes').get('a1') as Y.Map<unknown>;
export const titleOf = (doc: Y.Doc) => (nodeOf(doc).get('title') as Y.Map<Y.Text>).get('en')!;
