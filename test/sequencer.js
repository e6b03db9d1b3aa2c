import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * What takes longest comes first, in any clone, so that no worker is left alone with it at the end. Files that start many
 * processes and files that only compute take turns: two of one kind seldom run beside each other.
 */
const first = [
  'subgraph-loss',
  'convergence/schedules-1',
  'convergence/schedules-2',
  'services',
  'convergence/schedules-3',
  'convergence/schedules-4',
  'start',
  'plan-guard-mutations',
  'gateway-reload-load',
  'regions/exchange',
  'web-life',
  'embedded-postgres',
  'web',
  'gateway-reload-process',
  'federation/federation',
  'web-others',
  'gateway-http',
  'crash',
].map((name) => join('test', `${name}.test.ts`));

/** Characters of a test file and of the cases that it imports. @param {string} path */
function measure(path) {
  const text = readFileSync(path, 'utf8');
  const cases = [...text.matchAll(/^import '(.*\.cases\.ts)';$/gm)].map(([, file]) => join(dirname(path), file));
  return cases.reduce((sum, file) => sum + readFileSync(file).length, text.length);
}

/** Jest's order of files: the long ones above, then the others, the largest first. */
export default class Sequencer {
  /** @param {{ path: string, context: { config: { rootDir: string } } }[]} tests */
  sort(tests) {
    const places = new Map(
      tests.map(({ path, context }) => {
        const place = first.indexOf(relative(context.config.rootDir, path));
        return [path, place < 0 ? first.length + 1 / measure(path) : place];
      }),
    );
    return [...tests].sort((one, other) => places.get(one.path) - places.get(other.path));
  }

  /** The order needs nothing of how long a run took. */
  cacheResults() {}
}
