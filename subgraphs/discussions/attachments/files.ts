import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import type { ServedFile } from '../../../kit/files.ts';
import { isId } from '../../../kit/once.ts';
import { type Bind, readable } from '../statement.ts';

/**
 * The file of an attachment, for who may read the post it belongs to; one that no post has yet is its sender's alone.
 * @returns null for what is not there and what is not theirs alike
 */
export async function findAttachment(manager: EntityManager, actor: Actor, id: string): Promise<ServedFile | null> {
  if (!isId(id)) return null;
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const [file]: ServedFile[] = await manager.query(
    `SELECT a.name, a.media_type AS "mediaType", a.content AS bytes
     FROM attachment a JOIN thread t ON t.id = a.thread_id LEFT JOIN post p ON p.id = a.post_id
     WHERE a.id = ${bind(id)} AND a.kind = 'FILE' AND ${readable('t', actor, bind)}
       AND CASE WHEN a.post_id IS NULL THEN a.seat_id = ${bind(actor.seatId ?? null)} ELSE p.deleted_at IS NULL END`,
    parameters,
  );
  return file ?? null;
}
