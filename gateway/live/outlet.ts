import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { type LiveEvent, writeMessage } from './event.ts';

/** Where a client's events go. All streams of one connection share it. */
export interface Outlet {
  /**
   * Writes an event. @param head as `messageHead` makes it
   * @returns false if the client has too much unread: nothing was written, and `onRoom` is called once there is room
   */
  take(head: string, event: LiveEvent, onRoom: () => void): boolean;
}

abstract class ConnectionOutlet implements Outlet {
  #waiting = new Set<() => void>();

  constructor(protected readonly connection: Writable) {
    connection.on('drain', () => {
      if (this.#waiting.size === 0) return;
      const resumed = this.#waiting;
      this.#waiting = new Set();
      for (const onRoom of resumed) onRoom(); // who finds no room any more waits again
    });
  }

  take(head: string, event: LiveEvent, onRoom: () => void): boolean {
    if (this.connection.writableNeedDrain) {
      this.#waiting.add(onRoom);
      return false;
    }
    this.write(head, event);
    return true;
  }

  protected abstract write(head: string, event: LiveEvent): void;
}

/**
 * Frames are written whole to the connection that `ws` writes its own to, past its sender: preparing a message there costs more than
 * the rest of a delivery. That is sound because nothing here is compressed or fragmented, so `ws` too writes frames whole and at once.
 */
export class SocketOutlet extends ConnectionOutlet {
  constructor(
    private readonly socket: WebSocket,
    connection: Writable,
  ) {
    super(connection);
  }

  protected write(head: string, event: LiveEvent): void {
    if (this.socket.readyState === this.socket.OPEN) writeMessage(this.connection, head, event); // its end ends its streams
  }
}

const eventHead = Buffer.from('event: next\ndata: ');
const eventEnd = Buffer.from('\n\n');

/** Events as server-sent ones; `head` has no meaning there. */
export class EventsOutlet extends ConnectionOutlet {
  protected write(_head: string, { body }: LiveEvent): void {
    const { connection } = this;
    if (connection.destroyed || connection.writableEnded) return;
    connection.write(Buffer.concat([eventHead, body.subarray(0, -1), eventEnd]));
  }
}
