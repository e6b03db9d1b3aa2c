import { keepHeads, readKept, type SaidHeads } from '../../kit/audit/peers.ts';
import type { Database } from '../../kit/database/open.ts';
import { type Link, type LinkOptions, openLink, type Peer, rest } from '../../kit/link.ts';
import type { Log } from '../../kit/log.ts';

export type LinkedRegion = Pick<LinkOptions, 'region' | 'url' | 'readKey'>;

const question = `query ($known: [AuditPlaceInput!]!) { auditHeads(known: $known) {
  heads { networkId position hash } known { networkId position hash } } }`;

/**
 * Asks each linked region, as the connection begins and from time to time, where the audit log stands of the networks that its
 * key names, and whether it still says what it said before. So whoever rewrites a log has to reach every region's database.
 * `stop` is safe to call twice.
 */
export function followHeads(options: {
  database: Database;
  log: Log;
  links: readonly LinkedRegion[];
  /** ms between two questions. */
  everyMs?: number;
}): { stop(): Promise<void> } {
  const { database, log, links, everyMs = 600_000 } = options;
  const query = (sql: string, parameters: unknown[]) => database.source.query(sql, parameters);

  async function hear(region: string, peer: Peer): Promise<void> {
    const kept = await readKept(query, region);
    const known = kept.map(({ networkId, position }) => ({ networkId, position }));
    const { auditHeads } = await peer.ask<{ auditHeads: SaidHeads }>(question, { known });
    for (const { networkId, position, hash } of await keepHeads(query, region, kept, auditHeads))
      log.error('the audit log of another region is not what it said before', {
        ...{ peer: region, network: networkId, position, hash },
      });
  }

  const open: Link[] = links.map((link) =>
    openLink({
      ...link,
      log,
      async session(peer) {
        while (!peer.signal.aborted) {
          await hear(link.region, peer);
          await rest(everyMs, peer.signal);
        }
      },
    }),
  );
  return {
    async stop() {
      await Promise.all(open.map((link) => link.stop()));
    },
  };
}
