import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** CPU time in µs, of all the process's threads. */
export type CpuTime = number;

export interface Remote {
  // biome-ignore lint/suspicious/noExplicitAny: each process answers its own calls
  call(name: string, argument?: unknown): Promise<any>;
  cpu(): Promise<CpuTime>;
  stop(): Promise<void>;
}

const cores = availableParallelism();
const canPin = cores > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Where processes run: what is measured has the last core of the machine, all else shares the others. */
export const placement = canPin ? `measured process on core ${cores - 1} of ${cores}` : 'no process is tied to a core';

/** Starts a program of this folder that answers calls (see `answerCalls`). */
export async function startProcess(
  file: string,
  options: { isMeasured?: boolean; mayRunAnywhere?: boolean; nodeArguments?: readonly string[] } = {},
): Promise<Remote> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const command = [process.execPath, '--no-warnings', ...(options.nodeArguments ?? []), '--import', 'tsx', program];
  if (canPin && !options.mayRunAnywhere)
    command.unshift('taskset', '-c', options.isMeasured ? `${cores - 1}` : `0-${cores - 2}`);
  const child: ChildProcess = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`${file}: ${error}`));
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  exited.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended`));
  });
  const call = (name: string, argument?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      child.send({ id: calls, name, argument });
    });
  await call('ready');
  return {
    call,
    cpu: () => call('cpu') as Promise<CpuTime>,
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

/** Answers the calls of the process that started this one, and ends with it. */
export function answerCalls(handlers: Record<string, (argument: never) => unknown>): void {
  const all: typeof handlers = {
    ready: () => true,
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    ...handlers,
  };
  process.on('message', async ({ id, name, argument }: { id: number; name: string; argument: never }) => {
    try {
      process.send?.({ id, result: await all[name]!(argument) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack ?? String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/** ms on a clock that all processes of this machine share. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
