import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid, Problem } from '../../../kit/types.ts';
import { type AnchorTypename, anchorTypes } from '../entities/thread.ts';
import type { Circle } from '../policy.ts';
import { checkId } from '../text.ts';
import { findDecision, findMeeting } from './find.ts';
import { findKnowledge, findStatement } from './find-library.ts';

/** What is found here, by its type. */
const own: Partial<Record<AnchorTypename, (tx: Transaction, actor: Actor, id: string) => Promise<unknown>>> = {
  Meeting: findMeeting,
  Decision: findDecision,
  Statement: findStatement,
  KnowledgeItem: findKnowledge,
};

/**
 * Whether a thing of another subgraph exists is not known here; one of ours must be visible to who names it.
 * @param types that may be named
 * @param path of the input that names it
 * @throws Problem ValidationError with the path of the field at fault
 */
export async function checkAnchor(
  tx: Transaction,
  actor: Actor,
  anchor: { typename: string; id: string },
  circle: Circle,
  types: readonly AnchorTypename[],
  ...path: string[]
): Promise<{ typename: AnchorTypename; id: string }> {
  const typename = types.find((type) => type === anchor.typename);
  if (!typename) throw invalid(`typename: one of ${types.join(', ')}.`, ...path, 'typename');
  const id = checkId(anchor.id, ...path, 'id');
  if (typename === 'Network' && !circle.networkIds.includes(id)) {
    throw invalid(`id: the ${path.at(-1)} is a network that networkIds does not name.`, ...path, 'id');
  }
  await own[typename]?.(tx, actor, id).catch((error) => {
    throw error instanceof Problem ? invalid(`id: ${error.message}`, ...path, 'id') : error;
  });
  return { typename, id };
}

export const threadAnchors = Object.keys(anchorTypes) as AnchorTypename[];
/** A decision is not decided on. */
export const decisionSubjects = threadAnchors.filter((typename) => typename !== 'Decision');
