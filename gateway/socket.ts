import { handleProtocols, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { describeError, type Log } from '../kit/log.ts';

const unsent = 1024 * 1024; // bytes that may wait for a client before nothing more is read from it
const longestReason = 120; // bytes; a close frame holds 123

/** graphql-transport-ws for `handleProtocols` of a WebSocketServer. */
export { handleProtocols };

/** Closes with a code and a reason that may quote what the client sent. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  const cut = Buffer.from(reason)
    .subarray(0, longestReason)
    .toString()
    .replace(/\uFFFD+$/, '');
  socket.close(code, cut);
}

/**
 * Gives one socket to graphql-ws: text frames only, pings, and no more is read from a client while it leaves
 * 1 MiB unread. `send` settles when the bytes have left this process, so each subscription waits for its client.
 * @param keepAlive ms between pings, and until one must be answered
 * @param answerPing from what a client's ping brings to what its pong is to bring
 */
export function attachSocket<E extends Record<PropertyKey, unknown>>(
  server: Server<E>,
  socket: WebSocket,
  extra: E,
  log: Log,
  keepAlive = 12_000,
  answerPing = async (payload: unknown): Promise<unknown> => payload,
): void {
  const relieve = () => {
    if (socket.isPaused && socket.bufferedAmount < unsent) socket.resume();
  };
  const send = (text: string) =>
    new Promise<void>((resolve) => {
      if (socket.readyState !== socket.OPEN) return resolve();
      // an error closes the socket, which ends everything that is sent to it
      socket.send(text, () => {
        relieve();
        resolve();
      });
    });
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send,
      onPing: async (payload) => send(JSON.stringify({ type: 'pong', payload: await answerPing(payload) })),
      close: (code, reason) => closeSocket(socket, code ?? 1000, reason ?? ''),
      onMessage: (take) => {
        socket.on('message', (data, isBinary) => {
          if (isBinary) return closeSocket(socket, 4400, 'Only text frames are understood');
          take(String(data)).catch((error) => {
            // messages that only a server sends; pings nested so deep that they cannot be written back
            if (error instanceof RangeError || /^Unexpected message of type/.test((error as Error).message)) {
              return closeSocket(socket, 4400, 'Invalid message received');
            }
            log.error('unexpected', describeError(error));
            closeSocket(socket, 4500, 'Internal error');
          });
          if (socket.bufferedAmount > unsent) socket.pause();
        });
      },
    },
    extra,
  );

  let silent = false;
  const pinger = setInterval(() => {
    if (silent) return socket.terminate();
    silent = true;
    socket.ping(undefined, undefined, relieve); // or one that is paused would stay so, and its pong unread
  }, keepAlive);
  socket.on('pong', () => {
    silent = false;
  });
  socket.on('error', () => {}); // a frame that is none, or too large: ws closes with the code that says so
  socket.once('close', (code, reason) => {
    clearInterval(pinger);
    closed(code, String(reason)).catch((error) => log.error('unexpected', describeError(error)));
  });
}
