import type { PresenceWire } from './presence.ts';
import type { Hindrance } from './view.ts';

/** What the server holds of a plan, or what is missing since a state vector. */
export interface OpenedDocument {
  /** Yjs, V2. */
  update: Uint8Array;
  cursor: string;
  epoch: number;
  stateVector: Uint8Array;
  /** Whether the plan's status takes no edits now. */
  isFrozen?: boolean;
}

/** Who made an edit, as far as the reader may see it. */
export interface Author {
  /** Id of the seat. */
  seat: string;
  /** Null while it is not known here: names come with who is here (presence.ts), not with each keystroke. */
  name: string | null;
  organisation: string | null;
}

export type PlanEvent =
  | { kind: 'edits'; cursor: string /** Yjs, V1. */; update: Uint8Array; author: Author | null; at: string }
  | { kind: 'reset'; epoch: number; reason: string };

export interface PlanSink {
  /** The stream stands: what follows is live. */
  opened(): void;
  next(event: PlanEvent): void;
  /** Once, last. Undefined: the server closed the stream without a reason. */
  ended(failure?: WireFailure): void;
}

/** What this device holds of an id: all before `nextClock` is acknowledged, all before `outboxEnd` was typed. */
export interface Resume {
  clientId: number;
  nextClock: number;
  outboxEnd: number;
}

/** The plan's operations of the graph. Each rejects with WireFailure and nothing else. */
export interface PlanWire {
  /** Null: the plan is there, its document is not for this reader. */
  open(since?: Uint8Array): Promise<OpenedDocument | null>;
  /** @param resume the id this device typed with before: it comes back if it can be gone on with */
  join(resume?: Resume): Promise<{ clientId: number; epoch: number }>;
  /** Resolves once the edit is committed, with its cursor. */
  push(epoch: number, editId: string, update: Uint8Array, signal?: AbortSignal): Promise<string>;
  /** @returns ends the stream; `ended` is then not called */
  follow(after: string, sink: PlanSink): () => void;
  /** Where a wire has none, nobody is seen. */
  presence?: PresenceWire;
}

/** Codes after which the same question may be asked again: they are no answer to it. */
const passing: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'INTERNAL',
  'SUBGRAPH_UNAVAILABLE',
  'ISSUER_UNAVAILABLE',
  'SERVICE_STOPPING',
  'RATE_LIMITED',
  'OPERATION_NOT_PERSISTED', // this page is older than the gateway
]);

/** Codes by which the server says of an edit that it does not take it, now or later. Any other, known or not, says nothing of the edit. */
const refusals: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'UPDATE_MALFORMED',
  'UPDATE_TOO_LARGE',
  'RESYNC',
  'EPOCH_CHANGED',
  'PLAN_FROZEN',
  'PLAN_FULL',
  'EDIT_ID_REUSED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_LARGE',
]);

/** A request that did not work, with the graph's code, or `UNREACHABLE` when no answer came. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly code: string;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, extensions: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.extensions = extensions;
  }

  /** How long the server wants to be left alone, ms; at most a minute is believed. */
  get retryAfter(): number {
    return Math.min(60_000, Math.max(0, Number(this.extensions.retryAfterMs) || 0));
  }

  /** Whether to try the same again later. */
  get passes(): boolean {
    return passing.has(this.code);
  }

  /** Of a push: whether the edit is refused. If not, it is still to be sent. */
  get refuses(): boolean {
    return refusals.has(this.code);
  }
}

export const hindranceOf = ({ code }: WireFailure): Hindrance => (code === 'UNREACHABLE' ? 'connection' : 'server');
