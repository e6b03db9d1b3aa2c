import { type ChildProcess, spawn } from 'node:child_process';
import { createClient } from 'redis';
import { freePort } from './port.ts';
import { findPart } from './required.ts';

export interface Redis {
  url: string;
  port: number;
  /** SIGKILL, as a machine would do it. */
  kill(): Promise<void>;
  /** The same port again, empty. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** A real redis-server on a port of its own, keeping nothing. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess;
  const run = async () => {
    server = spawn(
      findPart('redis') as string,
      ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
    for (;;) {
      const client = createClient({ url, socket: { reconnectStrategy: false } });
      client.on('error', () => {});
      const up = await client.connect().then(
        () => true,
        () => false,
      );
      client.destroy();
      if (up) return;
    }
  };
  const kill = () =>
    new Promise<void>((resolve) => {
      if (server.exitCode !== null || server.signalCode !== null) return resolve();
      server.once('exit', () => resolve());
      server.kill('SIGKILL');
    });
  await run();
  return { url, port, kill, revive: run, stop: kill };
}
