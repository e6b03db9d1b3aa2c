import * as Y from 'yjs';
import type { Actor } from '../../../../kit/context.ts';
import { requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import { completeTexts, deleteNode, moveNode } from '../../document/edit.ts';
import { PLAN_KEY } from '../../document/fields.ts';
import { isDeleted, readHead } from '../../document/read.ts';
import { isLocale } from '../../document/values.ts';
import type { Plans } from '../../plans.ts';
import { mayEditPlan } from '../../policy.ts';
import { splitId } from '../../view.ts';
import { type ClientInput, editPlan } from './edit-plan.ts';
import { nodeOf, parentKeyOf, placeAfter } from './upsert.ts';

export interface NodeInput extends ClientInput {
  nodeId: string;
}
export interface MoveInput extends NodeInput {
  /** Absent: where it is. */
  parentId?: string | null;
  /** The sibling to stand right after; null: first; absent: last. */
  after?: string | null;
}
export interface LocaleInput extends ClientInput {
  planId: string;
  locale: string;
}

const mostLocales = 10;
const unknown = 'There is no such node, or you may not see it.';

/** Moves a node among its siblings, or below another parent of the right kind, with all below it. @returns the plan's id */
export function movePlanNode(plans: Plans, actor: Actor, input: MoveInput): Promise<string> {
  const { planId, key } = placeIn(input);
  return editPlan(plans, actor, {
    command: 'movePlanNode',
    input,
    planId,
    id: planId,
    key,
    write({ view, clientId }) {
      const node = nodeOf(view, input.nodeId, null, 'nodeId');
      const parent =
        input.parentId == null ? (node.parent ?? PLAN_KEY) : parentKeyOf(view, input.parentId, node.kind, 'parentId');
      if (input.after === input.nodeId) throw invalid('after: a node does not stand after itself.', 'input', 'after');
      const after = placeAfter(view, node.kind, parent, input.after, 'after');
      return moveNode(view.room.doc, { key, parent, ...after }, clientId);
    },
  });
}

/** Hides a node and all below it. What others type into it meanwhile is kept, and `restorePlanNode` shows it again. @returns the plan's id */
export function deletePlanNode(plans: Plans, actor: Actor, input: NodeInput, now = new Date()): Promise<string> {
  const { planId, key } = placeIn(input);
  const by = requireSeat(actor);
  return editPlan(plans, actor, {
    command: 'deletePlanNode',
    input,
    planId,
    id: planId,
    key,
    write({ view: { room }, clientId }) {
      const node = headOf(room.doc, key);
      if (node.deleted) return nothing;
      return deleteNode(room.doc, key, { by, at: now.toISOString() }, clientId);
    },
  });
}

/** Shows a deleted node again, and all below it that is not deleted itself. @returns the plan's id */
export function restorePlanNode(plans: Plans, actor: Actor, input: NodeInput): Promise<string> {
  const { planId, key } = placeIn(input);
  return editPlan(plans, actor, {
    command: 'restorePlanNode',
    input,
    planId,
    id: planId,
    key,
    write({ view: { room }, clientId }) {
      const node = headOf(room.doc, key);
      let above = node.parent;
      for (let steps = 0; above !== null && steps < 8; steps++) {
        const head = headOf(room.doc, above);
        if (head.deleted)
          throw invalid(`nodeId: ${planId}/${above} above it is deleted: restore that first.`, 'input', 'nodeId');
        above = head.parent;
      }
      return node.deleted ? deleteNode(room.doc, key, null, clientId) : nothing;
    },
  });
}

/**
 * Gives the plan one more locale: an empty text for each text there is, in all objectives, so that everybody can type in it. Only the server does this: two
 * clients that created one text at once would lose one side's. By editors of a network that owns the plan. @returns the plan's id
 */
export function addPlanLocale(plans: Plans, actor: Actor, input: LocaleInput): Promise<string> {
  const { planId, locale } = input;
  return editPlan(plans, actor, {
    command: 'addPlanLocale',
    input,
    planId,
    id: planId,
    may: (room) => mayEditPlan(actor, room.plan),
    write({ view, clientId }) {
      const { locales } = view.tree;
      if (!isLocale(locale)) throw invalid('locale: not a language tag that plans have.', 'input', 'locale');
      if (!locales.includes(locale) && locales.length >= mostLocales)
        throw invalid(`locale: a plan has at most ${mostLocales}.`, 'input', 'locale');
      return completeTexts(view.room.doc, clientId, [locale]);
    },
  });
}

const nothing = new Uint8Array(2); // an update that changes nothing

function placeIn({ nodeId }: NodeInput): { planId: string; key: string } {
  const [planId, key] = splitId(nodeId) ?? [];
  if (planId === undefined || key === undefined) throw forbidden(unknown);
  if (key === PLAN_KEY) throw invalid('nodeId: the plan itself stays where it is.', 'input', 'nodeId');
  return { planId, key };
}

/** A node, deleted or not. */
function headOf(doc: Y.Doc, key: string): { parent: string | null; deleted: boolean } {
  const node = doc.getMap('nodes').get(key);
  const head = node instanceof Y.Map ? readHead(key, node) : undefined;
  if (!head) throw invalid('nodeId: the plan has no such node.', 'input', 'nodeId');
  return { parent: head.parent, deleted: isDeleted(node as Y.Map<unknown>) };
}
