import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { claim, isId, refuseOrigin, requireSeat } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { PlanRecord } from '../document/build.ts';
import { contentOf } from '../document/canonical.ts';
import { readPlan } from '../document/read.ts';
import { type ExpertGroups, Plan, type PlanStatus } from '../entities/plan.ts';
import { areasOf, planCreated } from '../events.ts';
import type { CreatePlanInput } from '../inputs/plans.ts';
import { SYSTEM_SEAT } from '../log.ts';
import { isOpen, mayCreatePlan } from '../policy.ts';
import { writeVersion } from '../versions.ts';
import { type Home, keepObjectiveNetworks, writeFirstEdit } from './first-edit.ts';
import { findStart } from './plan-start.ts';

/** A shipped plan comes with its whole text, and may be past its draft. */
export interface PlanOrigin extends Origin {
  status: PlanStatus;
  objectives: PlanRecord['objectives'];
  preamble?: PlanRecord['preamble'];
}

/**
 * Makes a plan: its row, the first edit of its log, and a snapshot. Says PLAN_CREATED once in each network.
 * @returns the plan's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function createPlan(
  tx: Transaction,
  actor: Actor,
  input: CreatePlanInput,
  home: Home,
  origin?: PlanOrigin,
): Promise<string> {
  refuseOrigin(actor, origin);
  const networkIds = [...new Set(input.networkIds)].sort();
  if (!mayCreatePlan(actor, networkIds)) {
    throw forbidden('A plan is made by editors, steering members or coordinators of every network it names.');
  }
  check(input, networkIds);
  const seatId = actor.kind === 'SYSTEM' ? SYSTEM_SEAT : requireSeat(actor);
  const newId = origin?.id ?? `plan:${ulid()}`;
  if (actor.kind !== 'SYSTEM') {
    const { id, first } = await claim(tx.manager, actor, 'createPlan', input, newId);
    if (!first) return id;
  }
  const start = await findStart(tx.manager, actor, input, origin);
  const plan: Plan = Object.assign(new Plan(), {
    id: newId,
    networkIds,
    status: origin?.status ?? 'DRAFT',
    visibility: input.visibility,
    sourceLocale: input.sourceLocale,
    expertGroups: input.expertGroups ? expertGroupsOf(input) : (start.copied?.plan.expertGroups ?? {}),
    seq: 0,
    epoch: 1,
    version: 1,
    homeRegion: null,
    amends: null,
    provenance: origin?.provenance ?? 'USER',
    sourceUrl: origin?.sourceUrl ?? null,
    createdBy: actor.kind === 'SYSTEM' ? null : seatId,
    createdAt: origin?.at ?? new Date(),
  } satisfies Plan);
  await tx.manager.insert(Plan, plan);
  const doc = await writeFirstEdit(tx.manager, plan, seatId, home, start.write);
  if (start.copied) await keepObjectiveNetworks(tx.manager, plan, start.copied);
  const tree = readPlan(doc);
  if (!isOpen(plan)) {
    const kind = plan.status === 'UNDER_REVIEW' ? 'SUBMITTED' : 'ADOPTED';
    const { id: planId, epoch, createdBy } = plan;
    await writeVersion(tx.manager, { planId, seq: 1, epoch, kind, content: contentOf(tree), createdBy });
  }
  doc.destroy();
  tx.publish(planCreated(plan, areasOf(tree)));
  return newId;
}

const expertGroupsOf = ({ expertGroups }: CreatePlanInput): ExpertGroups =>
  Object.fromEntries((expertGroups ?? []).map(({ thematicArea, bodyId }) => [thematicArea, bodyId]));

function check(input: CreatePlanInput, networkIds: string[]): void {
  const fail = (field: string, why: string) => invalid(`${field}: ${why}`, 'input', field);
  if (networkIds.length > 20) throw fail('networkIds', 'at most 20.');
  if (input.visibility === 'GROUP' || input.visibility === 'SEAT_ONLY') {
    throw fail('visibility', 'a plan is PUBLIC, PARTNERS, ALL_NETWORKS or NETWORK.');
  }
  const locales = input.title.map(({ locale }) => locale);
  if (new Set(locales).size !== locales.length) throw fail('title', 'one text a locale.');
  if (locales.length > 10) throw fail('title', 'at most 10 locales.');
  const source = input.title.find(({ locale }) => locale === input.sourceLocale);
  if (!source || source.text.trim() === '')
    throw fail('title', `a text in the source locale ${input.sourceLocale} is needed.`);
  for (const { text } of input.title) {
    if (text.length > 500 || text.includes('\u0000')) throw fail('title', 'at most 500 characters, without U+0000.');
  }
  if (input.periodEnd < input.periodStart) throw fail('periodEnd', 'it lies before periodStart.');
  for (const { bodyId } of input.expertGroups ?? [])
    if (!isId(bodyId)) throw fail('expertGroups', 'not the id of a body.');
}
