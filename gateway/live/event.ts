import type { Writable } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import type { Mark } from './followable.ts';

/** One event as every reader of a stream gets it: made once, whoever reads it. */
export interface LiveEvent extends Mark {
  /** ms since 1970 */
  readonly at: number;
  /** The result as JSON in UTF-8 and, after it, the brace that closes a message of graphql-ws. */
  readonly body: Buffer;
  /** The same bytes as a text of as many characters; undefined for a large body. */
  readonly text: string | undefined;
  /** How the frame begins that holds it and a head of so many bytes: ids of clients are nearly always of one length. */
  start: { headLength: number; text: string };
}

const longestText = 16 * 1024; // bytes; what is longer is written as it is, beside its head

export const encodeEvent = (result: ExecutionResult, mark: Mark): LiveEvent =>
  toEvent(Buffer.from(`${JSON.stringify(result)}}`), mark);

/** @param body as `LiveEvent.body` */
export function toEvent(body: Buffer, mark: Mark): LiveEvent {
  const text = body.length <= longestText ? body.toString('latin1') : undefined;
  return { ...mark, at: Date.now(), body, text, start: { headLength: -1, text: '' } };
}

/** How a message of graphql-ws with an event of this operation begins; each character stands for a byte. */
export const messageHead = (id: string): string =>
  Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`).toString('latin1');

/** How a text frame to a client begins (RFC 6455: final, not masked); each character stands for a byte. */
function frameStart(length: number): string {
  const bytes = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  bytes[0] = 0x81;
  if (bytes.length === 2) bytes[1] = length;
  else if (bytes.length === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeUInt32BE(length, 6); // no event is of 4 GiB
  }
  return bytes.toString('latin1');
}

/**
 * Writes an event as one message. A text costs less to put together and to write than a buffer, of which each delivery would need its own.
 * @param head as `messageHead` makes it
 */
export function writeMessage(connection: Writable, head: string, event: LiveEvent): void {
  const { text, body } = event;
  if (event.start.headLength !== head.length)
    event.start = { headLength: head.length, text: frameStart(head.length + body.length) };
  if (text !== undefined) {
    connection.write(event.start.text + head + text, 'latin1');
    return;
  }
  connection.cork();
  connection.write(event.start.text + head, 'latin1');
  connection.write(body);
  connection.uncork();
}
