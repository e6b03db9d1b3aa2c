import { createSystemActor } from '../../kit/context.ts';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { openPlans, type Plans } from '../../subgraphs/working-plans/plans.ts';
import { loadRecords } from '../../subgraphs/working-plans/records.ts';
import { freshDatabase } from '../database.ts';
import { records, secret } from './subgraph.ts';

export const never = 2 ** 30; // ms: a process that dies before it projects

/**
 * A database with the shipped plan, and processes over it that know of each other only by what is in it.
 * @param existing one that is there already
 */
export async function openProcesses(existing?: string) {
  const server = existing === undefined ? await freshDatabase() : { url: existing, drop: async () => {} };
  const home = { region: 'americas', regionNumber: 1 };
  const statements: string[] = [];
  const database: Database = await openDatabase({
    url: server.url,
    secret,
    hints: createProcessHints(),
    subgraph: 'working-plans',
    entities: [Plan],
    migrations,
    onStatement: (sql) => statements.push(sql),
    load: async (tx) => {
      await loadRecords(tx, { system: createSystemActor(), records, refuseSamples: false }, home);
    },
  });
  const running: Plans[] = [];
  return {
    url: server.url,
    database,
    statements,
    start(projection: { delay?: number; every?: number } = { every: never }): Plans {
      const plans = openPlans({
        database,
        hints: createProcessHints(),
        log: createLog('test', 'error'),
        cursorSecret: secret,
        installation: { id: 'x', epoch: 1 },
        ...home,
        projection,
      });
      running.push(plans);
      return plans;
    },
    async stop() {
      for (const plans of running) await plans.stop();
      await database.stop();
      await server.drop();
    },
  };
}
