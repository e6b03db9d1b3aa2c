import { type Visibility, visibilities } from '../context.ts';
import type { Transaction } from '../database/open.ts';

/** Records that events name and that can be erased: each subgraph's login may erase its own (`prepare.ts`). */
export type Erasable = 'thread';

interface Said {
  said_in: string;
  said_as: string;
  said_to: Visibility;
  said_to_bodies: string[];
  left_with: Record<string, unknown>;
}

/**
 * Takes back what the feed has said of a record that is erased in this transaction: all of it is replayed as TOMBSTONE, with the record's id for data, to those
 * who could see it; and one live TOMBSTONE per network tells those who have had it. Nothing is said of what nothing was said of, and nothing twice.
 * Needs the lock of the record's row. It locks those events until commit: whoever narrows them locks what they are about first, too.
 */
export async function eraseEvents(
  tx: Pick<Transaction, 'manager' | 'publish'>,
  kind: Erasable,
  id: string,
  occurredAt = new Date(),
): Promise<void> {
  const said: Said[] = await tx.manager.query(`SELECT * FROM feed.erase_${kind}($1)`, [id]);
  for (const networkId of new Set(said.map(({ said_in }) => said_in))) {
    const own = said.filter(({ said_in }) => said_in === networkId);
    // Each level of the ladder is read by all who read the next one.
    const visibility = visibilities.find((level) => own.some(({ said_to }) => said_to === level)) as Visibility;
    const widest = own.filter(({ said_to }) => said_to === visibility);
    tx.publish({
      networkIds: [networkId],
      type: 'TOMBSTONE',
      eventType: 'org.net4u.tombstone.v1',
      subject: `${kind}/${id}`,
      visibility,
      bodyIds: [...new Set(widest.flatMap(({ said_to_bodies }) => said_to_bodies))],
      erasedTypes: [...new Set(own.map(({ said_as }) => said_as))],
      data: (own[0] as Said).left_with,
      occurredAt,
    });
  }
}
