import { startDataRights } from '../../kit/data-rights/contribute.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { type RunningServer, serveSubgraph } from '../../kit/server.ts';
import { readInstallation, type SubgraphOptions } from '../../kit/subgraph.ts';
import { keepDeletingUnusedClientIds } from './commands/client-ids.ts';
import { findExportFile } from './commands/exports/find.ts';
import type { PlansContext } from './context.ts';
import { collectTyped } from './data-rights.ts';
import { Plan } from './entities/plan.ts';
import { createExporter } from './exports/exporter.ts';
import { createLifeLoaders } from './life-loaders.ts';
import { type LinkedRegion, openLinks } from './link/links.ts';
import { createLoaders } from './loaders.ts';
import { migrations } from './migrations/index.ts';
import { startLateNotices } from './notices/late.ts';
import { openPlans } from './plans.ts';
import { createPresence } from './presence/presence.ts';
import { loadRecords, type WorkingPlansRecords } from './records.ts';
import { buildWorkingPlansSchema } from './schema.ts';

export interface WorkingPlansOptions extends SubgraphOptions<WorkingPlansRecords> {
  /** Absent: edits are exchanged with no other region. */
  links?: readonly LinkedRegion[];
}

/** Migrates and opens the database, loads the shipped plans into an empty one, and serves the subgraph. */
export async function start(options: WorkingPlansOptions): Promise<RunningServer> {
  const { load, log, region, regionNumber } = options;
  const { schema } = buildWorkingPlansSchema();
  const database = await openDatabase({
    ...options.database,
    subgraph: 'working-plans',
    entities: [Plan],
    migrations,
    ...(load && {
      load: async (tx) => {
        const refused = await loadRecords(tx, load, { region, regionNumber });
        log.info('shipped records loaded', { refusedSamples: refused });
      },
    }),
  });
  try {
    const installation = await readInstallation(database.source);
    const { hints } = options.database;
    const plans = openPlans({
      database,
      hints,
      log,
      cursorSecret: options.cursorSecret,
      installation,
      region,
      regionNumber,
    });
    const presence = createPresence({ rooms: plans.rooms, hints, region });
    const server = await serveSubgraph<PlansContext>({
      name: 'working-plans',
      schema,
      secret: options.secret,
      port: options.port ?? 0,
      ...(options.host && { host: options.host }),
      log,
      files: (actor, id) => findExportFile(plans, actor, id),
      createContext: (request) => ({
        ...request,
        plans,
        presence,
        loaders: createLoaders(plans, request.actor),
        life: createLifeLoaders(database.source),
      }),
    });
    plans.links = openLinks({ plans, hints, log, regions: options.links ?? [] });
    const exporter = createExporter({ plans, log });
    const dataRights = startDataRights({ database, subgraph: 'working-plans', hints, log, collect: collectTyped });
    const lateNotices = startLateNotices(database, log);
    const stopDeleting = keepDeletingUnusedClientIds(database.source, log);
    return {
      url: server.url,
      async stop() {
        await server.stop();
        await plans.links?.stop();
        await dataRights.stop();
        presence.stop();
        await exporter.stop();
        await lateNotices.stop();
        await stopDeleting();
        await plans.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}
