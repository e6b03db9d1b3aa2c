import { createCursors } from '../../kit/cursor.ts';
import { startDataRights } from '../../kit/data-rights/contribute.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { type Query, readOldest } from '../../kit/feed/read.ts';
import { startTail, type TailOptions } from '../../kit/feed/tail.ts';
import { createFeedCursors } from '../../kit/feed/vector.ts';
import { type RunningServer, serveSubgraph } from '../../kit/server.ts';
import { readInstallation, type SubgraphOptions } from '../../kit/subgraph.ts';
import type { NetworksContext } from './context.ts';
import { entities } from './entities/index.ts';
import type { CharterPlace } from './governance-loaders.ts';
import { type DevelopmentLinkKey, keepLinkKey } from './link-keys.ts';
import { createListCursors } from './lists.ts';
import { createLoaders } from './loaders.ts';
import { migrations } from './migrations/index.ts';
import { keepSampleKey, type SamplePartnerKey } from './partners.ts';
import { createReadings, noteReadings } from './readings.ts';
import { loadRecords, type NetworksRecords } from './records.ts';
import { buildNetworksSchema } from './schema.ts';
import { createTimeline } from './timeline/read.ts';
import { createUpdates, resumable } from './updates.ts';
import type { Webhooks } from './webhooks/context.ts';
import { startDeliveries } from './webhooks/deliveries.ts';
import { createSecrets } from './webhooks/secrets.ts';
import { type WebhookOptions, withDefaults } from './webhooks/settings.ts';

export interface NetworksOptions extends SubgraphOptions<NetworksRecords> {
  /** A development key to let in, if its partner is one of the samples. */
  samplePartnerKey?: SamplePartnerKey;
  /** Development keys of other regions, to let in. */
  linkKeys?: readonly DevelopmentLinkKey[];
  /** Times and sizes of the live feed, where a test wants others; how often it is written down how far a partner has read (60,000 ms). */
  feed?: Pick<TailOptions, 'pollMs' | 'heartbeatMs' | 'capacity' | 'patienceMs' | 'graceMs'> & { noteEveryMs?: number };
  webhooks?: WebhookOptions;
}

/** Migrates and opens the database, loads the shipped records into an empty one, and serves the subgraph and the feed. */
export async function start(options: NetworksOptions): Promise<RunningServer> {
  const { load, log, samplePartnerKey, linkKeys = [] } = options;
  const { schema } = buildNetworksSchema();
  const database = await openDatabase({
    ...options.database,
    subgraph: 'networks',
    entities,
    migrations,
    ...(load && {
      load: async (tx) => {
        const refused = await loadRecords(tx, load);
        log.info('shipped records loaded', { refusedSamples: refused });
      },
    }),
  });
  const { source } = database;
  try {
    if (samplePartnerKey) await database.transaction(({ manager }) => keepSampleKey(manager, samplePartnerKey));
    for (const key of linkKeys) await database.transaction(({ manager }) => keepLinkKey(manager, key));
    const installation = await readInstallation(source);
    const cursors = createFeedCursors(options.cursorSecret, installation);
    const query: Query = (sql, parameters) => source.query(sql, parameters);
    const tail = await startTail({
      query,
      cursors,
      hints: options.database.hints,
      log,
      oldest: () => readOldest(query, new Date(Date.now() - resumable)),
      readEpoch: async () => (await readInstallation(source)).epoch,
      onEpoch: () => deliver(),
      ...options.feed,
    });
    const readings = createReadings({ source, cursors, log, everyMs: options.feed?.noteEveryMs });
    const updates = noteReadings(createUpdates({ source, tail, cursors, log }), readings, cursors);
    const lists = { kind: 'list', installation: installation.id };
    const charterCursors = createCursors<CharterPlace>(options.cursorSecret, { ...lists, stream: 'charters' });
    const listCursors = createListCursors(options.cursorSecret, installation.id);
    const { hints } = options.database;
    const settings = withDefaults(options.webhooks ?? {});
    const secrets = createSecrets(options.cursorSecret, installation.id);
    const startDelivering = () =>
      startDeliveries({ database, updates, secrets, epoch: cursors.epoch, hints, log, settings });
    let deliveries = startDelivering();
    let isStopping = false;
    let renewing = Promise.resolve();
    /** Those that are under way are of the epoch that they began in. */
    function deliver(): void {
      renewing = renewing.then(async () => {
        await deliveries.stop();
        if (!isStopping) deliveries = startDelivering();
      });
    }
    const stopDelivering = async () => {
      isStopping = true;
      await renewing;
      await deliveries.stop();
    };
    const webhooks: Webhooks = {
      deliveries: { ask: () => deliveries.ask() },
      secrets,
      settings,
      feedCursors: cursors,
      get epoch() {
        return cursors.epoch;
      },
    };
    const timeline = createTimeline(source, options.cursorSecret, installation.id);
    try {
      const server = await serveSubgraph<NetworksContext>({
        name: 'networks',
        schema,
        secret: options.secret,
        port: options.port ?? 0,
        ...(options.host && { host: options.host }),
        log,
        createContext: (request) => ({
          ...request,
          ...{ database, updates, charterCursors, timeline, cursors: listCursors, region: options.region, webhooks },
          loaders: createLoaders(source),
        }),
      });
      const dataRights = startDataRights({ database, subgraph: 'networks', hints, log });
      return {
        url: server.url,
        async stop() {
          await tail.stop(); // first, so that its last message still finds the sockets open
          await server.stop();
          await stopDelivering();
          await readings.stop();
          await dataRights.stop();
          await database.stop();
        },
      };
    } catch (error) {
      await stopDelivering();
      await tail.stop();
      await readings.stop();
      throw error;
    }
  } catch (error) {
    await database.stop();
    throw error;
  }
}
