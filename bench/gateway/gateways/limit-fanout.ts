import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket, { WebSocketServer } from 'ws';
import { messageHead, toEvent, writeMessage } from '../../../gateway/live/event.ts';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';

/** One subscription at the subgraph, and a loop that writes each event as it came to every client: no plan, no rights, no queues. */
answerCalls({
  async start({ subgraphs }: Setting) {
    const clients = new Map<Duplex, string>();
    let upstream: WebSocket | undefined;
    const follow = (query: string) => {
      upstream = new WebSocket((subgraphs.reviews as string).replace(/^http/, 'ws'), 'graphql-transport-ws');
      upstream.on('open', () => {
        upstream?.send('{"type":"connection_init"}');
        upstream?.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
      });
      upstream.on('message', (data) => {
        const text = String(data);
        if (!text.startsWith('{"id":"1","type":"next"')) return;
        const body = Buffer.from(text.slice(text.indexOf('"payload":') + 10));
        const event = toEvent(body, { cursor: undefined, isGreeting: false, isClosing: false });
        for (const [connection, head] of clients) writeMessage(connection, head, event);
      });
    };
    const http = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, connection, head) => {
      connection.on('error', () => {});
      connection.on('close', () => clients.delete(connection));
      sockets.handleUpgrade(request, connection, head, (socket) => {
        socket.on('error', () => {});
        socket.on('message', (data) => {
          const { type, id, payload } = JSON.parse(String(data));
          if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
          if (type !== 'subscribe') return;
          clients.set(connection, messageHead(id));
          if (!upstream) follow(payload.query);
        });
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`;
  },
});
