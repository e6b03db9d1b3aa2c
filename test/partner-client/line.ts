import { createServer } from 'node:http';
import WebSocket, { WebSocketServer } from 'ws';
import { listen } from '../../kit/server.ts';

/** Is given each message of the platform, and what sends one to the client. */
export type Pass = (text: string, send: (text: string) => void) => void;

export const asItIs: Pass = (text, send) => send(text);

/** A line from clients to the gateway, which can be made a bad one. */
export interface Line {
  url: string;
  /** How messages are passed on from here on. */
  pass: Pass;
  /** Connections that were made so far. */
  opened: number;
  /** Updates that were handed to the line's near end so far. */
  passed: number;
  /** Ends all connections, without a word. */
  cut(): void;
  close(): void;
}

export async function openLine(target: string): Promise<Line> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false });
  const line: Line = {
    url: `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`,
    pass: asItIs,
    opened: 0,
    passed: 0,
    cut() {
      for (const near of sockets.clients) near.terminate();
    },
    close() {
      line.cut();
      sockets.close();
      server.close();
    },
  };
  sockets.on('connection', (near) => {
    line.opened += 1;
    const far = new WebSocket(`${target.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const early: string[] = [];
    far.on('open', () => {
      for (const text of early) far.send(text);
    });
    near.on('message', (data) => {
      if (far.readyState === far.OPEN) far.send(String(data));
      else early.push(String(data));
    });
    const send = (text: string) => {
      if (near.readyState !== near.OPEN) return;
      if (text.includes('"NetworkUpdate"')) line.passed += 1;
      near.send(text);
    };
    far.on('message', (data) => line.pass(String(data), send));
    far.on('close', (code, reason) => (code >= 4_000 ? near.close(code, reason) : near.terminate()));
    near.on('close', () => far.terminate());
    for (const socket of [near, far]) socket.on('error', () => {}); // its end says it
  });
  return line;
}
