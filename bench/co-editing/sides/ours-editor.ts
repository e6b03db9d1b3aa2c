import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { textOf } from '../plan.ts';
import type { Editor } from './side.ts';

const contract = readFileSync(new URL('../../../schema/operations/plan-live.graphql', import.meta.url), 'utf8');
/** The operation of that name, as the contract has it. */
export const operation = (name: string): string => {
  const from = contract.search(new RegExp(`(query|mutation|subscription) ${name}\\b`));
  const rest = contract.slice(from);
  return rest.slice(0, rest.search(/\n}/) + 2);
};

/** As the client library follows: names come with presence, so that no edit waits for them. */
export const follow = `subscription Follow($planId: ID!, $after: Cursor) { planEdits(planId: $planId, after: $after) {
  __typename ... on PlanEdits { cursor update region at seat { id } } ... on PlanReset { epoch reason } } }`;

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export async function ask(url: string, token: string, query: string, variables: object): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** As the client library merges what waits, bytes. */
const largestPush = 48 * 1024;

/** Opens, joins and follows a plan over one socket, and pushes as the client library does: one push under way, what is typed meanwhile goes into the next. */
export async function openEditor(
  url: string,
  token: string,
  planId: string,
): Promise<Editor & { pushes: number; typed: number }> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const waiting = new Map<string, (payload: never) => void>();
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let ids = 0;
  let closed = false;
  const doc = new Y.Doc();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'ping') return send({ type: 'pong' });
    const key = message.type === 'connection_ack' ? 'init' : message.id;
    if (message.type === 'error') throw new Error(JSON.stringify(message.payload));
    if (message.type === 'next' || message.type === 'connection_ack') waiting.get(key)?.(message.payload as never);
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  const request = (query: string, variables: object): Promise<any> =>
    new Promise((resolve, reject) => {
      ids += 1;
      const id = `${ids}`;
      waiting.set(id, ({ data, errors }: { data: unknown; errors?: unknown }) => {
        waiting.delete(id);
        if (errors) reject(new Error(JSON.stringify(errors)));
        else resolve(data);
      });
      send({ id, type: 'subscribe', payload: { query, variables } });
    });
  await new Promise<void>((resolve) => {
    waiting.set('init', () => resolve());
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  });
  const { workingPlan } = await request(operation('OpenPlan'), { id: planId });
  const { document } = workingPlan;
  Y.applyUpdateV2(doc, Buffer.from(document.update, 'base64'), 'remote');
  const { joinPlan } = await request(operation('JoinPlan'), { planId });
  doc.clientID = joinPlan.clientId;
  waiting.set('stream', (({ data, errors }: { data?: { planEdits: { update: string } }; errors?: unknown }) => {
    if (errors) {
      if (!closed) process.stderr.write(`${JSON.stringify(errors)}\n`);
      return;
    }
    Y.applyUpdate(doc, Buffer.from(data?.planEdits.update ?? '', 'base64'), 'remote');
    editor.onArrival();
  }) as never);
  send({
    id: 'stream',
    type: 'subscribe',
    payload: { query: follow, variables: { planId, after: document.cursor } },
  });

  const push = operation('PushPlanEdits');
  let queue: Uint8Array[] = [];
  let pushing: Promise<void> | undefined;
  async function pump(): Promise<void> {
    await undefined; // as the client library, what is typed at once is pushed together
    while (queue.length > 0) {
      let bytes = 0;
      let count = 0;
      while (count < queue.length && (count === 0 || bytes + queue[count]!.length <= largestPush))
        bytes += queue[count++]!.length;
      const taken = queue.slice(0, count);
      queue = queue.slice(count);
      const update = taken.length === 1 ? taken[0]! : Y.mergeUpdates(taken);
      editor.pushes += 1;
      await request(push, {
        planId,
        epoch: joinPlan.epoch,
        editId: `${joinPlan.clientId}-${editor.pushes}`,
        update: Buffer.from(update).toString('base64'),
      });
    }
    pushing = undefined;
  }
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === 'remote') return;
    editor.typed += 1;
    queue.push(update);
    pushing ??= pump();
  });
  const editor = {
    doc,
    text: textOf(doc),
    pushes: 0,
    typed: 0,
    onArrival: () => {},
    async saved() {
      while (pushing) await pushing;
    },
    close() {
      closed = true;
      socket.terminate();
    },
  };
  return editor;
}
