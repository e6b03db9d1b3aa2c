import * as Y from 'yjs';
import { ApiError } from '../../../kit/errors.ts';
import { PlanDocument } from '../entities/live.ts';
import { type Room, toBase64 } from '../room/room.ts';

/**
 * The plan's document and where it stands in the log, of one moment.
 * @param since a Yjs state vector in base64; absent: everything
 * @throws ApiError BAD_USER_INPUT
 */
export function openDocument(room: Room, since: string | null | undefined): PlanDocument {
  return Object.assign(new PlanDocument(), {
    update: since == null ? room.whole : difference(room.doc, since),
    cursor: room.cursor,
    epoch: room.epoch,
    stateVector: toBase64(room.stateVector),
  });
}

function difference(doc: Y.Doc, since: string): string {
  try {
    return toBase64(Y.encodeStateAsUpdateV2(doc, Buffer.from(since, 'base64')));
  } catch {
    throw new ApiError('BAD_USER_INPUT', 'since: this is not a Yjs state vector.');
  }
}
