import type { ExecutionResult } from 'graphql';
import type { Mark } from './followable.ts';

/** One event as every reader of a stream gets it: made once, whoever reads it. */
export interface LiveEvent extends Mark {
  /** ms since 1970 */
  readonly at: number;
  /** The result as JSON in UTF-8 and, after it, the brace that closes a message of graphql-ws. */
  readonly body: Buffer;
}

export function encodeEvent(result: ExecutionResult, mark: Mark): LiveEvent {
  return { ...mark, at: Date.now(), body: Buffer.from(`${JSON.stringify(result)}}`) };
}

/** How a message of graphql-ws with an event of this operation begins. */
export const messageHead = (id: string): Buffer => Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);

const copied = 16 * 1024; // bytes; a larger body is written as it is, beside its head

/**
 * The frames of a text message to a client (RFC 6455: final, not masked), `head` and `body` together: one buffer to write, or
 * for a large body two, of which the second is everybody's.
 */
export function frameMessage(head: Buffer, body: Buffer): readonly Buffer[] {
  const length = head.length + body.length;
  const lengthBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const isCopied = body.length <= copied;
  const frame = Buffer.allocUnsafe(lengthBytes + head.length + (isCopied ? body.length : 0));
  frame[0] = 0x81;
  if (lengthBytes === 2) frame[1] = length;
  else if (lengthBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(head, lengthBytes);
  if (!isCopied) return [frame, body];
  frame.set(body, lengthBytes + head.length);
  return [frame];
}
