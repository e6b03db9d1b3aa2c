import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../kit/errors.ts';
import { type Manifest, sha256 } from './persisted.ts';

/** The page's own operations, in the folder of its build; a name that is not served. */
export const pageManifest = '.operations.json';

/**
 * Operations that clients may name by their hash from the start.
 * @param page folder of a built page: { "<hash>": "<text>" } in `.operations.json`
 * @param folder of .graphql files, at any depth: each is a document, known with and without the blanks around it
 * @throws ConfigurationError when a folder that is named cannot be read, or holds no operations
 */
export async function readManifests(page: string | undefined, folder: string | undefined): Promise<Manifest> {
  const manifest = new Map<string, string>();
  if (page !== undefined) {
    const text = await readFile(join(page, pageManifest), 'utf8').catch(() => '{}'); // a page that has none
    for (const operation of Object.values(JSON.parse(text) as Record<string, string>)) {
      manifest.set(sha256(operation), operation);
    }
  }
  if (folder === undefined) return manifest;
  const names = await readdir(folder, { recursive: true }).catch((error) => {
    throw new ConfigurationError(`PERSISTED_OPERATIONS ${folder} cannot be read (${error.message}).`);
  });
  const files = names.filter((name) => /\.(graphql|gql)$/.test(name));
  if (files.length === 0) throw new ConfigurationError(`PERSISTED_OPERATIONS ${folder} holds no .graphql files.`);
  for (const file of files) {
    const whole = await readFile(join(folder, file), 'utf8');
    for (const text of [whole, whole.trim()]) manifest.set(sha256(text), text);
  }
  return manifest;
}
