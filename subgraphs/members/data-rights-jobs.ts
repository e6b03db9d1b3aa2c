import type { EntityManager } from 'typeorm';
import type { DataSubject } from '../../kit/data-rights/rows.ts';
import type { Database } from '../../kit/database/open.ts';
import { subgraphNames } from '../../kit/database/subgraphs.ts';
import { forgetSessions } from './sessions.ts';

const keptDays = 2;

/** What others wrote about a person in confidence: the reviewer's check, the safety officer's reason. */
export const inConfidence = ['freeze_reason', 'frozen_by_seat_id', 'check_note', 'checked_by_seat_id', 'code'];

/** What the audit log has of the person's own acts, whichever seat they were done in; and what the person's seats were told. */
export const collectActs = async (manager: EntityManager, { personId, seatIds }: DataSubject) => ({
  audit: await manager.query(
    `SELECT network_id AS "networkId", position::float8 AS position, id, at, action, target_type AS "targetType",
       target_id AS "targetId", detail, reason, hash
     FROM audit.entry WHERE actor_person_id = $1 ORDER BY at`,
    [personId],
  ),
  notices: await manager.query(
    `SELECT id, kind, at, target_type AS "targetType", target_id AS "targetId", titles, excerpt
     FROM notices.notice WHERE to_seat_ids <> '{}' AND to_seat_ids && $1::text[] ORDER BY at`,
    [seatIds],
  ),
});

/** Makes files of exports whose parts are all there, closes erasures that are done, and deletes what is kept no longer. */
export async function finishDataRights(database: Database): Promise<void> {
  await database.transaction(async ({ manager }) => {
    const ready: { id: string; kind: string; personId: string; requestedAt: Date }[] = await manager.query(
      `SELECT r.id, r.kind, r.person_id AS "personId", r.requested_at AS "requestedAt" FROM data_rights.request r
       WHERE (SELECT count(*) FROM data_rights.part p WHERE p.request_id = r.id) >= $1
       ORDER BY r.id LIMIT 20 FOR UPDATE SKIP LOCKED`,
      [subgraphNames.length],
    );
    for (const { id, kind, personId, requestedAt } of ready) {
      if (kind === 'ERASURE') {
        await manager.query('UPDATE erasure SET done_at = now() WHERE id = $1', [id]);
      } else {
        const parts: { subgraph: string; content: object }[] = await manager.query(
          'SELECT subgraph, content FROM data_rights.part WHERE request_id = $1 ORDER BY subgraph',
          [id],
        );
        const content = Object.fromEntries(parts.map((part) => [part.subgraph, part.content]));
        const text = JSON.stringify({ format: 'net4u-person-1', requestedAt, personId, ...content }, null, 2);
        await manager.query(
          `UPDATE data_export SET bytes = $2, ready_at = now(), expires_at = now() + interval '${keptDays} days' WHERE id = $1`,
          [id, Buffer.from(text)],
        );
      }
      await manager.query('DELETE FROM data_rights.request WHERE id = $1', [id]);
    }
  });
  await database.source.query('DELETE FROM data_export WHERE expires_at < now()');
  await database.source.query('DELETE FROM erasure WHERE confirmed_at IS NULL AND confirm_before < now()');
  await forgetSessions(database.source);
}
