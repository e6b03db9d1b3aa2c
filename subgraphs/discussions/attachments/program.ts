import { buffer } from 'node:stream/consumers';
import { cleanFile } from './clean.ts';
import { Refusal } from './refusal.ts';

/**
 * A program of its own: takes a file on stdin, and writes `{ kind }` or `{ refusal }` as a line of JSON and then the clean bytes. Files come
 * from anybody, and what reads them is large and written in other languages: what goes wrong in it ends this process and no other.
 */
async function main(): Promise<void> {
  const sent = await buffer(process.stdin);
  try {
    const { kind, bytes } = await cleanFile(sent);
    process.stdout.write(`${JSON.stringify({ kind })}\n`);
    process.stdout.write(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stdout.write(`${JSON.stringify({ refusal: error.message })}\n`);
  }
}

await main();
