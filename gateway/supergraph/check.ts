import { fileURLToPath } from 'node:url';
import { subgraphNames } from '../../kit/database/subgraphs.ts';
import { openSupergraph } from './source.ts';
import { tryOut } from './trial.ts';

/** `node --import tsx gateway/supergraph/check.ts PATH`: whether the gateway would take this supergraph, and if not, why. */
const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('Name a supergraph: a file of its SDL, or a folder of <subgraph>.graphql to compose.\n');
  process.exitCode = 2;
} else {
  const operations = fileURLToPath(new URL('../../schema/operations', import.meta.url));
  const source = openSupergraph(path, { operations });
  try {
    const kept = await source.readOperations?.();
    const { broken } = await tryOut(await source.read(), { addresses: subgraphNames, operations: kept ?? {} });
    process.stdout.write(`${path}: would be served.\n`);
    for (const one of broken) process.stdout.write(`No longer answered: ${one}\n`);
  } catch (error) {
    process.stderr.write(`${path}: would be refused. ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
