import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import { claim, isId } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import type { ExportFormat } from '../../exports/render.ts';
import type { Plans } from '../../plans.ts';
import { mayExport, mayReadInternals } from '../../policy.ts';
import { viewFor } from '../../view.ts';
import { exportChannel, ownerOf } from './job.ts';

export interface ExportRequest {
  clientMutationId: string;
  planId: string;
  format: ExportFormat;
  locale: string;
  version?: number | null;
  names?: { id: string; name: string }[] | null;
}

/** Of one owner: files under way at once, and kept at once. */
export const exportLimits = { underWay: 5, kept: 50 };
const mostNames = 1_000;

/**
 * Asks for a plan as a file. It is made by any process, and kept for 24 hours.
 * @returns the job's id
 * @throws Problem ForbiddenError, ValidationError
 */
export async function requestExport(plans: Plans, actor: Actor, input: ExportRequest): Promise<string> {
  const { planId, format, locale, version = null } = input;
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  if (!view) throw forbidden('There is no such plan, or you may not see it.');
  const { plan } = view;
  if (!mayExport(actor, plan)) {
    throw forbidden(
      'Plans are exported by members of their networks; adopted ones also by liaisons and by whom they are open to.',
    );
  }
  const names = readNames(input.names ?? []);
  const ownerId = ownerOf(actor);
  const inside = mayReadInternals(actor, plan);
  const newId = `export:${ulid()}`;
  const id = await plans.database.transaction(async (tx) => {
    const claimed = await claim(tx.manager, actor, 'exportPlan', input, newId);
    if (!claimed.first) return claimed.id;
    await checkVersion(tx.manager, planId, version, inside);
    // Two that ask at once are counted one after the other.
    await tx.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 4904822))', [ownerId]);
    const [{ underWay, kept }] = await tx.manager.query(
      `SELECT count(*) FILTER (WHERE status IN ('QUEUED', 'RUNNING'))::int AS "underWay", count(*)::int AS kept
       FROM plan_export WHERE owner_id = $1 AND expires_at > now()`,
      [ownerId],
    );
    if (underWay >= exportLimits.underWay)
      throw invalid(`You wait for ${underWay} files already: one after the other.`);
    if (kept >= exportLimits.kept) throw invalid(`${kept} files of yours are kept already: each goes after 24 hours.`);
    await tx.manager.query(
      `INSERT INTO plan_export (id, plan_id, owner_id, format, locale, version, inside, names) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [newId, planId, ownerId, format, locale, version, inside, JSON.stringify(names)],
    );
    const detail = `${format} ${locale}${version === null ? '' : ` version ${version}`}`;
    tx.audit({
      actor,
      action: 'PLAN_EXPORTED',
      target: { type: 'WorkingPlan', id: planId },
      networkIds: plan.networkIds,
      detail,
    });
    return newId;
  });
  plans.hints.publish(exportChannel, '');
  return id;
}

/** Who reads from outside knows the adopted versions only. */
async function checkVersion(
  manager: { query(sql: string, values: unknown[]): Promise<{ kind: string }[]> },
  planId: string,
  version: number | null,
  inside: boolean,
): Promise<void> {
  if (version === null) return;
  const [found] =
    version > 0 && version <= 2_147_483_647
      ? await manager.query('SELECT kind FROM plan_version WHERE plan_id = $1 AND number = $2', [planId, version])
      : [];
  if (!found || (!inside && found.kind !== 'ADOPTED')) {
    throw invalid('version: the plan has no such version, or it is not open to you.', 'input', 'version');
  }
}

function readNames(given: readonly { id: string; name: string }[]): Record<string, string> {
  if (given.length > mostNames) throw invalid(`names: at most ${mostNames}.`, 'input', 'names');
  const names: Record<string, string> = {};
  for (const [index, { id, name }] of given.entries()) {
    const fail = (field: string, why: string) => invalid(`names.${field}: ${why}`, 'input', 'names', `${index}`, field);
    if (!isId(id) || Object.hasOwn(Object.prototype, id))
      throw fail('id', '1 to 200 characters of ASCII, without spaces.');
    if (name.trim() === '' || name.length > 300 || /[\0\p{Cs}]/u.test(name))
      throw fail('name', '1 to 300 characters, without U+0000.');
    names[id] = name.trim();
  }
  return names;
}
