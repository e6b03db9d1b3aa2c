import { ulid } from 'ulid';
import * as Y from 'yjs';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { claim, isId, refuseOrigin, requireSeat } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, fromInput, invalid } from '../../../kit/types.ts';
import { buildPlanDocument, type PlanRecord } from '../document/build.ts';
import { snapshot } from '../document/state.ts';
import { type ExpertGroups, Plan, type PlanStatus } from '../entities/plan.ts';
import { planCreated } from '../events.ts';
import type { CreatePlanInput } from '../inputs/plans.ts';
import { commitEntries, SYSTEM_SEAT } from '../log.ts';
import { mayCreatePlan } from '../policy.ts';
import { issueClient, issueShippedClient } from './join.ts';

/** The installation that accepts the plan's first edit. */
export interface Home {
  region: string;
  regionNumber: number;
}

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
  const plan: Plan = Object.assign(new Plan(), {
    id: newId,
    networkIds,
    status: origin?.status ?? 'DRAFT',
    visibility: input.visibility,
    sourceLocale: input.sourceLocale,
    expertGroups: expertGroupsOf(input),
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
  await writeFirstEdit(tx, plan, toRecord(plan, input, origin), seatId, home);
  const areas = (origin?.objectives ?? []).map(({ thematicArea }) => thematicArea as keyof ExpertGroups);
  tx.publish(planCreated(plan, [...new Set(areas)]));
  return newId;
}

const toRecord = (plan: Plan, input: CreatePlanInput, origin: PlanOrigin | undefined): PlanRecord => ({
  id: plan.id,
  networks: plan.networkIds,
  provenance: plan.provenance,
  status: plan.status,
  sourceLocale: plan.sourceLocale,
  periodStart: input.periodStart,
  periodEnd: input.periodEnd,
  title: fromInput(input.title),
  ...(origin?.preamble && { preamble: origin.preamble }),
  objectives: origin?.objectives ?? [],
});

async function writeFirstEdit(
  tx: Transaction,
  plan: Plan,
  record: PlanRecord,
  seatId: string,
  home: Home,
): Promise<void> {
  const clientId =
    seatId === SYSTEM_SEAT
      ? await issueShippedClient(tx.manager, plan.id)
      : await issueClient(tx.manager, plan.id, seatId, home.regionNumber);
  const doc = buildPlanDocument(record, clientId);
  const { answers } = await commitEntries(tx.manager, [
    {
      planId: plan.id,
      epoch: plan.epoch,
      editId: `created:${plan.id}`,
      seatId,
      region: home.region,
      update: Y.encodeStateAsUpdate(doc),
      clients: [{ clientId, startClock: 0, endClock: Y.getState(doc.store, clientId) }],
    },
  ]);
  if (!answers[0]?.ok) throw new Error(`the first edit of ${plan.id} was refused: ${answers[0]?.reason}`);
  await tx.manager.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, $2, 1, $3)', [
    plan.id,
    plan.epoch,
    Buffer.from(snapshot(doc)),
  ]);
  doc.destroy();
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
