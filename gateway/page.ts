import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const mark = '.sources';

/**
 * Builds the web client if its build is missing or was made from other sources.
 * @param root the folder web/
 * @returns the folder to serve
 */
export async function buildPage(root: string, onBuild: () => void = () => {}): Promise<string> {
  const outDir = join(root, 'dist');
  const sources = await hashSources(root);
  const built = await readFile(join(outDir, mark), 'utf8').catch(() => '');
  if (built === sources) return outDir;
  onBuild();
  const { build } = await import('vite');
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  await writeFile(join(outDir, mark), sources);
  return outDir;
}

/** A digest of names and contents, since times say nothing after a clone. */
async function hashSources(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/^(dist|node_modules)[\\/]/.test(relative(root, file)))
    .sort();
  files.push(join(root, '..', 'package-lock.json'));
  const digest = createHash('sha256');
  for (const file of files)
    digest
      .update(relative(root, file))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  return digest.digest('hex');
}
