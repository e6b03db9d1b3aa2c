import pg from 'pg';
import { ConfigurationError } from '../errors.ts';
import { installationChain } from './append.ts';
import type { ChainHead } from './read.ts';
import { type Fault, verifyAudit } from './verify.ts';

const installation = 'installation';
const nameOf = (networkId: string) => (networkId === installationChain ? installation : networkId);

/** `<network> <position> <hash>` a line, as it was printed. @throws ConfigurationError naming the line that is none */
export function parseHeads(text: string): ChainHead[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, position, hash] = /^(\S+) (\d+) ([0-9a-f]{64})$/.exec(line) ?? [];
      if (name === undefined || hash === undefined)
        throw new ConfigurationError(`"${line.slice(0, 100)}" is not a line that verify-audit has printed.`);
      return { networkId: name === installation ? installationChain : name, position: Number(position), hash };
    });
}

const describe = ({ networkId, position, id, kind, message }: Fault) =>
  `${nameOf(networkId)} ${position}${id ? ` ${id}` : ''}: ${kind}: ${message}`;

/**
 * What an operator asks for on the command line (start.ts).
 * @param heads what an earlier run has said, or nothing
 * @returns whether the log is as it was written
 */
export async function runVerification(
  url: string,
  heads: string,
  say: (line: string) => void,
  warn: (line: string) => void,
): Promise<boolean> {
  const expected = parseHeads(heads);
  const client = new pg.Client({ connectionString: url, application_name: 'net4u verify-audit' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const verdict = await verifyAudit(async (sql, parameters) => (await client.query(sql, parameters)).rows, expected);
    for (const fault of verdict.faults) warn(describe(fault));
    for (const { networkId, position, hash } of verdict.heads) say(`${nameOf(networkId)} ${position} ${hash}`);
    return verdict.faults.length === 0;
  } catch (error) {
    throw new ConfigurationError(`DATABASE_URL: the audit log cannot be read there: ${(error as Error).message}`);
  } finally {
    await client.end().catch(() => {});
  }
}
