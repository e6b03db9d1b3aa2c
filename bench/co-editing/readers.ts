import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import WebSocket from 'ws';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';
import { answerCalls, clock } from '../gateway/process.ts';
import { quantiles } from '../gateway/report.ts';
import { follow } from './sides/ours-editor.ts';
import type { Subscription } from './sides/side.ts';

/** Many sockets that read one document; each counts the edits it gets, in order. */
let sockets: WebSocket[] = [];
let counts: number[] = [];
let latencies: number[] = [];
let sentAt: number[] = [];
let total = 0;

function arrive(reader: number): void {
  const n = counts[reader]!;
  counts[reader] = n + 1;
  total += 1;
  const at = sentAt[n];
  if (at !== undefined) latencies.push(clock() - at);
}

const connect = (to: Subscription, reader: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(to.url, to.kind === 'graphql' ? 'graphql-transport-ws' : []);
    sockets.push(socket);
    counts[reader] = 0;
    socket.on('error', reject);
    if (to.kind === 'graphql') {
      const send = (message: unknown) => socket.send(JSON.stringify(message));
      socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${to.token}` } }));
      socket.on('message', (data) => {
        const text = String(data);
        if (text.includes('"next"')) arrive(reader);
        else if (text.includes('connection_ack')) {
          send({
            id: `${reader}`,
            type: 'subscribe',
            payload: { query: follow, variables: { planId: to.id } },
          });
          setTimeout(resolve, 20); // no message says that the subscription stands
        } else if (text.includes('"ping"')) send({ type: 'pong' });
        else throw new Error(text);
      });
      return;
    }
    // Hocuspocus: name of the document, kind of message, body.
    const message = (kind: number, write: (encoder: encoding.Encoder) => void) => {
      const encoder = encoding.createEncoder();
      encoding.writeVarString(encoder, to.id);
      encoding.writeVarUint(encoder, kind);
      write(encoder);
      socket.send(encoding.toUint8Array(encoder));
    };
    const doc = new Y.Doc();
    socket.on('open', () => {
      message(2, (encoder) => {
        encoding.writeVarUint(encoder, 0);
        encoding.writeVarString(encoder, 'x');
        encoding.writeVarString(encoder, '4.7.0');
      });
      message(0, (encoder) => sync.writeSyncStep1(encoder, doc));
    });
    socket.on('message', (data: Buffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(data));
      decoding.readVarString(decoder);
      if (decoding.readVarUint(decoder) !== 0) return;
      const step = decoding.readVarUint(decoder);
      if (step === sync.messageYjsUpdate) arrive(reader);
      else if (step === sync.messageYjsSyncStep2) resolve();
    });
  });

answerCalls({
  async open({ subscription, readers }: { subscription: Subscription; readers: number }) {
    for (let i = 0; i < readers; i += 50) {
      await Promise.all(Array.from({ length: Math.min(50, readers - i) }, (_, k) => connect(subscription, i + k)));
    }
  },
  /** When each edit was made, in order, on the clock of this machine; what came before counts as well. */
  sent(times: number[]) {
    sentAt.push(...times);
  },
  total: () => total,
  take() {
    const result = { ...quantiles(latencies), least: Math.min(...counts) };
    latencies = [];
    return result;
  },
  close() {
    for (const socket of sockets) socket.terminate();
    sockets = [];
    counts = [];
    latencies = [];
    sentAt = [];
    total = 0;
  },
});
