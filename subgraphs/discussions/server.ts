import { startDataRights } from '../../kit/data-rights/contribute.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { type RunningServer, serveSubgraph } from '../../kit/server.ts';
import { readInstallation, type SubgraphOptions } from '../../kit/subgraph.ts';
import { createCleaner } from './attachments/cleaner.ts';
import { findAttachment } from './attachments/files.ts';
import { findCalendar } from './calendar.ts';
import { createListCursors, type DiscussionsContext } from './context.ts';
import { entities } from './entities/index.ts';
import { startExpiry } from './expiry.ts';
import { createLive } from './live/live.ts';
import { createLoaders } from './loaders.ts';
import { migrations } from './migrations/index.ts';
import { startQuotes } from './quotes.ts';
import { type DiscussionsRecords, loadRecords } from './records.ts';
import { type DecisionRules, decisionRules } from './round.ts';
import { buildDiscussionsSchema } from './schema.ts';
import { startSweep } from './sweep.ts';

export interface DiscussionsOptions extends SubgraphOptions<DiscussionsRecords> {
  /** What differs from `decisionRules`. */
  decisions?: Partial<DecisionRules>;
  /** What is followed live is looked at this often without any hint. Milliseconds; 2,000. */
  livePollMs?: number;
}

/** Migrates and opens the database, loads the shipped records into an empty one, serves the subgraph, and expires rounds. */
export async function start(options: DiscussionsOptions): Promise<RunningServer> {
  const { load, log } = options;
  const rules = { ...decisionRules, ...options.decisions };
  const { schema } = buildDiscussionsSchema();
  const database = await openDatabase({
    ...options.database,
    subgraph: 'discussions',
    entities,
    migrations,
    ...(load && {
      load: async (tx) => {
        const refused = await loadRecords(tx, load);
        log.info('shipped records loaded', { refusedSamples: refused });
      },
    }),
  });
  try {
    const { id, epoch } = await readInstallation(database.source);
    const cursors = createListCursors(options.cursorSecret, `${id} ${epoch}`); // one of before a restore is none
    const { hints } = options.database;
    const live = createLive(database.source, hints, log, options.livePollMs);
    const cleaner = createCleaner();
    const server = await serveSubgraph<DiscussionsContext>({
      name: 'discussions',
      schema,
      secret: options.secret,
      port: options.port ?? 0,
      ...(options.host && { host: options.host }),
      log,
      files: async (actor, id) =>
        (await findCalendar(database.source.manager, actor, id)) ?? findAttachment(database.source.manager, actor, id),
      createContext: (request) => {
        const { actor } = request;
        const context: DiscussionsContext = {
          ...request,
          database,
          cursors,
          rules,
          live,
          cleaner,
          loaders: createLoaders(database.source, actor),
          refresh() {
            context.loaders = createLoaders(database.source, actor);
          },
        };
        return context;
      },
    });
    const sweep = startSweep(database, log);
    const expiry = startExpiry(database, rules, log);
    const quotes = startQuotes({ database, hints, log, onDrop: () => live.threadChanged() });
    const dataRights = startDataRights({ database, subgraph: 'discussions', hints, log });
    return {
      url: server.url,
      async stop() {
        await server.stop(); // first: a stream that loses its socket is taken up again where it stood, one that ends is over
        await live.stop();
        cleaner.stop();
        await sweep.stop();
        await expiry.stop();
        await quotes.stop();
        await dataRights.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}
