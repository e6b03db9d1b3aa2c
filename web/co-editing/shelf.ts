/** One update since the base was written, in the order in which the document took them. */
export interface Entry {
  /** Counts up; the order. */
  n: number;
  /** Yjs, V1. */
  update: Uint8Array;
  /** Present while the server has not acknowledged it. */
  unsaved?: Unsaved;
}

export interface Unsaved {
  clientId: number;
  /** Set before the first attempt and kept, with the bytes, for every later one. */
  editId?: string;
  /** How many of the user's changes it holds. */
  changes: number;
}

/** Text that the server did not take, kept until the user has put it away. */
export interface Refused {
  id: string;
  code: string;
  message: string;
  /** ISO 8601. */
  at: string;
  texts: { code: string; kind: string; field: string; locale: string; text: string }[];
}

export interface PlanState {
  epoch: number;
  cursor: string;
  /** Null: this reader may not type. */
  clientId: number | null;
  refused: Refused[];
}

export interface Kept {
  state: PlanState;
  /** Yjs, V2; all that the entries build on. */
  base: Uint8Array;
  entries: Entry[];
}

export interface Writing {
  state?: PlanState;
  base?: Uint8Array;
  put?: Entry[];
  remove?: number[] | 'all';
}

/**
 * Where a tab keeps one plan on the device. Writings take effect whole and in the order in which they were asked for, so that what is there at
 * any moment is a document without gaps.
 */
export interface Shelf {
  load(): Promise<Kept | undefined>;
  write(writing: Writing): Promise<void>;
  /** Empties it. */
  clear(): Promise<void>;
  /** What tabs that are now closed have left behind for the same plan and person. Each is this tab's alone until released. */
  strays(): Promise<Shelf[]>;
  release(): void;
}

/** Keeps nothing beyond the tab: for tests, and where the browser offers no storage. */
export function createMemoryShelf(kept?: Kept): Shelf & { peek(): Kept | undefined } {
  let state = kept?.state;
  let base = kept?.base;
  const entries = new Map(kept?.entries.map((entry) => [entry.n, entry]));
  const peek = (): Kept | undefined =>
    state && base && { state, base, entries: [...entries.values()].sort((a, b) => a.n - b.n) };
  return {
    peek,
    load: async () => peek(),
    async write(writing) {
      if (writing.remove === 'all') entries.clear();
      else for (const n of writing.remove ?? []) entries.delete(n);
      for (const entry of writing.put ?? []) entries.set(entry.n, entry);
      state = writing.state ?? state;
      base = writing.base ?? base;
    },
    async clear() {
      state = base = undefined;
      entries.clear();
    },
    strays: async () => [],
    release() {},
  };
}
