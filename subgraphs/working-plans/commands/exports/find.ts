import type { Actor } from '../../../../kit/context.ts';
import type { ServedFile } from '../../../../kit/files.ts';
import type { Plans } from '../../plans.ts';
import { mayExport, mayReadInternals } from '../../policy.ts';
import { viewFor } from '../../view.ts';
import { type ExportRow, ownerOf, readJob } from './job.ts';

/** A job of the actor's own, if the actor may still have what its file holds. */
export async function findExport(plans: Plans, actor: Actor, id: string): Promise<ExportRow | null> {
  if (id.includes('\u0000')) return null;
  const job = await readJob(plans.database.source.manager, id, ownerOf(actor));
  const view = job && viewFor(actor, (await plans.rooms.open([job.planId])).get(job.planId));
  if (!job || !view || !mayExport(actor, view.plan)) return null;
  return job.inside && !mayReadInternals(actor, view.plan) ? null : job;
}

/** The file, for `serveSubgraph({ files })`. */
export async function findExportFile(plans: Plans, actor: Actor, id: string): Promise<ServedFile | null> {
  const job = await findExport(plans, actor, id);
  if (job?.status !== 'DONE') return null;
  const [row] = await plans.database.source.query('SELECT bytes FROM plan_export WHERE id = $1', [id]);
  return row ? { name: job.fileName!, mediaType: job.mediaType!, bytes: row.bytes } : null;
}
