import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import pg from 'pg';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { freePort } from '../../../test/port.ts';
import { fillDocument, makePlanNode, textOf } from '../plan.ts';
import { benchRoot, type Program, run } from './process.ts';
import type { Editor, Side } from './side.ts';

export async function startHocuspocus(options: {
  databaseUrl: string;
  redisUrl?: string;
  instances?: number;
}): Promise<Side> {
  const { databaseUrl, redisUrl, instances = 1 } = options;
  const ports: number[] = [];
  for (let i = 0; i < instances; i++) ports.push(await freePort());
  let programs: Program[] = [];
  const sql = new pg.Client(databaseUrl);
  await sql.connect();
  await sql.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, data bytea NOT NULL)');

  const restart = async () => {
    programs = ports.map((port) =>
      run(
        process.execPath,
        ['--import', 'tsx', 'co-editing/sides/hocuspocus-server.ts'],
        {
          PORT: `${port}`,
          DATABASE_URL: databaseUrl,
          NODE_ENV: 'production',
          ...(redisUrl && { REDIS_URL: redisUrl }),
        },
        benchRoot,
      ),
    );
    for (const program of programs) await program.says(/listening/);
  };
  await restart();
  let made = 0;

  return {
    name: 'Hocuspocus 4.7',
    pids: () => programs.map(({ pid }) => pid),
    async create(activities) {
      made += 1;
      const doc = new Y.Doc();
      makePlanNode(doc);
      fillDocument(doc, activities);
      const name = `plan-${process.pid}-${made}`;
      await sql.query('INSERT INTO documents (name, data) VALUES ($1, $2)', [
        name,
        Buffer.from(Y.encodeStateAsUpdate(doc)),
      ]);
      return name;
    },
    edit: (id, instance = 0) => openEditor(`ws://127.0.0.1:${ports[instance]}`, id),
    subscription: async (id, instance = 0) => ({
      kind: 'yjs',
      url: `ws://127.0.0.1:${ports[instance]}`,
      id,
      token: '',
    }),
    async crash() {
      await Promise.all(programs.map((program) => program.kill('SIGKILL')));
    },
    restart,
    async stop() {
      await Promise.all(programs.map((program) => program.kill('SIGTERM')));
      await sql.end();
    },
  };
}

async function openEditor(url: string, name: string): Promise<Editor> {
  const doc = new Y.Doc();
  const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket as never });
  const provider = new HocuspocusProvider({ websocketProvider: socket, name, document: doc, token: 'x' });
  provider.attach();
  await new Promise<void>((resolve) => provider.on('synced', () => resolve()));
  const editor: Editor = {
    doc,
    text: textOf(doc),
    onArrival: () => {},
    async saved() {
      while (provider.hasUnsyncedChanges) await new Promise((resolve) => setImmediate(resolve));
    },
    close() {
      provider.destroy();
      socket.destroy();
    },
  };
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin === provider) editor.onArrival();
  });
  return editor;
}
