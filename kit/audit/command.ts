import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { ConfigurationError } from '../errors.ts';
import { installationChain } from './append.ts';
import { readKept } from './peers.ts';
import type { ChainHead } from './read.ts';
import { type Fault, type Verdict, verifyAudit } from './verify.ts';

const installation = 'installation';
const nameOf = (networkId: string) => (networkId === installationChain ? installation : networkId);

/** As parseHeads reads it. */
export const describeHead = ({ networkId, position, hash }: ChainHead): string =>
  `${nameOf(networkId)} ${position} ${hash}`;

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

/** The audit log is not as it was written; the message says where, a line each. */
export class AuditFault extends Error {
  override readonly name = 'AuditFault';
}

const describe = ({ networkId, position, id, kind, message }: Fault) =>
  `${nameOf(networkId)} ${position}${id ? ` ${id}` : ''}: ${kind}: ${message}`;

/**
 * Says, as `runVerification` does, where a linked region said that its log stands: for that region's operator, who verifies his
 * log by it. @throws ConfigurationError
 */
export async function tellKept(url: string, region: string, say: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'net4u verify-audit' });
  client.on('error', () => {});
  try {
    await client.connect();
    const kept = await readKept(async (sql, parameters) => (await client.query(sql, parameters)).rows, region);
    for (const head of kept) say(describeHead(head));
  } catch (error) {
    throw new ConfigurationError(`DATABASE_URL: what ${region} said cannot be read there: ${(error as Error).message}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * What an operator asks for on the command line (start.ts).
 * @param heads what an earlier run has said, or nothing
 * @param say is given the heads, a line each
 * @throws AuditFault with a line for each thing that is not as it was written; ConfigurationError
 */
export async function runVerification(url: string, heads: string, say: (line: string) => void): Promise<Verdict> {
  const expected = parseHeads(heads);
  const client = new pg.Client({ connectionString: url, application_name: 'net4u verify-audit' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const verdict = await verifyAudit(async (sql, parameters) => (await client.query(sql, parameters)).rows, expected);
    for (const head of verdict.heads) say(describeHead(head));
    if (verdict.faults.length > 0) throw new AuditFault(verdict.faults.map(describe).join('\n'));
    return verdict;
  } catch (error) {
    if (error instanceof AuditFault) throw error;
    throw new ConfigurationError(`DATABASE_URL: the audit log cannot be read there: ${(error as Error).message}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** What follows `verify-audit` on the command line: nothing, a file of heads, or `--kept <region>`. @throws as the two above do */
export async function runCommand(url: string, given: readonly string[], say: (line: string) => void): Promise<void> {
  const [file, region] = given;
  if (file !== '--kept') await runVerification(url, file ? await readFile(file, 'utf8') : '', say);
  else if (region) await tellKept(url, region, say);
  else throw new ConfigurationError('Usage: verify-audit --kept <region>');
}
