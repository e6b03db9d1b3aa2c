import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '../kit/errors.ts';

/** Milliseconds after which the drafts and earlier builds in dist/ are nobody's any more. */
const staleAfter = 24 * 60 * 60_000;

/**
 * Builds the web client, unless a build of just these sources is there. Each build is a folder of its own in dist/, named
 * after its sources, and appears whole: processes that start together, or run from earlier sources, do not disturb
 * each other.
 * @param root the folder web/
 * @returns the folder to serve
 * @throws ConfigurationError when there is no build and this user cannot write one; Error when the sources do not build
 */
export async function buildPage(root: string, onBuild: () => void = () => {}): Promise<string> {
  const dist = join(root, 'dist');
  const outDir = join(dist, (await hashSources(root)).slice(0, 16));
  if (await stat(outDir).catch(() => undefined)) return outDir;
  onBuild();
  const draft = `${outDir}.new-${randomBytes(6).toString('hex')}`;
  await mkdir(draft, { recursive: true }).catch((error) => {
    throw new ConfigurationError(
      `The page is not built, and this user may not write it to ${dist} (${error.message}). Start once as the owner of that folder.`,
    );
  });
  try {
    await runVite(root, draft);
    await rename(draft, outDir).catch((error) => {
      // another process was faster, with the same sources
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeStale(dist, outDir);
  return outDir;
}

/** In a process of its own, as production: in this one a NODE_ENV of development or test would make another build. */
async function runVite(root: string, outDir: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const args = [vite, 'build', root, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, args, { env: { NODE_ENV: 'production' } }).catch((error) => {
    throw new Error(`The page does not build:\n${error.stderr || error.message}`);
  });
}

async function removeStale(dist: string, current: string): Promise<void> {
  for (const name of await readdir(dist)) {
    const folder = join(dist, name);
    const found = await stat(folder).catch(() => undefined);
    if (folder === current || !found || Date.now() - found.mtimeMs < staleAfter) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** A digest of names, contents and the versions of packages: times say nothing after a clone, and npm may write its lock anew. */
async function hashSources(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/^(dist|node_modules)[\\/]/.test(relative(root, file)))
    .sort();
  const lock = JSON.parse(await readFile(join(root, '..', 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  const versions = Object.entries(lock.packages).map(([path, { version }]) => `${path} ${version}`);
  const digest = createHash('sha256').update(versions.sort().join('\n'));
  for (const file of files)
    digest
      .update(relative(root, file))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  return digest.digest('hex');
}
