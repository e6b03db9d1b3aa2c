import * as Y from 'yjs';
import { applyEdits, isWhole, load, snapshot } from '../document/state.ts';

/** A document in Yjs's V2 encoding, with its state vector where that is known. */
export interface StoredDocument {
  bytes: Uint8Array;
  stateVector: Uint8Array | null;
}

/** Edits that are merged with a snapshot rather than applied to it. */
const longestTail = 500;

/** A plan's document, as its bytes for as long as nobody asks what is in it: one that is only read takes a fraction of the memory, and is handed out undecoded. */
export class RoomDocument {
  #doc: Y.Doc | undefined;
  #stored: StoredDocument | undefined;
  /** What came after `#stored`, before the document was opened. */
  #tail: Uint8Array[] = [];
  /** When its content was last asked for or changed; ms. */
  #usedAt: number;

  /** @param edits after `stored`, V1 */
  constructor(
    stored: StoredDocument | null,
    edits: readonly Uint8Array[],
    private readonly now: () => number,
  ) {
    this.#usedAt = now();
    this.#stored = stored ?? undefined;
    this.#tail = [...edits];
    if (!stored || edits.length > longestTail) this.#open();
  }

  /** @throws Error when an edit refers to one that is not there */
  get doc(): Y.Doc {
    this.#usedAt = this.now();
    return this.#doc ?? this.#open();
  }

  /** Opens it: whether an edit fits is to be known before anybody is told of it. @throws Error when an edit refers to one that is not there */
  apply(edits: readonly Uint8Array[]): void {
    const { doc } = this;
    this.#stored = undefined;
    applyEdits(doc, edits);
    if (!isWhole(doc)) throw new Error('an edit of the log refers to one that is not in it');
  }

  /** The whole document; kept until the next edit, since many open a plan at once. */
  get bytes(): Uint8Array {
    return this.#store().bytes;
  }

  get stateVector(): Uint8Array {
    if (this.#doc) return Y.encodeStateVector(this.#doc);
    const stored = this.#store();
    stored.stateVector ??= Y.encodeStateVectorFromUpdateV2(stored.bytes);
    return stored.stateVector;
  }

  /** What a holder of this state vector lacks, V2. @throws when it is none */
  since(stateVector: Uint8Array): Uint8Array {
    return this.#doc || this.#tail.length > 0
      ? Y.encodeStateAsUpdateV2(this.doc, stateVector)
      : Y.diffUpdateV2(this.bytes, stateVector);
  }

  /** Back to bytes, once nobody has asked what is in it for so many ms. @returns whether that was done */
  rest(idle: number): boolean {
    if (!this.#doc || this.now() - this.#usedAt < idle) return false;
    this.#store().stateVector = Y.encodeStateVector(this.#doc);
    this.#doc.destroy();
    this.#doc = undefined;
    return true;
  }

  destroy(): void {
    this.#doc?.destroy();
  }

  #store(): StoredDocument {
    if (this.#stored && this.#tail.length === 0) return this.#stored;
    // A merge of what is there is a fifth of the work of making the document; it keeps what the last edits have deleted until somebody makes it.
    const bytes = this.#doc
      ? snapshot(this.#doc)
      : Y.mergeUpdatesV2([this.#stored!.bytes, Y.convertUpdateFormatV1ToV2(Y.mergeUpdates(this.#tail))]);
    this.#tail = [];
    this.#stored = { bytes, stateVector: null };
    return this.#stored;
  }

  #open(): Y.Doc {
    const tail = this.#tail;
    this.#doc = load(this.#stored?.bytes ?? null, tail);
    if (tail.length > 0) this.#stored = undefined;
    this.#tail = [];
    return this.#doc;
  }
}
