import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { listen } from '../../kit/server.ts';

/** A connection to what is not the platform. */
export interface Visit {
  socket: WebSocket;
  /** How many there were, this one counted. */
  count: number;
  key: string;
  /** Of the subscription. */
  after: string | undefined;
  /** Sends a result of the subscription. */
  next(payload: unknown): void;
  /** The same for an update, or what else `networkUpdates` may give. */
  give(message: unknown): void;
}

/** Speaks GraphQL over WebSocket and HTTP, and says what it is told to. */
export interface Hostile {
  url: string;
  /** Each subscription, as it came. */
  visits: Visit[];
  /** What happens at each subscription from here on. */
  onVisit(act: (visit: Visit) => void): void;
  /** Connections are let in by this. */
  onInit(act: (socket: WebSocket) => void): void;
  onRequest(answer: (count: number, response: ServerResponse, request: IncomingMessage) => void): void;
  stop(): void;
}

export const update = (cursor: unknown, sequence: unknown = '1', rest: object = {}) => ({
  ...{ __typename: 'NetworkUpdate', cursor, type: 'PLAN_CREATED' },
  cloudEvent: { id: `id-${sequence}`, source: '/networks/a', networkid: 'net:a', sequence, data: {} },
  ...rest,
});
export const heartbeat = (cursor: unknown) => ({ __typename: 'Heartbeat', at: '2026-11-22T12:00:00.000Z', cursor });

export async function startHostile(): Promise<Hostile> {
  let requests = 0;
  let visit: (visit: Visit) => void = () => {};
  let init = (socket: WebSocket) => socket.send('{"type":"connection_ack"}');
  let answer: (count: number, response: ServerResponse, request: IncomingMessage) => void = () => {};
  const server = createServer((request, response) => answer(++requests, response, request));
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false });
  const visits: Visit[] = [];
  sockets.on('connection', (socket) => {
    let key = '';
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === 'connection_init') {
        key = payload.authorization;
        init(socket);
      }
      if (type !== 'subscribe') return;
      const next = (result: unknown) => socket.send(JSON.stringify({ id, type: 'next', payload: result }));
      const give = (networkUpdates: unknown) => next({ data: { networkUpdates } });
      const one = { socket, count: visits.length + 1, key, after: payload.variables.after, next, give };
      visits.push(one);
      visit(one);
    });
  });
  return {
    url: `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`,
    visits,
    onVisit(act) {
      visit = act;
    },
    onInit(act) {
      init = act;
    },
    onRequest(act) {
      answer = act;
    },
    stop() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}
