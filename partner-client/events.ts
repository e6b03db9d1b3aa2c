import { type GraphError, nonsense } from './errors.ts';

/** An update as a CloudEvents 1.0 event in JSON, as webhooks bring it too. */
export interface CloudEvent {
  specversion: '1.0';
  /** ULID; unique with `source`. */
  id: string;
  /** `/networks/<slug>` */
  source: string;
  /** As in `org.net4u.plan.adopted.v1`. */
  type: string;
  /** As in `workingplan/<id>`. */
  subject?: string;
  time: string;
  datacontenttype: string;
  /** Its place in its network's order. It grows; places that are left out hold what you may not see or did not ask for. */
  sequence: string;
  partitionkey: string;
  networkid: string;
  visibility: string;
  /** W3C: of the request that made the change, where that is traced. */
  traceparent?: string;
  /** Ids, changed fields and versions; never names of people. */
  data: Record<string, unknown>;
}

export interface Update<Selected = unknown> {
  /** `tombstone`: what `subject` names was erased. Delete what you keep of it; `data` has its id alone. */
  kind: 'update' | 'tombstone';
  /** Resumes after this update. */
  cursor: string;
  /** As in `PLAN_ADOPTED`. Pass over what you do not know: there will be new ones. */
  type: string;
  id: string;
  source: string;
  sequence: string;
  networkId: string;
  subject: string | null;
  data: Record<string, unknown>;
  cloudEvent: CloudEvent;
  /** What your `selection` asked for. It is read as the update is delivered, so it may be newer than the update. */
  selected: Selected;
  /** What of your selection could not be had: null in it. The update is whole without it. */
  errors?: readonly GraphError[];
}

/** Nothing new for you: the cursor moves past what others see or you did not ask for. */
export interface Heartbeat {
  kind: 'heartbeat';
  cursor: string;
  at: string;
}

/**
 * Your cursor cannot be resumed: it is older than 30 days (`CURSOR_TOO_OLD`), or was made before the platform was restored from a
 * backup (`EPOCH_CHANGED`). Take what you mirror anew, by `snapshotQuery` or one of your own, and go on: updates from `cursor` on follow.
 */
export interface ResyncRequired {
  kind: 'resync';
  reason: string;
  /** As acknowledged once you have rebuilt. */
  cursor: string;
  /** What is left of the log begins here: to read that in place of rebuilding, keep this cursor and follow anew. */
  oldestAvailable: string;
  snapshotQuery: string;
}

export type UpdateEvent<Selected = unknown> = Update<Selected> | Heartbeat | ResyncRequired;

/** What has come, oldest first; at least one. A `resync` comes alone. */
export interface Batch<Event> {
  events: Event[];
  /** Where a reader stands that has handled all of it. */
  cursor: string;
}

export interface UpdateFilter {
  /** Ids, as in `net:americas`. An absent list means all, an empty one none; so for the others. */
  networks?: readonly string[];
  /** A tombstone comes with the types of what it stands for, whatever the areas and countries. */
  types?: readonly string[];
  /** Updates about any of them. */
  thematicAreas?: readonly string[];
  /** Updates about any of them, ISO 3166-1 alpha-2. */
  countries?: readonly string[];
}

/** What is asked of each update, beside what the caller selects. */
export const updateFields = 'cursor type cloudEvent';

export interface UpdateNode {
  cursor: string;
  type: string;
  cloudEvent: CloudEvent;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A cursor that is none would begin anew from now, and all that lies between would be missed. @throws UpdatesError */
export function checkCursor(cursor: unknown): string {
  if (!isText(cursor)) throw nonsense();
  return cursor;
}

/** @throws UpdatesError for what is no update */
export function toUpdate<Selected>(node: UpdateNode, errors?: readonly GraphError[]): Update<Selected> {
  const { type, cloudEvent } = node;
  const cursor = checkCursor(node.cursor);
  const texts = [type, cloudEvent?.id, cloudEvent?.source, cloudEvent?.networkid];
  if (!texts.every(isText) || !/^\d{1,19}$/.test(cloudEvent.sequence)) throw nonsense();
  const { id, source, sequence, networkid, subject, data } = cloudEvent;
  return {
    kind: type === 'TOMBSTONE' ? 'tombstone' : 'update',
    ...{ cursor, type, id, source, sequence, data, cloudEvent },
    networkId: networkid,
    subject: subject ?? null,
    selected: node as Selected,
    ...(errors?.length && { errors }),
  };
}
