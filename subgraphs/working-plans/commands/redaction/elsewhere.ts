import type { Actor } from '../../../../kit/context.ts';
import type { RedactPlanTextInput } from '../../inputs/suggestions.ts';
import type { Plans } from '../../plans.ts';
import { mayRedact, type PlanFacts } from '../../policy.ts';
import { readPlans } from '../../room/read.ts';
import { openDocument } from '../../room/room.ts';
import { strikeDocument } from './document.ts';
import { holds, type Target, targetOf } from './target.ts';

const most = 200; // plans that are looked through, each of which is read whole

/**
 * Other plans that the actor may redact and in which the text stands, in the document or in a version: an amendment or a copy keeps what it was made
 * with. The newest are looked through.
 * @returns their ids; none for a field that was emptied, whose text is not known
 */
export async function findElsewhere(plans: Plans, actor: Actor, input: RedactPlanTextInput): Promise<string[]> {
  const target = targetOf(input);
  if (!('texts' in target)) return [];
  const { source } = plans.database;
  const rows: (PlanFacts & { id: string })[] = await source.query(
    `SELECT id, network_ids AS "networkIds", status, visibility, expert_groups AS "expertGroups" FROM plan
     WHERE id <> $1 ORDER BY created_at DESC, id LIMIT 1000`,
    [input.planId],
  );
  const found: string[] = [];
  for (const { id } of rows.filter((plan) => mayRedact(actor, plan)).slice(0, most)) {
    if ((await isInDocument(plans, id, target)) || (await isInVersions(plans, id, target.texts))) found.push(id);
  }
  return found;
}

async function isInDocument(plans: Plans, id: string, target: Target): Promise<boolean> {
  const reading = (await readPlans(plans.database.source, [{ id, seq: null, epoch: null }])).get(id);
  if (!reading) return false;
  const doc = openDocument(reading);
  try {
    // What would be struck is what is there; the update is thrown away.
    const author = { clientId: doc.clientID, deletion: { by: '', at: '' } };
    return strikeDocument(doc, target, author).places.length > 0;
  } finally {
    doc.destroy();
  }
}

async function isInVersions(plans: Plans, id: string, texts: readonly string[]): Promise<boolean> {
  const { source } = plans.database;
  const versions: { number: number }[] = await source.query('SELECT number FROM plan_version WHERE plan_id = $1', [id]);
  // One at a time: each may be as large as the plan.
  for (const { number } of versions) {
    const [version] = await source.query('SELECT content FROM plan_version WHERE plan_id = $1 AND number = $2', [
      id,
      number,
    ]);
    if (version && holds(JSON.parse(version.content), texts)) return true;
  }
  return false;
}
