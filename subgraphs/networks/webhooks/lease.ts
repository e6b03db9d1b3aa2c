import type { DataSource } from 'typeorm';
import type { PartnerScope, Visibility } from '../../../kit/context.ts';
import type { Vector } from '../../../kit/feed/vector.ts';
import { feedScope } from '../policy.ts';
import type { WebhookFilter, WebhookMode } from './entities.ts';

/** An endpoint that this process serves, as it was when it was taken. */
export interface Held {
  id: string;
  url: string;
  mode: WebhookMode;
  filter: WebhookFilter;
  version: number;
  /** Live secrets, sealed, the newest first. */
  secrets: string[];
  place: Vector;
  epoch: number;
  /** How often in vain the update was tried that failed last, and since when. */
  attempts: number;
  itemFailingSince: Date | null;
  failingEventId: string | null;
  failingSince: Date | null;
  /** Its next update is not to be tried yet: it was taken for its dead letters. */
  isWaiting: boolean;
  partner: PartnerScope;
}

interface Rights {
  partner_id: string;
  network_ids: string[];
  max_visibility: Visibility;
  scopes: string[];
}

interface Row
  extends Rights,
    Pick<Held, 'id' | 'url' | 'mode' | 'filter' | 'version' | 'place' | 'epoch' | 'attempts'> {
  secret: string;
  previous_secret: string | null;
  item_failing_since: Date | null;
  failing_event_id: string | null;
  failing_since: Date | null;
  is_waiting: boolean;
}

const partnerOf = ({ partner_id: id, network_ids, max_visibility, scopes }: Rights): PartnerScope => ({
  ...{ id, scopes, networkIds: network_ids, maxVisibility: max_visibility },
});

/** The partner `p` reads updates now: it has a key that is good and may, as for a stream. */
const isEntitled = `p.status = 'ACTIVE' AND '${feedScope}' = ANY (p.scopes) AND EXISTS (
  SELECT 1 FROM partner_token t WHERE t.partner_id = p.id AND t.revoked_at IS NULL AND t.expires_at > now()
    AND (t.scopes IS NULL OR '${feedScope}' = ANY (t.scopes)))`;

/** Nobody has it; a lease that reaches further than leases do is of before the clock was set back. Takes $2. */
const isFree = `coalesce(e.lease_until <= now() OR e.lease_until > now() + 2 * $2 * interval '1 ms', true)`;
/** Its next update may be tried; so it may if the last attempt is still to come, as then the clock was set back. */
const isDue = `coalesce(e.retry_at <= now() OR e.last_attempt_at > now() + interval '1 second', true)`;

/**
 * Takes endpoints that have something to send and are served by nobody, those first that were served longest ago. Whoever takes one has it until it is given
 * back, or not confirmed for `leaseMs`. All times are the database's, so that processes need not agree on theirs.
 * @param by this process
 * @param which those whose last attempt was in vain, or the others
 */
export async function take(
  source: Pick<DataSource, 'query'>,
  { by, leaseMs, most, which }: { by: string; leaseMs: number; most: number; which: 'failing' | 'well' },
): Promise<Held[]> {
  const [rows]: [Row[]] = await source.query(
    // not "id IN (SELECT ... LIMIT ... SKIP LOCKED)", which a plan may run once for each row: it then takes more than it says
    `WITH free AS MATERIALIZED (
       SELECT e.id FROM webhook_endpoint e JOIN partner p ON p.id = e.partner_id
       WHERE e.state = 'ACTIVE' AND (e.attempts > 0) = $4 AND ${isFree} AND ${isEntitled}
         AND (EXISTS (SELECT 1 FROM webhook_dead_letter d WHERE d.endpoint_id = e.id AND d.is_asked_for)
           OR ${isDue} AND EXISTS (
             SELECT 1 FROM feed.stream s WHERE s.position > coalesce((e.place ->> s.network_id)::bigint, 0)))
       ORDER BY e.served_at NULLS FIRST LIMIT $3 FOR UPDATE OF e SKIP LOCKED)
     UPDATE webhook_endpoint e SET lease_by = $1, lease_until = now() + $2 * interval '1 ms', served_at = clock_timestamp()
     FROM free, partner p WHERE e.id = free.id AND p.id = e.partner_id
     RETURNING e.id, e.url, e.mode, e.filter, e.version, e.place, e.epoch, e.attempts, e.item_failing_since,
       e.failing_event_id, e.failing_since, NOT ${isDue} AS is_waiting,
       e.secret, CASE WHEN e.previous_until > now() THEN e.previous_secret END AS previous_secret,
       p.id AS partner_id, p.network_ids, p.max_visibility, p.scopes`,
    [by, leaseMs, most, which === 'failing'],
  );
  return rows.map(
    (row): Held => ({
      ...{ id: row.id, url: row.url, mode: row.mode, filter: row.filter, version: row.version },
      ...{ place: row.place, epoch: row.epoch, attempts: row.attempts },
      secrets: [row.secret, row.previous_secret].filter((secret) => secret !== null),
      itemFailingSince: row.item_failing_since,
      failingEventId: row.failing_event_id,
      failingSince: row.failing_since,
      isWaiting: row.is_waiting,
      partner: partnerOf(row),
    }),
  );
}

/**
 * Says that this process still serves these endpoints, and asks in the same statement whether it may. It waits for nobody: a row that somebody else has locked
 * is read as it is, and its lease made longer the next time.
 * @returns those which nobody has changed, whose partner still has the rights it had, and which no other process has taken
 */
export async function confirm(
  source: DataSource,
  { by, leaseMs, held }: { by: string; leaseMs: number; held: readonly Held[] },
): Promise<Set<string>> {
  const rows: (Rights & { id: string; version: number })[] = await source.query(
    `WITH mine AS (
       SELECT e.id, e.version, p.id AS partner_id, p.network_ids, p.max_visibility, p.scopes FROM webhook_endpoint e JOIN partner p ON p.id = e.partner_id
       WHERE e.id = ANY ($3) AND e.lease_by = $1 AND e.state = 'ACTIVE' AND ${isEntitled}),
     here AS (SELECT id FROM webhook_endpoint WHERE id IN (SELECT id FROM mine) AND lease_by = $1 FOR UPDATE SKIP LOCKED),
     longer AS (UPDATE webhook_endpoint e SET lease_until = now() + $2 * interval '1 ms' FROM here WHERE e.id = here.id)
     SELECT * FROM mine`,
    [by, leaseMs, held.map(({ id }) => id)],
  );
  const same = rows.filter((row) => {
    const before = held.find(({ id }) => id === row.id);
    return before?.version === row.version && JSON.stringify(before.partner) === JSON.stringify(partnerOf(row));
  });
  return new Set(same.map(({ id }) => id));
}

export async function giveBack(source: DataSource, by: string, id: string): Promise<void> {
  await source.query(
    'UPDATE webhook_endpoint SET lease_by = NULL, lease_until = NULL WHERE id = $1 AND lease_by = $2',
    [id, by],
  );
}
