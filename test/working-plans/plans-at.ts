import { openDatabase } from '../../kit/database/open.ts';
import type { Hints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { readInstallation } from '../../kit/subgraph.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { openPlans } from '../../subgraphs/working-plans/plans.ts';
import { cursorSecret, secret } from './subgraph.ts';

/** What the commands work with, over a database that other processes have open too. */
export async function openPlansAt(url: string, hints: Hints) {
  const database = await openDatabase({ url, secret, hints, subgraph: 'working-plans', entities: [Plan], migrations });
  const installation = await readInstallation(database.source);
  const log = createLog('test', 'error');
  const plans = openPlans({ database, hints, log, cursorSecret, installation, region: 'americas', regionNumber: 1 });
  return {
    plans,
    async stop() {
      await plans.stop();
      await database.stop();
    },
  };
}
