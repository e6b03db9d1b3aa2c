import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '../../issuer/sign.ts';
import { start } from '../../start.ts';
import { countStatements } from '../../test/statements/count.ts';
import { answerCalls } from '../gateway/process.ts';
import type { Measured } from './operations.ts';

export interface CountOptions {
  databaseUrl: string;
  persona: string;
  operations: readonly Measured[];
  env: Record<string, string>;
}

/** How many SQL statements each subgraph sends for an operation that has been asked before: at the driver, with all services in this process. */
async function count({ databaseUrl, persona, operations, env }: CountOptions): Promise<Record<string, number>[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-domain-'));
  const counter = countStatements();
  const running = await start({
    env: { NODE_ENV: 'test', PORT: '0', DATABASE_URL: databaseUrl, DATA_DIR: dataDir, ...env },
    page: false,
  });
  try {
    const token = await signToken({ dataDir, persona });
    const counts: Record<string, number>[] = [];
    for (const { query, variables, operationName } of operations) {
      await counter.ask(running.url, token, query, variables, operationName);
      const { statements } = await counter.ask(running.url, token, query, variables, operationName);
      counts.push(Object.fromEntries(Object.entries(statements).map(([name, { length }]) => [name, length])));
    }
    return counts;
  } finally {
    counter.stop();
    await running.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

answerCalls({ count });
