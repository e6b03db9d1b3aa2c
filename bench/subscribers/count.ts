import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type pgTypes from 'pg';
import type { WebSocket, WebSocketServer } from 'ws';
import { assertionHeader } from '../../kit/assertion.ts';

/** What a process of the platform has been asked so far. */
export interface Counts {
  /** SQL statements that read updates, and all others. */
  reads: number;
  others: number;
  /** Requests over HTTP on behalf of readers; the gateway's own, who asks whether rights have changed, are not counted. */
  requests: number;
  /** Subscriptions that are open. */
  subscriptions: number;
}

/** The platform's packages, not this folder's. */
const ofPlatform = createRequire(new URL('../../start.ts', import.meta.url));

/** Counts in this process, at the driver of the database, at the HTTP server and at the sockets; to be called before anything is started. */
export function startCounting(): Counts {
  const counts: Counts = { reads: 0, others: 0, requests: 0, subscriptions: 0 };

  const { Client } = ofPlatform('pg') as typeof pgTypes;
  const prototype = Client.prototype as unknown as { query(...args: unknown[]): unknown };
  const { query } = prototype;
  prototype.query = function (...args) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === 'string' ? first : (first.text ?? '');
    counts[text.includes('feed.event') ? 'reads' : 'others'] += 1;
    return query.apply(this, args);
  };

  subscribe('http.server.request.start', (message) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    const [, claims = ''] = String(headers[assertionHeader] ?? '').split('.');
    if (claims !== '' && !Buffer.from(claims, 'base64url').includes('"kind":"GATEWAY"')) counts.requests += 1;
  });

  const server = (ofPlatform('ws') as { WebSocketServer: typeof WebSocketServer }).WebSocketServer.prototype;
  const { emit } = server;
  server.emit = function (this: WebSocketServer, name: string, ...args: unknown[]) {
    if (name === 'connection') countSubscriptions(args[0] as WebSocket, counts);
    return emit.call(this, name, ...args);
  } as typeof emit;
  return counts;
}

function countSubscriptions(socket: WebSocket, counts: Counts): void {
  const own = new Set<string>();
  const forget = (id: string) => {
    if (own.delete(id)) counts.subscriptions -= 1;
  };
  socket.on('message', (data) => {
    const { type, id } = JSON.parse(String(data)) as { type: string; id: string };
    if (type === 'complete') forget(id);
    if (type !== 'subscribe') return;
    own.add(id);
    counts.subscriptions += 1;
  });
  socket.on('close', () => {
    for (const id of [...own]) forget(id);
  });
}
