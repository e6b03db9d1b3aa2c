import { createProcessHints } from '../../kit/hints.ts';
import { start } from '../../subgraphs/networks/server.ts';

/** The networks subgraph in a process of its own, to be killed. @param argv[2] its options as JSON, but for what is no data */
const silent = () => {};
const options = JSON.parse(process.argv[2] ?? '{}');
const { url } = await start({
  ...options,
  database: { ...options.database, hints: createProcessHints() },
  log: { debug: silent, info: silent, warn: silent, error: silent },
});
process.stdout.write(`at ${url}\n`);
