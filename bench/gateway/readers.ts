import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { answerCalls, clock } from './process.ts';
import { quantiles } from './report.ts';

/** Many sockets, each with one subscription. */
let sockets: WebSocket[] = [];
let arrived = { cursor: '', count: 0, done: () => {} };
let latencies: number[] = [];
let bytes = 0;
let lost = '';

function receive(text: string): void {
  const now = clock();
  if (text.startsWith('{"type":"ping"') || text === '{"type":"pong"}') return;
  const cursor = /"cursor":"([^"]+)"/.exec(text)?.[1];
  const sentAt = /"sentAt":([\d.]+)/.exec(text)?.[1];
  if (cursor === undefined || sentAt === undefined || text.includes('"errors"'))
    throw new Error(`not an event: ${text.slice(0, 500)}`);
  if (cursor !== arrived.cursor) return;
  bytes = text.length;
  latencies.push(now - Number(sentAt));
  arrived.count += 1;
  if (arrived.count === sockets.length) arrived.done();
}

async function open({ url, query, tokens }: { url: string; query: string; tokens: string[] }): Promise<void> {
  const connect = (token: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
      const send = (message: unknown) => socket.send(JSON.stringify(message));
      sockets.push(socket);
      socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      socket.on('error', reject);
      socket.on('close', (code, reason) => {
        lost = `a socket was closed: ${code} ${reason}`;
        reject(new Error(lost));
      });
      socket.on('message', (data) => {
        const text = String(data);
        if (text.includes('"connection_ack"')) {
          send({ id: randomUUID(), type: 'subscribe', payload: { query } }); // as clients do: each has its own
          resolve();
        } else if (text.startsWith('{"type":"ping"')) send({ type: 'pong' });
        else receive(text);
      });
    });
  // a few at a time, as no gateway's sign-in is what is measured
  for (let i = 0; i < tokens.length; i += 50) await Promise.all(tokens.slice(i, i + 50).map(connect));
}

answerCalls({
  open,
  /** From now on the event with this cursor counts: to be answered before it is published, lest it come first. */
  expect(cursor: string) {
    arrived = { cursor, count: 0, done: () => {} };
  },
  /** Settles with '' once every socket has the event, or after `within` ms with what is known of the rest. */
  arrival(within: number) {
    if (arrived.count === sockets.length) return '';
    return new Promise<string>((resolve) => {
      const late = () => resolve(`${arrived.count} of ${sockets.length} sockets have ${arrived.cursor}; ${lost}`);
      const timer = setTimeout(late, within);
      arrived.done = () => {
        clearTimeout(timer);
        resolve('');
      };
    });
  },
  /** Latencies since the last call, ms from the subgraph's sending to the client's socket; bytes of one event. */
  takeLatencies() {
    const result = { ...quantiles(latencies), bytes };
    latencies = [];
    return result;
  },
  close() {
    for (const socket of sockets) {
      socket.removeAllListeners('close');
      socket.terminate();
    }
    sockets = [];
  },
});
