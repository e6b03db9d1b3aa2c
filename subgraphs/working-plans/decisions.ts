import type { EntityManager } from 'typeorm';
import type { Database } from '../../kit/database/open.ts';
import { feedChannel } from '../../kit/feed/publish.ts';
import type { Hints } from '../../kit/hints.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { isId } from '../../kit/once.ts';
import type { DecisionConcluded } from '../discussions/events.ts';

type Query = Pick<EntityManager, 'query'>;

const outcomes = ['ADOPTED', 'NOT_ADOPTED', 'WITHDRAWN', 'EXPIRED'] as const satisfies DecisionConcluded['outcome'][];

/** A decision as a network's feed said it was concluded. It counts for that network alone, whatever else it claims. */
export interface KeptDecision {
  networkId: string;
  decisionId: string;
  subjectTypename: string;
  subjectId: string;
  contentHash: string;
  outcome: DecisionConcluded['outcome'];
}

export interface Decisions {
  /** Reads what the feed has said by now. Reads under way are waited for; who asks meanwhile shares the next one. */
  read(): Promise<void>;
  stop(): Promise<void>;
}

export interface DecisionsOptions {
  database: Database;
  hints: Hints;
  log: Log;
  /** Look without any hint this often. Milliseconds; 5,000. */
  pollMs?: number;
  /** After a hint, wait for more of them this long. Milliseconds; 100. */
  gatherMs?: number;
}

/**
 * Keeps the concluded decisions that the feed says, each once: the rows and the place read up to are committed together. Any process may read for all. The first
 * look comes with the first hint or after `pollMs`; `adoptPlan` looks by itself when it misses one.
 */
export function followDecisions(options: DecisionsOptions): Decisions {
  const { database, hints, log, pollMs = 5_000, gatherMs = 100 } = options;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let stopped = false;

  function read(): Promise<void> {
    if (!running) {
      running = readNew(database).finally(() => {
        running = undefined;
      });
      return running;
    }
    // What is under way may have begun before the caller's decision was there.
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return read();
      });
    return next;
  }
  const look = () => {
    if (!stopped) read().catch((error) => log.warn('decisions cannot be read; trying again', describeError(error)));
  };
  const unsubscribe = hints.subscribe(feedChannel, () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      look();
    }, gatherMs);
  });
  const poll = setInterval(look, pollMs);
  poll.unref();

  return {
    read,
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(poll);
      clearTimeout(gathering);
      await next?.catch(() => {});
      await running?.catch(() => {});
    },
  };
}

/** What each network's feed has said since; one statement, so of one moment, in which a network's order has no holes. */
const unreadStatement = `
  SELECT s.network_id AS "networkId", s.position AS head, coalesce(read.position, 0) AS from, d.position, d.data, d.recorded_at AS at
  FROM feed.stream s
  CROSS JOIN LATERAL (SELECT (f.positions ->> s.network_id)::bigint AS position FROM decision_feed f) read
  LEFT JOIN LATERAL (
    SELECT position, data, recorded_at FROM feed.decision
    WHERE network_id = s.network_id AND position > coalesce(read.position, 0) AND position <= s.position
    ORDER BY position LIMIT $1
  ) d ON true
  WHERE s.position > coalesce(read.position, 0)
  ORDER BY s.network_id, d.position`;

interface Unread {
  networkId: string;
  head: string;
  from: string;
  /** Null: nothing of what was said is a decision. */
  position: string | null;
  data: unknown;
  at: Date;
}

const batch = 500; // decisions of one network a transaction
const farBehind = 1_000; // events without a decision, after which the place is stored all the same

async function readNew(database: Database): Promise<void> {
  for (let more = true; more; ) {
    // First without a lock: mostly there is nothing.
    const seen: Unread[] = await database.source.query(unreadStatement, [batch]);
    if (!seen.some(({ position, head, from }) => position !== null || Number(head) - Number(from) > farBehind)) return;
    more = await database.source.transaction(async (manager) => {
      await manager.query('SELECT FROM decision_feed FOR UPDATE');
      const rows: Unread[] = await manager.query(unreadStatement, [batch]);
      const byNetwork = new Map<string, Unread[]>();
      for (const row of rows) {
        const own = byNetwork.get(row.networkId);
        if (own) own.push(row);
        else byNetwork.set(row.networkId, [row]);
      }
      const isFull = (own: Unread[]) => own.length === batch;
      const positions = [...byNetwork].map(([networkId, own]) => {
        const place = isFull(own) ? own.at(-1)!.position : own[0]!.head;
        return [networkId, Number(place)];
      });
      await keepDecisions(
        manager,
        rows.flatMap((row) => toKept(row) ?? []),
      );
      await manager.query('UPDATE decision_feed SET positions = positions || $1::jsonb', [
        JSON.stringify(Object.fromEntries(positions)),
      ]);
      return [...byNetwork.values()].some(isFull);
    });
  }
}

type Positioned = KeptDecision & { position: number; at: Date };

/** Undefined for what is not a decision's conclusion as discussions says it: it counts for nothing. */
function toKept({ networkId, position, data, at }: Unread): Positioned | undefined {
  const { decisionId, subject, contentHash, outcome } = (data ?? {}) as Partial<DecisionConcluded>;
  const texts = [decisionId, subject?.typename, subject?.id];
  if (position === null || !texts.every((text) => typeof text === 'string' && isId(text))) return undefined;
  if (typeof contentHash !== 'string' || !outcomes.some((known) => known === outcome)) return undefined;
  return {
    networkId,
    decisionId: decisionId!,
    subjectTypename: subject!.typename,
    subjectId: subject!.id,
    contentHash,
    outcome: outcome!,
    position: Number(position),
    at,
  };
}

/** What a network says last of a decision is what counts. */
async function keepDecisions(manager: Query, decisions: readonly Positioned[]): Promise<void> {
  const latest = [
    ...new Map(decisions.map((decision) => [`${decision.networkId} ${decision.decisionId}`, decision])).values(),
  ];
  if (latest.length === 0) return;
  await manager.query(
    `INSERT INTO plan_decision (network_id, decision_id, position, subject_typename, subject_id, content_hash, outcome, concluded_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
     ON CONFLICT (decision_id, network_id) DO UPDATE SET position = excluded.position, subject_typename = excluded.subject_typename,
       subject_id = excluded.subject_id, content_hash = excluded.content_hash, outcome = excluded.outcome, concluded_at = excluded.concluded_at
     WHERE plan_decision.position < excluded.position`,
    [
      latest.map(({ networkId }) => networkId),
      latest.map(({ decisionId }) => decisionId),
      latest.map(({ position }) => position),
      latest.map(({ subjectTypename }) => subjectTypename),
      latest.map(({ subjectId }) => subjectId),
      latest.map(({ contentHash }) => contentHash),
      latest.map(({ outcome }) => outcome),
      latest.map(({ at }) => at.toISOString()),
    ],
  );
}

/** Those of `decisionIds` that are known, one row for each network that has said it. */
export async function findDecisions(manager: Query, decisionIds: readonly string[]): Promise<KeptDecision[]> {
  return manager.query(
    `SELECT network_id AS "networkId", decision_id AS "decisionId", subject_typename AS "subjectTypename", subject_id AS "subjectId",
       content_hash AS "contentHash", outcome
     FROM plan_decision WHERE decision_id = ANY ($1) ORDER BY decision_id, network_id`,
    [decisionIds],
  );
}
