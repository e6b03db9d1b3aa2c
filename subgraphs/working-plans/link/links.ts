import type { Hints } from '../../../kit/hints.ts';
import { type Link, openLink, rest } from '../../../kit/link.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import type { Plans } from '../plans.ts';
import { type Pace, replicate } from './replicate.ts';
import { saveStatus } from './store.ts';

/** A region that edits are exchanged with: its gateway, and the key that it issued to this installation. */
export interface LinkedRegion {
  region: string;
  url: string;
  readKey(): Promise<string>;
}

export interface Links {
  readonly regions: readonly string[];
  /** A region was heard of, as its own link asks here: the way there is open too. */
  heard(region: string): void;
  stop(): Promise<void>;
}

const lockKey = 4_904_822; // any constant of ours: of an installation's processes one holds the links
const electEvery = 2_000; // ms
const tellEvery = 2_000;
const channel = 'links';

/** Exchanges plans with other regions, in one of the installation's processes at a time: the lock goes with its connection, also when it dies. */
export function openLinks(options: {
  plans: Plans;
  hints: Hints;
  log: Log;
  regions: readonly LinkedRegion[];
  pace?: Pace;
}): Links {
  const { plans, hints, log, regions } = options;
  const { source } = plans.database;
  const stopping = new AbortController();
  let open: Link[] = [];
  const deaf = hints.subscribe(channel, (region) => {
    for (const link of open) if (link.status.region === region) link.wake();
  });

  /** Until the lock's connection ends, or `stop`. */
  async function lead(lost: AbortSignal): Promise<void> {
    open = regions.map(({ region, url, readKey }) =>
      openLink({
        region,
        url,
        readKey,
        log,
        session: (peer) => replicate({ plans, log, region }, peer, options.pace),
      }),
    );
    while (!stopping.signal.aborted && !lost.aborted) {
      for (const { status } of open) await tell(status);
      await rest(tellEvery, stopping.signal, lost);
    }
    await Promise.all(open.map((link) => link.stop()));
    if (!lost.aborted) for (const { status } of open) await tell({ ...status, state: 'WAITING' });
    open = [];
  }

  const tell = ({ region, heardAt, error, state }: Link['status']) =>
    saveStatus(source, region, { heardAt, error, connected: state === 'CONNECTED' }).catch((failure) =>
      log.warn('the state of a link could not be written', describeError(failure)),
    );

  /** @returns whether this process led */
  async function elect(): Promise<boolean> {
    const runner = source.createQueryRunner();
    const lost = new AbortController();
    try {
      const connection = await runner.connect();
      connection.once('end', () => lost.abort());
      connection.once('error', () => lost.abort());
      const [{ held }] = await runner.query('SELECT pg_try_advisory_lock($1) AS held', [lockKey]);
      if (!held) return false;
      await lead(lost.signal);
      if (!lost.signal.aborted) await runner.query('SELECT pg_advisory_unlock($1)', [lockKey]);
      return true;
    } finally {
      await runner.release();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await elect().catch((error) => log.warn('links could not be held; trying again', describeError(error)));
      await rest(electEvery, stopping.signal);
    }
  }

  const running = regions.length > 0 ? run() : Promise.resolve();
  return {
    regions: regions.map(({ region }) => region),
    heard: (region) => hints.publish(channel, region),
    async stop() {
      stopping.abort();
      deaf();
      await running;
    },
  };
}
