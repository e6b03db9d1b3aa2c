/**
 * Co-editing a plan from a client of your own: no React, no page, in a browser or in Node. The wire is described in schema/co-editing.md.
 *
 *     import { connect, createGraphWire, createMemoryShelf, PlanSession } from './co-editing.ts';
 *     import { openShelf } from './co-editing/device-shelf.ts'; // browsers only: IndexedDB
 *
 *     const session = new PlanSession({
 *       wire: createGraphWire(connect({ url: 'https://net4u.example', token }), planId),
 *       shelf: await openShelf(subject, planId).catch(() => createMemoryShelf()),
 *       onChange: () => render(session.view),
 *     });
 *     await session.start();
 *
 *     // Once view.doc is there and view.rights is 'edit': bind any Yjs editor to its texts, or write yourself.
 *     const title = session.view.doc.getMap('nodes').get('a1.1.1').get('title').get('en');
 *     title.insert(0, 'Mapa común: ');
 *     session.setPosition({ node: 'a1.1.1', field: 'title', locale: 'en', anchor: null, head: null });
 *
 *     await session.stop(); // what was not saved stays on the shelf, and the next session of this person sends it
 *
 * What was typed is, in this order: in this tab only, on this device (`view.status` is saving, stage kept), sent, saved, which is committed on the
 * server, and seen by others (`view.seenBy`, never more than is known). `waiting`: nothing gets through; it is tried again by itself, or at once with
 * `syncNow()`. What the server refuses is in `view.refused` until `forget(id)`; the plan goes on from what the server has. `view.people`: who else is
 * here. Say `look(false)` while nobody can see the page, and `hold()`, `release()` around the composition of characters.
 *
 * A plan that takes no edits in its status is `frozen`: say `recheck()` when you hear of another status. `connect({ renew })` is asked for another token
 * when the server takes one no longer; `setToken` brings one to the open socket before that, and what is followed goes on.
 */
export { type Access, type Connection, connect } from './co-editing/connection.ts';
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
