import { DataSource, type EntityManager, type MixedList } from 'typeorm';
import { type AuditedAct, appendActs } from '../audit/append.ts';
import { prepareAudit } from '../audit/prepare.ts';
import { prepareDataRights } from '../data-rights/prepare.ts';
import { prepareFeed } from '../feed/prepare.ts';
import { appendEvents, type FeedEvent, feedChannel } from '../feed/publish.ts';
import type { Hints } from '../hints.ts';
import { type Home, requireHome } from '../home.ts';
import { prepareNotices } from '../notices/prepare.ts';
import { addNotices, noticesChannel, type SaidNotice } from '../notices/write.ts';
import { claimsTable } from '../once.ts';
import { checkDurability, prepareSubgraph, withMigrationLock } from './owner.ts';
import { preparingPg } from './prepared.ts';
import { databaseOf, loginRole, loginUrl, type SubgraphName, subgraphSchemas } from './subgraphs.ts';

// biome-ignore lint/complexity/noBannedTypes: typeorm's own word for a class
type Class = Function;

/** A transaction: rows through `manager`, events through `publish`, acts through `audit`, notices through `notify`; all are committed together or not at all. */
export interface Transaction {
  manager: EntityManager;
  /** Queues an event; it is numbered and written by the transaction's last statements. */
  publish(event: FeedEvent): void;
  /** Queues an act for the audit log; it is written before the events, after everything else. */
  audit(act: AuditedAct): void;
  /** Queues a notice; it is written before the acts. */
  notify(notice: SaidNotice): void;
  /**
   * Refuses what is written in another region. @param networkIds of what is about to change, or how to find them
   * @throws Problem ForbiddenError that names the home
   */
  requireHome(networkIds: readonly string[] | (() => Promise<readonly string[]>)): Promise<void>;
}

export interface Database {
  source: DataSource;
  /** Runs `work`, then writes its notices and acts, numbers and writes its events, commits, and only then hints. @throws what `work` throws, rolled back */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  /** The owner's URL (DATABASE_URL); statements run under the subgraph's own login. */
  url: string;
  /** GATEWAY_SECRET: the logins' passwords follow from it. */
  secret: string;
  hints: Hints;
  /** Absent: every record is at home here. */
  home?: Home;
  /** Called with each SQL statement; for tests that count. */
  onStatement?: (sql: string) => void;
  poolSize?: number;
}

/**
 * Prepares, migrates and opens a subgraph's part of the database, under the migration lock.
 * @param load fills the empty schema in one transaction; runs once: the row in `load` is written last, in the same one
 */
export async function openDatabase(
  options: DatabaseOptions & {
    subgraph: SubgraphName;
    entities: Class[];
    migrations: Class[];
    load?: (tx: Transaction) => Promise<void>;
  },
): Promise<Database> {
  const { url, subgraph } = options;
  return withMigrationLock(url, async (owner) => {
    await checkDurability(async (sql) => (await owner.query(sql)).rows);
    await prepareSubgraph(owner, url, subgraph, options.secret);
    await prepareFeed(owner, url, subgraph, options.secret);
    await prepareAudit(owner, url, subgraph, options.secret);
    await prepareDataRights(owner, url, subgraph, options.secret);
    await prepareNotices(owner, url, subgraph, options.secret);
    const role = loginRole(databaseOf(url), subgraph, options.secret);
    const source = new DataSource({
      type: 'postgres',
      driver: preparingPg(),
      url: loginUrl(url, role),
      schema: subgraphSchemas[subgraph],
      entities: options.entities as MixedList<Class>,
      migrations: options.migrations as MixedList<Class>,
      migrationsTableName: 'migration',
      synchronize: false,
      poolSize: options.poolSize ?? 10,
      applicationName: `net4u ${subgraph}`,
      extra: { options: '-c idle_in_transaction_session_timeout=10000' },
      ...(options.onStatement && { logging: true, logger: statementLogger(options.onStatement) }),
    });
    await source.initialize();
    try {
      await checkDurability((sql) => source.query(sql));
      await source.query(claimsTable);
      await source.runMigrations({ transaction: 'each' });
      // The shipped records are loaded everywhere, whichever region is their home.
      if (options.load) await loadOnce(wrap(source, options.hints), options.entities, options.load);
      return wrap(source, options.hints, options.home);
    } catch (error) {
      await source.destroy();
      throw error;
    }
  });
}

function wrap(source: DataSource, hints: Hints, home?: Home): Database {
  let stopping: Promise<void> | undefined;
  return {
    source,
    async transaction(work) {
      const events: FeedEvent[] = [];
      const acts: AuditedAct[] = [];
      const notices: SaidNotice[] = [];
      const result = await source.transaction(async (manager) => {
        const query = (sql: string, parameters: unknown[]) => manager.query(sql, parameters);
        const done = await work({
          manager,
          publish: (event) => events.push(event),
          audit: (act) => acts.push(act),
          notify: (notice) => notices.push(notice),
          async requireHome(networkIds) {
            if (!home || home.linked.length === 0) return;
            await requireHome(manager, home, typeof networkIds === 'function' ? await networkIds() : networkIds);
          },
        });
        await addNotices(query, notices);
        await appendActs(query, acts);
        await appendEvents(query, events);
        return done;
      });
      if (events.length > 0) hints.publish(feedChannel, '');
      if (notices.length > 0) hints.publish(noticesChannel, '');
      return result;
    },
    stop() {
      stopping ??= source.destroy();
      return stopping;
    },
  };
}

/** The records are loaded into an empty schema only, all or nothing. The marker table is made here, so no subgraph forgets it. */
async function loadOnce(
  database: Database,
  entities: Class[],
  load: (tx: Transaction) => Promise<void>,
): Promise<void> {
  await database.source.query('CREATE TABLE IF NOT EXISTS loaded (at timestamptz NOT NULL)');
  await database.transaction(async (tx) => {
    if ((await tx.manager.query('SELECT 1 FROM loaded')).length > 0) return;
    for (const entity of entities) {
      if (
        await tx.manager
          .createQueryBuilder()
          .select('1')
          .from(entity as never, 'row')
          .limit(1)
          .getRawOne()
      )
        return;
    }
    await load(tx);
    await tx.manager.query('INSERT INTO loaded (at) VALUES (now())');
  });
}

function statementLogger(onStatement: (sql: string) => void) {
  const ignore = () => {};
  return {
    logQuery: (sql: string) => onStatement(sql),
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
}
