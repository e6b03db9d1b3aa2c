import type { EntityManager } from 'typeorm';
import type * as Y from 'yjs';
import type { Actor } from '../../../kit/context.ts';
import { fromInput, invalid } from '../../../kit/types.ts';
import { buildPlanDocument, type PlanRecord } from '../document/build.ts';
import { copyPlanDocument } from '../document/copy.ts';
import { localesOf } from '../document/read.ts';
import type { CreatePlanInput } from '../inputs/plans.ts';
import { mayOpenDocument } from '../policy.ts';
import { type Reading, readPlans } from '../room/read.ts';
import { openDocument } from '../room/room.ts';
import { fromTemplate, readTemplates } from '../templates.ts';

/** What a new plan begins with. */
export interface Start {
  /** Its document, all written by this client id. */
  write(clientId: number): Y.Doc;
  /** The plan that it was copied from. */
  copied?: Reading;
}
type Body = Pick<PlanRecord, 'objectives' | 'preamble'>;

/**
 * The title and period asked for, and below them what a template, another plan or the shipped record says; else nothing.
 * @throws Problem ValidationError
 */
export async function findStart(
  manager: EntityManager,
  actor: Actor,
  input: CreatePlanInput,
  record: Body = { objectives: [] },
): Promise<Start> {
  const { templateId, copyOf, sourceLocale, periodStart, periodEnd } = input;
  const fail = (field: string, why: string) => invalid(`${field}: ${why}`, 'input', field);
  const title = fromInput(input.title);
  const fill = (body: Body): Start => ({
    write: (clientId) => buildPlanDocument({ title, sourceLocale, periodStart, periodEnd, ...body }, clientId),
  });

  if (templateId && copyOf) throw fail('templateId', 'a plan starts from a template or from a plan, not from both.');
  if (templateId) {
    const template = readTemplates().find(({ id }) => id === templateId);
    if (!template) throw fail('templateId', 'there is no such template.');
    const written = Object.keys(template.title);
    if (!written.includes(sourceLocale)) throw fail('sourceLocale', `the template is in ${written.join(', ')}.`);
    return fill(fromTemplate(template, input));
  }
  if (!copyOf) return fill(record);
  const copied = await readUnderLock(manager, copyOf);
  if (!copied || !mayOpenDocument(actor, copied.plan)) {
    throw fail('copyOf', 'there is no such plan, or its document is not open to you.');
  }
  const source = openDocument(copied);
  const written = localesOf(source);
  if (!written.includes(sourceLocale)) throw fail('sourceLocale', `the plan to copy is in ${written.join(', ')}.`);
  const locales = [...new Set([...Object.keys(title), sourceLocale])];
  const write = (clientId: number) => copyPlanDocument(source, clientId, { locales, title, periodStart, periodEnd });
  return { write, copied };
}

/**
 * A plan as it stands under a lock that edits and redactions wait for: what has been taken out of it is not in a copy, and who takes something out later
 * finds the copy there.
 */
async function readUnderLock(manager: EntityManager, planId: string): Promise<Reading | undefined> {
  if (planId.includes('\u0000')) return undefined;
  await manager.query('SELECT FROM plan WHERE id = $1 FOR SHARE', [planId]);
  return (await readPlans(manager, [{ id: planId, seq: null, epoch: null }])).get(planId);
}
