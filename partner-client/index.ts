/** Follows the updates of the networks, without missing one. README.md has it on one page. */
export type { Door } from './address.ts';
export { UpdatesError } from './errors.ts';
export type {
  Batch,
  CloudEvent,
  Heartbeat,
  ResyncRequired,
  Update,
  UpdateEvent,
  UpdateFilter,
} from './events.ts';
export { type Followed, type FollowOptions, followUpdates } from './follow.ts';
export { type AskOptions, ask, type Page, type PageOptions, readUpdates } from './pages.ts';
export { type CursorStore, FileStore, MemoryStore } from './stores.ts';
