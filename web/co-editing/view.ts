import type * as Y from 'yjs';
import type { Person } from './presence.ts';
import type { Refused } from './shelf.ts';
import type { Author } from './wire.ts';

/** Why nothing gets through. */
export type Hindrance = 'connection' | 'server';

/**
 * How far the least advanced of the unsaved changes has got: `typed` it is in this tab alone, `kept` this device has it and would have it after a
 * crash of the tab too, `sent` it is on its way and not answered yet.
 */
export type Stage = 'typed' | 'kept' | 'sent';

/** What the person is told. `changes`: while waiting and signed out, only those that this device would still have after a crash of the tab. */
export type Status =
  | { kind: 'opening' }
  /** All that was typed here is committed, and what others commit arrives. */
  | { kind: 'saved' }
  | { kind: 'saving'; changes: number; stage: Stage }
  /** Nothing gets through: there is no connection, or the server has a fault. It is tried again by itself. */
  | { kind: 'waiting'; changes: number; because: Hindrance }
  | { kind: 'signed-out'; changes: number }
  /** The plan cannot be shown. */
  | { kind: 'closed'; code: string };

export interface PlanView {
  /** Null while it is being opened. Another object than before: the old one was dropped. */
  doc: Y.Doc | null;
  status: Status;
  rights: 'unknown' | 'edit' | 'read' | 'frozen';
  refused: readonly Refused[];
  /** False when this device does not take what is typed: it lives in this tab alone until it is saved. */
  kept: boolean;
  /** The last edit that arrived, own ones included. */
  lastChange: { author: Author | null; at: string } | null;
  /** Who else has the plan open now, a tab each; null while that is not known. */
  people: readonly Person[] | null;
  /**
   * How many others (seats, not tabs) have the last saved change of this tab before them. Null while nothing typed in this tab is saved, something is
   * not, or who is here is not known.
   */
  seenBy: number | null;
}

export const openingView: PlanView = {
  doc: null,
  status: { kind: 'opening' },
  rights: 'unknown',
  refused: [],
  kept: true,
  lastChange: null,
  people: null,
  seenBy: null,
};

/** What a status follows from. */
export interface Standing {
  closed: string | null;
  signedOut: boolean;
  /** Whether the plan has been opened and joined on the server. */
  isOpen: boolean;
  streamFails: Hindrance | null;
  pushFails: Hindrance | null;
  /** All unsaved changes, and those of them that are on the shelf. */
  changes: number;
  kept: number;
  /** Whether something typed is not on the shelf, and whether the shelf has refused it. */
  isUnkept: boolean;
  isFailing: boolean;
  /** Whether all that is unsaved is under way. */
  isSent: boolean;
  isEmpty: boolean;
}

/** Never more than is known. */
export function describe(standing: Standing): Status {
  const { closed, signedOut, isOpen, changes, kept, isEmpty, isUnkept, isFailing } = standing;
  if (closed) return { kind: 'closed', code: closed };
  const stage = isUnkept || isFailing ? 'typed' : standing.isSent ? 'sent' : 'kept';
  const saving: Status = { kind: 'saving', changes, stage };
  if (!isEmpty && kept === 0 && !isFailing) return saving;
  if (signedOut) return { kind: 'signed-out', changes: kept };
  const because = kept > 0 ? (standing.pushFails ?? standing.streamFails) : standing.streamFails;
  if (because && (kept > 0 || isEmpty)) return { kind: 'waiting', changes: kept, because };
  if (!isEmpty) return saving;
  return isOpen ? { kind: 'saved' } : { kind: 'opening' };
}
