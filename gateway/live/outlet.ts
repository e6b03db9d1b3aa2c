import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { frameMessage, type LiveEvent } from './event.ts';

/** Where a client's events go. All streams of one connection share it. */
export interface Outlet {
  /**
   * Writes an event. @param head as `messageHead` makes it
   * @returns false if the client has too much unread: nothing was written, and `onRoom` is called once there is room
   */
  take(head: Buffer, event: LiveEvent, onRoom: () => void): boolean;
}

/**
 * Frames are written whole to the connection that `ws` writes its own to, past its sender: preparing a message there costs more than
 * the rest of a delivery. That is sound because nothing here is compressed or fragmented, so `ws` too writes frames whole and at once.
 */
export function createSocketOutlet(socket: WebSocket, connection: Writable): Outlet {
  return createOutlet(connection, (head, event) => {
    if (socket.readyState !== socket.OPEN) return; // its end ends its streams
    const frames = frameMessage(head, event.body);
    if (frames.length === 1) return void connection.write(frames[0] as Buffer);
    connection.cork();
    for (const frame of frames) connection.write(frame);
    connection.uncork();
  });
}

const eventHead = Buffer.from('event: next\ndata: ');
const eventEnd = Buffer.from('\n\n');

/** Events as server-sent ones; `head` has no meaning there. */
export function createEventsOutlet(response: Writable): Outlet {
  return createOutlet(response, (_head, event) => {
    if (response.destroyed || response.writableEnded) return;
    response.write(Buffer.concat([eventHead, event.body.subarray(0, -1), eventEnd]));
  });
}

function createOutlet(connection: Writable, write: (head: Buffer, event: LiveEvent) => void): Outlet {
  let waiting = new Set<() => void>();
  connection.on('drain', () => {
    if (waiting.size === 0) return;
    const resumed = waiting;
    waiting = new Set();
    for (const onRoom of resumed) onRoom(); // who finds no room any more waits again
  });
  return {
    take(head, event, onRoom) {
      if (connection.writableNeedDrain) {
        waiting.add(onRoom);
        return false;
      }
      write(head, event);
      return true;
    },
  };
}
