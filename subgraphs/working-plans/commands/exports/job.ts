import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import type { ExportFormat } from '../../exports/render.ts';

export const exportStatuses = ['QUEUED', 'RUNNING', 'DONE', 'FAILED'] as const;
export type ExportStatus = (typeof exportStatuses)[number];

/** A file that somebody asked for, without its bytes. */
export interface ExportRow {
  id: string;
  planId: string;
  /** The seat that asked for it, or a partner's subject: nobody else knows of it. */
  ownerId: string;
  format: ExportFormat;
  locale: string;
  version: number | null;
  /** Whether it holds what stays with the owner networks. */
  inside: boolean;
  status: ExportStatus;
  progress: number;
  error: string | null;
  contentHash: string | null;
  fileName: string | null;
  mediaType: string | null;
  size: number | null;
  createdAt: Date;
  expiresAt: Date;
}

const columns = `id, plan_id AS "planId", owner_id AS "ownerId", format, locale, version, inside, status, progress, error,
  content_hash AS "contentHash", file_name AS "fileName", media_type AS "mediaType", octet_length(bytes) AS size, created_at AS "createdAt",
  expires_at AS "expiresAt"`;

/** Whose files an actor's are. */
export const ownerOf = (actor: Actor): string => actor.seatId ?? actor.subject;

/** The job, while it is kept; undefined when it is not this owner's. */
export async function readJob(
  manager: Pick<EntityManager, 'query'>,
  id: string,
  ownerId: string,
): Promise<ExportRow | undefined> {
  const [row] = await manager.query(
    `SELECT ${columns} FROM plan_export WHERE id = $1 AND owner_id = $2 AND expires_at > now()`,
    [id, ownerId],
  );
  return row;
}

/** Says that there is something to make. */
export const exportChannel = 'working-plans.exports';
