import type { EntityManager } from 'typeorm';
import type { Database } from '../database/open.ts';
import type { SubgraphName } from '../database/subgraphs.ts';
import type { Hints } from '../hints.ts';
import { describeError, type Log } from '../log.ts';
import { type Rounds, startRounds } from '../rounds.ts';
import { collectRows, type DataSubject, eraseRows } from './rows.ts';

/** Hint channel: "somebody has asked, or a part is there"; the payload is empty. */
export const dataRightsChannel = 'data-rights';

interface Request extends DataSubject {
  id: string;
  kind: 'EXPORT' | 'ERASURE';
}

export interface Contribution {
  database: Database;
  subgraph: SubgraphName;
  hints: Hints;
  log: Log;
  /** What the person wrote that stands in no text column: added to the rows under these names. */
  collect?: (manager: EntityManager, of: DataSubject) => Promise<Record<string, unknown>>;
  /** Columns that others wrote about a person in confidence. */
  hide?: readonly string[];
  /** What members does with parts, and with those that are too old; called after each look. */
  finish?: () => Promise<void>;
  /** ms between two looks, if no hint comes. */
  everyMs?: number;
}

/**
 * Does a subgraph's part of what persons ask for, now and from time to time, in whichever process comes first: the part is
 * written in the transaction of its effect, so that a killed process leaves all of it to do. `stop` lets a look that is
 * under way end. Safe to call twice.
 */
export function startDataRights(contribution: Contribution): Rounds {
  const { hints, log, everyMs = 15_000, finish } = contribution;
  const round = async () => {
    if (await contribute(contribution)) hints.publish(dataRightsChannel, '');
    await finish?.();
  };
  return startRounds(round, {
    everyMs,
    failed: (error) => log.warn('what persons have asked for waits; trying again', describeError(error)),
    on: { hints, channel: dataRightsChannel },
  });
}

/** @returns whether a part was written */
async function contribute(contribution: Contribution): Promise<boolean> {
  const { database, subgraph, log } = contribution;
  const open: Request[] = await database.source.query(
    `SELECT id, kind, person_id AS "personId", subject, seat_ids AS "seatIds" FROM data_rights.open_requests($1)`,
    [subgraph],
  );
  let isAny = false;
  for (const request of open) {
    try {
      isAny = (await database.transaction(({ manager }) => write(manager, request, contribution))) || isAny;
    } catch (error) {
      log.warn('a part of what a person has asked for failed; trying again', {
        request: request.id,
        ...describeError(error),
      });
    }
  }
  return isAny;
}

async function write(
  manager: EntityManager,
  request: Request,
  { subgraph, collect, hide }: Contribution,
): Promise<boolean> {
  // one process at a time, and what another has done meanwhile is seen below
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${request.id} ${subgraph}`]);
  const still: { id: string }[] = await manager.query('SELECT id FROM data_rights.open_requests($1)', [subgraph]);
  if (!still.some(({ id }) => id === request.id)) return false;
  let content: object | null = null;
  if (request.kind === 'EXPORT')
    content = { ...(await collectRows(manager, request, hide)), ...(await collect?.(manager, request)) };
  else await eraseRows(manager, request, subgraph === 'members' ? ['person'] : []);
  await manager.query('INSERT INTO data_rights.part (request_id, subgraph, content) VALUES ($1, $2, $3)', [
    request.id,
    subgraph,
    content === null ? null : JSON.stringify(content),
  ]);
  return true;
}
