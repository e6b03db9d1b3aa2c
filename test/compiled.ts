import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sources = ['gateway', 'issuer', 'kit', 'subgraphs', 'start.ts'];
const beside = ['node_modules', 'package.json', 'package-lock.json', 'schema', 'seed'];

/**
 * The platform as JavaScript, compiled once for a run by the compiler that checks its types, with all that it reads beside it: a process that runs it
 * starts in half the time of one that compiles as it loads. The TypeScript lies there too, for the programs that the platform itself starts.
 * @param root the folder of package.json
 * @returns the folder where start.js is
 */
export async function compilePlatform(root: string): Promise<string> {
  const folder = process.env.TEST_COMPILED;
  if (!folder) throw new Error('TEST_COMPILED is not set: run the tests with `npm run -s jest -- <file>`');
  if (await stat(folder).catch(() => undefined)) return folder;
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  await mkdir(draft, { recursive: true });
  const options = ['--noEmit', 'false', '--noCheck', '--rewriteRelativeImportExtensions', '--rootDir', root];
  const compiler = join(root, 'node_modules/.bin/tsc');
  await promisify(execFile)(compiler, ['-p', root, '--outDir', draft, ...options]);
  for (const name of sources) await cp(join(root, name), join(draft, name), { recursive: true });
  for (const name of beside) await symlink(join(root, name), join(draft, name));
  // the page is built where it is built for everybody
  await cp(join(root, 'web'), join(draft, 'web'), {
    recursive: true,
    filter: (source) => source !== join(root, 'web/dist'),
  });
  await mkdir(join(root, 'web/dist'), { recursive: true });
  await symlink(join(root, 'web/dist'), join(draft, 'web/dist'));
  await chmod(draft, 0o755);
  // another worker may have been faster
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return folder;
}
