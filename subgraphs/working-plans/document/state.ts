import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';

/** The document's bytes in Yjs's V2 encoding (about half of V1): what is stored as a snapshot and sent to whoever opens the plan. */
export function snapshot(doc: Y.Doc): Uint8Array {
  return Y.encodeStateAsUpdateV2(doc);
}

export function stateVector(doc: Y.Doc): Uint8Array {
  return Y.encodeStateVector(doc);
}

/**
 * A document from a snapshot (V2) and the edits after it (V1, in log order), with garbage collection on.
 * Throws Error when something is missing between them: a document with pending parts would look right and silently lack edits.
 */
export function load(snapshotV2: Uint8Array | null, edits: readonly Uint8Array[] = []): Y.Doc {
  const doc = new Y.Doc({ gc: true });
  doc.getMap('nodes');
  if (snapshotV2) Y.applyUpdateV2(doc, snapshotV2);
  applyEdits(doc, edits);
  if (!isWhole(doc)) throw new Error('The log has a gap: an edit refers to one that is not there');
  return doc;
}

/**
 * Applies edits (V1), and nothing but them.
 *
 * After a plain `applyUpdate`, Yjs removes format marks that have become idle, as a change of its own: a document that is to be exactly its log would
 * then hold deletions that no log has, and two processes different ones. It does so for remote transactions only, so this one says it is not.
 */
export function applyEdits(doc: Y.Doc, edits: readonly Uint8Array[], origin?: unknown): void {
  doc.transact((transaction) => {
    for (const edit of edits) Y.applyUpdate(doc, edit);
    transaction.local = true;
  }, origin);
}

/** Whether nothing waits for something missing. */
export function isWhole(doc: Y.Doc): boolean {
  return doc.store.pendingStructs === null && doc.store.pendingDs === null;
}

/**
 * Whether two documents have converged: equal state vectors and delete sets, equal content, and equal bytes once each is reloaded into a fresh
 * document with garbage collection. A state vector alone proves nothing (deletions are not in it), and raw bytes differ after an honest undo.
 */
export function contentEquals(a: Y.Doc, b: Y.Doc): boolean {
  return (
    isWhole(a) &&
    isWhole(b) &&
    Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b)) &&
    isDeepStrictEqual(a.getMap('nodes').toJSON(), b.getMap('nodes').toJSON()) &&
    Buffer.compare(snapshot(load(snapshot(a))), snapshot(load(snapshot(b)))) === 0
  );
}
