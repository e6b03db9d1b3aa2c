import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from '@jest/globals';
import { isRoot } from '../kit/database/embedded/account.ts';

const parts = {
  redis: { what: 'redis-server (Debian package redis-server)', find: () => onPath('redis-server') },
  chromium: {
    what: 'Chromium (Debian package chromium, or CHROMIUM_PATH)',
    find: () =>
      [
        process.env.CHROMIUM_PATH,
        '/usr/bin/chromium',
        '/usr/bin/google-chrome',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ].find((path) => path && existsSync(path)),
  },
  ps: { what: 'ps (Debian package procps)', find: () => ['/bin/ps', '/usr/bin/ps'].find(existsSync) },
  root: { what: 'the account of root, to whom alone others are to use,', find: () => (isRoot() ? 'root' : undefined) },
};

function onPath(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Where the part is, or undefined. */
export const findPart = (part: keyof typeof parts): string | undefined => parts[part].find();

/** What is to be said of a part that is missing, loudly; undefined if it is there. With REQUIRE_ALL=1 a missing part is a failure. */
function findMissing(part: keyof typeof parts, name: string): string | undefined {
  if (findPart(part)) return undefined;
  const missing = `${parts[part].what} is missing`;
  if (process.env.REQUIRE_ALL === '1') throw new Error(`${name}: ${missing}, and REQUIRE_ALL=1.`);
  process.stderr.write(`\n*** SKIPPED: ${name}: ${missing}.\n\n`);
  return missing;
}

/** `describe` for a suite that needs a part this machine may lack: without it the suite is skipped by name, and says so; with REQUIRE_ALL=1 it fails instead. */
export function describeWith(part: keyof typeof parts, name: string, suite: () => void): void {
  const missing = findMissing(part, name);
  // Skipped because the part that its name tells is not on this machine: a fresh one has Node and git alone, and the test command works there.
  if (missing) describe.skip(`${name} [${missing}]`, suite);
  else describe(name, suite);
}

/** `test` as `describeWith` is `describe`. */
export function testWith(part: keyof typeof parts, name: string, run: () => Promise<void> | void): void {
  const missing = findMissing(part, name);
  // Skipped because the part that its name tells is not on this machine, which with REQUIRE_ALL=1 has thrown above.
  if (missing) test.skip(`${name} [${missing}]`, run);
  else test(name, run);
}
