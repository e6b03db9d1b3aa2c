/**
 * Co-editing a plan from a client of your own: no React, no page, in a browser or in Node. The wire is described in schema/co-editing.md.
 *
 *     import { connect, createGraphWire, createMemoryShelf, PlanSession } from './co-editing.ts';
 *     import { openShelf } from './co-editing/device-shelf.ts'; // browsers only: IndexedDB
 *
 *     const graph = connect({ url: 'https://net4u.example', token });
 *     const session = new PlanSession({
 *       wire: createGraphWire(graph, planId),
 *       shelf: await openShelf(subject, planId).catch(() => createMemoryShelf()),
 *       onChange: () => render(session.view), // doc, status, rights, refused texts
 *     });
 *     await session.start();
 *
 *     // Once session.view.doc is there and view.rights is 'edit': bind any Yjs editor to its texts, or write yourself.
 *     const title = session.view.doc.getMap('nodes').get('a1.1.1').get('title').get('en');
 *     title.insert(0, 'Mapa común: ');
 *     // view.status: saving -> saved (committed on the server) | waiting (kept on the shelf, tried again by itself)
 *
 *     session.syncNow(); // the device came back online: do not wait for the next attempt
 *     await session.stop(); // what was not saved stays on the shelf, and the next session of this person sends it
 */
export { type Access, connect } from './co-editing/connection.ts';
export type { Graph, GraphAnswer } from './co-editing/graph.ts';
export { createGraphWire } from './co-editing/graph-wire.ts';
export type { Person, Position, PresenceWire } from './co-editing/presence.ts';
export { PlanSession, type PlanSessionOptions } from './co-editing/session.ts';
export {
  createMemoryShelf,
  type Entry,
  type Kept,
  type PlanState,
  type Refused,
  type Shelf,
} from './co-editing/shelf.ts';
export { systemTimers, type Timers } from './co-editing/timers.ts';
export { openingView, type PlanView, type Stage, type Status } from './co-editing/view.ts';
export {
  type Author,
  type OpenedDocument,
  type PlanEvent,
  type PlanSink,
  type PlanWire,
  type Resume,
  WireFailure,
} from './co-editing/wire.ts';
