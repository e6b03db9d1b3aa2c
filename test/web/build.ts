import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Builds the page as the gateway would, in a process of its own: the bundler's native code does not take the objects of Jest's module realm.
 * What is built already is left alone.
 */
export async function buildPage(): Promise<void> {
  const root = fileURLToPath(new URL('../../web', import.meta.url));
  const program = `import { buildPage } from ${JSON.stringify(new URL('../../gateway/page.ts', import.meta.url).href)}; await buildPage(process.argv[1]);`;
  await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, root], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // Jest says test, of which Vite would make a development build.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
