import type { EntityManager } from 'typeorm';
import { type Actor, type Visibility, visibilities } from '../../kit/context.ts';
import { maySee, readableNetworks } from '../../kit/visibility.ts';
import { todayIn } from '../../kit/zone.ts';
import type { Notice } from './entities/notice.ts';

/** How far back notices are kept for the inbox is said in kit/notices; so far back they are mailed: what waits longer is no news. */
export const mailedFor = 40 * 86_400_000; // ms

/** A row, with the seat that it is for. */
export type SeatNotice = Notice & { seatId: string };

/** Position in the inbox: unread first, the newest first. */
export type NoticePosition = readonly [isUnread: boolean, at: string, id: string];
export const positionOf = ({ readAt, isSettled, at, id }: Notice): NoticePosition => [
  readAt === null && !isSettled,
  at.toISOString(),
  id,
];

type Reader = Actor & { seatId: string };
export const isReader = (actor: Actor): actor is Reader => actor.kind === 'SEAT' && actor.seatId !== undefined;

/** What a statement below asks of. */
interface Asked {
  reader: Reader;
  timeZone: string;
  now: Date;
}

/** SQL: notices that are for a seat and that it may read at this moment; for a late item, once its day is over where the person is. */
function own({ reader, timeZone, now }: Asked): { from: string; parameters: unknown[] } {
  const levels: Visibility[] = visibilities.filter((visibility) => maySee(reader, { visibility, networkIds: [] }));
  return {
    parameters: [
      reader.seatId,
      reader.organisationId ?? null,
      JSON.stringify(reader.roles),
      levels,
      readableNetworks(reader),
      todayIn(timeZone, now),
    ],
    from: `(
      SELECT n.*, coalesce(n.settled_at IS NOT NULL OR $2 = ANY (n.done_organisation_ids), false) AS settled, s.read_at, s.mailed_at
      FROM notices.notice n LEFT JOIN notice_state s ON s.notice_id = n.id AND s.seat_id = $1
      WHERE ((n.to_seat_ids <> '{}' AND n.to_seat_ids @> ARRAY[$1]) OR n.to_organisation_id = $2 OR (n.to_roles <> '{}'
        AND EXISTS (SELECT FROM jsonb_to_recordset($3::jsonb) AS g(role text, "networkId" text)
          WHERE g.role = ANY (n.to_roles) AND g."networkId" = ANY (n.network_ids))
        AND (n.to_body_id IS NULL OR EXISTS (SELECT FROM jsonb_to_recordset($3::jsonb) AS g("networkId" text, "bodyId" text)
          WHERE g."bodyId" = n.to_body_id AND g."networkId" = ANY (n.network_ids)))))
      AND (n.visibility = ANY ($4::text[]) OR (n.visibility = 'NETWORK' AND n.network_ids && $5::text[])
        OR (n.visibility = 'GROUP' AND EXISTS (SELECT FROM jsonb_to_recordset($3::jsonb) AS g("networkId" text, "bodyId" text)
          WHERE g."bodyId" = ANY (n.body_ids) AND g."networkId" = ANY (n.network_ids))))
      AND (n.kind <> 'LATE' OR n.due_on < $6)) AS o`,
  };
}

const isUnread = '(o.read_at IS NULL AND NOT o.settled)';
const columns = `o.id, o.kind, o.at, o.due_on AS "dueOn", o.due_at AS "dueAt", o.read_at AS "readAt", o.settled AS "isSettled", o.excerpt,
  o.excerpt_locale AS "excerptLocale", o.target_type AS "targetType", o.target_id AS "targetId", o.about_id AS "aboutId", o.titles,
  o.source_locale AS "sourceLocale"`;

export async function listNotices(
  manager: EntityManager,
  asked: Asked,
  page: { limit: number; after: NoticePosition | null; unreadOnly: boolean },
): Promise<Notice[]> {
  const { from, parameters } = own(asked);
  const bind = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = page.unreadOnly ? [isUnread] : [];
  if (page.after) {
    const [unread, at, id] = page.after;
    conditions.push(`(${isUnread}, o.at, o.id) < (${bind(unread)}::boolean, ${bind(at)}::timestamptz, ${bind(id)})`);
  }
  const rows: Notice[] = await manager.query(
    `SELECT ${columns} FROM ${from} ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY ${isUnread} DESC, o.at DESC, o.id DESC LIMIT ${bind(page.limit)}`,
    parameters,
  );
  return rows;
}

export async function countUnread(manager: EntityManager, asked: Asked): Promise<number> {
  const { from, parameters } = own(asked);
  const [row] = await manager.query(`SELECT count(*)::int AS count FROM ${from} WHERE ${isUnread}`, parameters);
  return row.count;
}

/** @param ids null: all @returns those of them that are the seat's */
export async function findNotices(
  manager: EntityManager,
  asked: Asked,
  ids: readonly string[] | null,
): Promise<string[]> {
  const { from, parameters } = own(asked);
  const where = ids === null ? 'o.read_at IS NULL' : `o.id = ANY ($${parameters.push(ids)})`;
  const rows: { id: string }[] = await manager.query(
    `SELECT o.id FROM ${from} WHERE ${where} ORDER BY o.id`,
    parameters,
  );
  return rows.map(({ id }) => id);
}

/** What a seat has neither read nor been mailed, since its person first confirmed an address. The newest last. */
export async function readUnmailed(
  manager: EntityManager,
  asked: Asked,
  { since, mentionsOnly }: { since: Date; mentionsOnly: boolean },
): Promise<SeatNotice[]> {
  const { from, parameters } = own(asked);
  const oldest = new Date(Math.max(since.getTime(), asked.now.getTime() - mailedFor));
  const rows: Notice[] = await manager.query(
    `SELECT ${columns} FROM ${from} WHERE ${isUnread} AND o.mailed_at IS NULL AND o.at > $${parameters.push(oldest)}
     ${mentionsOnly ? `AND o.kind = 'MENTION'` : ''} ORDER BY o.at, o.id LIMIT 1000`,
    parameters,
  );
  return rows.map((row) => Object.assign(row, { seatId: asked.reader.seatId }));
}

/** In what zone a person's days end: the one that the person has set, or the seat's. */
export async function readTimeZone(manager: EntityManager, { seatId, personId }: Actor): Promise<string> {
  const [row] = await manager.query(
    `SELECT coalesce((SELECT time_zone FROM notification_setting WHERE person_id = $1),
       (SELECT time_zone FROM seat WHERE id = $2), 'UTC') AS zone`,
    [personId ?? null, seatId ?? null],
  );
  return row.zone;
}
