import type { Kind } from '../document/fields.ts';

/**
 * One thing that an update does to the plan, for the policy to allow or not. Typing into one text is one change however many characters it has.
 *
 * create   a node: `value` is its parent's key
 * move     `field` is `parent` or `pos`, `value` what is written; undefined: taken away, which hides the node (an undo may do so)
 * delete   sets the flag: `value` is `{ by, at }`, which the policy should compare with the seat
 * restore  takes the flag away
 * edit     any other field; `locale` for a text, `value` for a plain field (undefined: cleared)
 */
export interface Change {
  action: 'create' | 'edit' | 'move' | 'delete' | 'restore';
  nodeKey: string;
  kind: Kind;
  /** Null for `create`. */
  field: string | null;
  locale: string | null;
  value: unknown;
  /** Keys of the objectives this lies in: none for the plan's own fields, two when something moves from one objective to another. */
  objectives: readonly string[];
}

const mostTouched = 200; // lines a log entry keeps: an import touches thousands of fields

/** What the log keeps of an edit's changes: action, node key, field and locale, a line each. None of these holds a space. */
export const touchedBy = (changes: readonly Change[]): string[] =>
  changes
    .slice(0, mostTouched)
    .map(({ action, nodeKey, field, locale }) =>
      [action, nodeKey, field, locale].filter((part) => part !== null).join(' '),
    );

export interface Rights {
  /** Whether this client id was issued to this seat for this plan. Asked for every client with new structs. */
  owns(clientId: number): boolean;
  may(change: Change): boolean;
}

export interface Limits {
  /** Bytes of an update. */
  maxBytes: number;
  /** Structs in an update, known ones included. */
  maxStructs: number;
  /** How far one update may advance one client's clock: a struct of five bytes can claim any length. */
  maxClocks: number;
  /** The server's own updates may add locales, localized fields that a node lacks, and the plan node of an empty document. */
  serverMade: boolean;
  /**
   * Another region has taken it, with what it knew: what both regions made under one key stays, and Yjs decides alike in both. Refused, it would leave them
   * different for ever.
   */
  replicated?: boolean;
}
export const CLIENT_LIMITS: Limits = {
  maxBytes: 64 * 1024,
  maxStructs: 4_096,
  maxClocks: 1_000_000,
  serverMade: false,
};
export const SERVER_LIMITS: Limits = {
  maxBytes: Number.POSITIVE_INFINITY,
  maxStructs: Number.POSITIVE_INFINITY,
  maxClocks: Number.MAX_SAFE_INTEGER,
  serverMade: true,
};

export const REPLICATED_LIMITS: Limits = {
  maxBytes: 32 * 1024 * 1024,
  maxStructs: 2_000_000,
  maxClocks: 100_000_000,
  serverMade: true,
  replicated: true,
};

/** The clocks that an update adds for one client: what `plan_client.next_clock` must be before and becomes after. */
export interface ClientClocks {
  clientId: number;
  startClock: number;
  endClock: number;
}

/**
 * UPDATE_TOO_LARGE  over a cap; nothing was decoded beyond it
 * UPDATE_MALFORMED  not an update, or one that no honest client of this document model makes
 * FORBIDDEN         a client id of somebody else, or a change that is not allowed
 * RESYNC            refers to something not known here: read the log to its head and judge again, only then answer it
 */
export type RefusalCode = 'UPDATE_MALFORMED' | 'UPDATE_TOO_LARGE' | 'RESYNC' | 'FORBIDDEN';

export type Verdict =
  | {
      ok: true;
      clients: ClientClocks[];
      changes: Change[];
      /** False: everything in it is known already, so there is nothing to log, apply or send on. */
      effect: boolean;
    }
  | { ok: false; code: RefusalCode; message: string; stateVector?: Uint8Array };

export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function malformed(message: string): never {
  throw new Refusal('UPDATE_MALFORMED', message);
}
export function forbidden(message: string): never {
  throw new Refusal('FORBIDDEN', message);
}
export function resync(message: string): never {
  throw new Refusal('RESYNC', message);
}
