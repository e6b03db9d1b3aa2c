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
    update: toBase64(since == null ? room.whole : difference(room, since)),
    cursor: room.cursor,
    epoch: room.epoch,
    stateVector: toBase64(room.stateVector),
  });
}

function difference(room: Room, since: string): Uint8Array {
  try {
    return room.since(Buffer.from(since, 'base64'));
  } catch {
    throw new ApiError('BAD_USER_INPUT', 'since: this is not a Yjs state vector.');
  }
}
