import type { Actor } from '../../../../kit/context.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import { createNode, setFields } from '../../document/edit.ts';
import { type Kind, mayStandUnder, PLAN_KEY } from '../../document/fields.ts';
import type { PlanNode } from '../../document/read.ts';
import type { Plans } from '../../plans.ts';
import { type PlanView, splitId } from '../../view.ts';
import { type ClientInput, editPlan, newKey } from './edit-plan.ts';
import { checkPeriod, readValues } from './rules.ts';

export type NodeKind = Exclude<Kind, 'plan'>;
/** With `id`: changes the fields given. Without: adds a node below the one that the kind's own field names. */
export interface UpsertInput extends ClientInput {
  id?: string | null;
  /** The sibling to stand right after; null: first; absent: last. */
  after?: string | null;
}

/** For each kind: the letter its keys begin with, the input field that names its parent, and what it is called. */
const kinds: Readonly<Record<NodeKind, readonly [letter: string, parent: string, name: string]>> = {
  objective: ['o', 'planId', 'objective'],
  outcome: ['o', 'objectiveId', 'outcome'],
  activity: ['a', 'outcomeId', 'activity'],
  milestone: ['m', 'activityId', 'milestone'],
  indicator: ['i', 'parentId', 'indicator'],
  budgetLine: ['b', 'activityId', 'budget line'],
  risk: ['r', 'activityId', 'risk'],
};
const periods = { plan: ['periodStart', 'periodEnd'], activity: ['startsOn', 'endsOn'] } as const;

/**
 * Adds or changes a node of this kind.
 * @returns its id
 * @throws Problem ForbiddenError, ValidationError, ConflictError
 */
export function upsertNode(plans: Plans, actor: Actor, kind: NodeKind, input: UpsertInput): Promise<string> {
  const [letter, parentField, name] = kinds[kind];
  const parentId = (input as unknown as Record<string, string | null | undefined>)[parentField] ?? null;
  const named = input.id ?? parentId;
  if (named === null) throw invalid(`${parentField}: needed to add: it says where.`, 'input', parentField);
  const isPlan = kind === 'objective' && input.id == null;
  const planId = isPlan ? named : splitId(named)?.[0];
  if (planId === undefined) throw forbidden(`There is no such ${name}, or you may not see it.`);
  const key = input.id == null ? newKey(actor, planId, input, letter) : splitId(input.id)![1];
  const command = `upsert${kind[0]!.toUpperCase()}${kind.slice(1)}`;
  return editPlan(plans, actor, {
    command,
    input,
    planId,
    id: `${planId}/${key}`,
    key,
    write({ view, clientId }) {
      const before = input.id == null ? null : nodeOf(view, input.id, kind, 'id');
      const parent = parentId === null ? before!.parent! : parentKeyOf(view, parentId, kind, parentField);
      const values = readValues(kind, input, view, before && key);
      if (kind === 'activity') checkPeriod(input, values, { ...before }, periods.activity);
      if (!before) {
        const after = placeAfter(view, kind, parent, input.after, 'after');
        return createNode(view.room.doc, { key, kind, parent, values, ...after }, clientId);
      }
      if (parent !== (before.parent ?? PLAN_KEY) && parentId !== null)
        throw invalid(`${parentField}: the ${name} is not there; movePlanNode moves it.`, 'input', parentField);
      if (input.after !== undefined)
        throw invalid(`after: movePlanNode moves a ${name} that is there.`, 'input', 'after');
      return setFields(view.room.doc, key, values, clientId);
    },
  });
}

export interface PlanDetailsInput extends ClientInput {
  planId: string;
}

/** Changes the plan's own title, preamble and period. @throws Problem */
export function updatePlanDetails(plans: Plans, actor: Actor, input: PlanDetailsInput): Promise<string> {
  const { planId } = input;
  return editPlan(plans, actor, {
    command: 'updatePlanDetails',
    input,
    planId,
    id: planId,
    key: PLAN_KEY,
    write({ view, clientId }) {
      const values = readValues('plan', input, view, PLAN_KEY);
      checkPeriod(input, values, { ...view.tree }, periods.plan);
      const { sourceLocale } = view.plan;
      const title = (values.title as Record<string, string> | undefined)?.[sourceLocale];
      if (title !== undefined && title.trim() === '')
        throw invalid(`title: a text in the source locale ${sourceLocale} is needed.`, 'input', 'title');
      return setFields(view.room.doc, PLAN_KEY, values, clientId);
    },
  });
}

/** The node with this id, which is in the plan's tree and of this kind. */
export function nodeOf(view: PlanView, id: string, kind: Kind | null, field: string): PlanNode {
  const [planId, key] = splitId(id) ?? [];
  const place = planId === view.plan.id ? view.places.get(key!) : undefined;
  if (!place || (kind !== null && place.node.kind !== kind))
    throw invalid(
      `${field}: the plan has no such ${kind === null ? 'node' : kindName(kind)}, or it is deleted.`,
      'input',
      field,
    );
  return place.node;
}

const kindName = (kind: Kind): string => (kind === 'plan' ? 'plan' : kinds[kind][2]);

/** The key of a node that may carry one of `kind`: the plan's own id stands for its root. */
export function parentKeyOf(view: PlanView, id: string, kind: Kind, field: string): string {
  if (kind === 'objective') {
    if (id === view.plan.id || id === `${view.plan.id}/${PLAN_KEY}`) return PLAN_KEY;
    throw invalid(`${field}: an objective stands below its plan.`, 'input', field);
  }
  const parent = nodeOf(view, id, null, field);
  if (!mayStandUnder(kind, parent.kind))
    throw invalid(`${field}: no ${kindName(kind)} stands below this ${kindName(parent.kind)}.`, 'input', field);
  return parent.key;
}

/** The sibling to stand after, as the document takes it. */
export function placeAfter(
  view: PlanView,
  kind: Kind,
  parent: string,
  after: string | null | undefined,
  field: string,
): { after?: string | null } {
  if (after === undefined) return {};
  if (after === null) return { after };
  const sibling = nodeOf(view, after, kind, field);
  if ((sibling.parent ?? PLAN_KEY) !== parent)
    throw invalid(`${field}: this ${kindName(kind)} stands elsewhere.`, 'input', field);
  return { after: sibling.key };
}
