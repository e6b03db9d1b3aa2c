import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';

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

/**
 * `describe` for a suite that needs a part this machine may lack: without it the suite is skipped by name, and says so;
 * with REQUIRE_ALL=1 it fails instead.
 */
export function describeWith(part: keyof typeof parts, name: string, suite: () => void): void {
  if (findPart(part)) return void describe(name, suite);
  const missing = `${parts[part].what} is missing`;
  if (process.env.REQUIRE_ALL === '1') throw new Error(`${name}: ${missing}, and REQUIRE_ALL=1.`);
  process.stderr.write(`\n*** SKIPPED: ${name}: ${missing}.\n\n`);
  describe.skip(`${name} [${missing}]`, suite);
}
