import type { Cursors } from '../../../kit/cursor.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import type { DecisionPage, DecisionPlace } from '../decision-loaders.ts';
import type { Decision, DecisionStatus } from '../entities/decision.ts';
import { stub } from '../entities/stubs.ts';
import { type AnchorTypename, anchorTypes, type Thread, type ThreadStatus } from '../entities/thread.ts';
import type { Loaders, ThreadPage, ThreadPosition } from '../loaders.ts';

export const paged = '@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)';

/** @throws ApiError BAD_USER_INPUT, CURSOR_INVALID */
export async function pageThreads(
  args: { status?: ThreadStatus | null; first: number | null; after: string | null },
  size: number,
  cursors: Cursors<ThreadPosition>,
  load: (page: ThreadPage) => Promise<Thread[]>,
) {
  const first = checkFirst(args.first ?? size);
  const after = args.after ? cursors.decode(args.after) : null;
  const rows = await load({ status: args.status ?? null, limit: first + 1, after });
  return toConnection(rows, first, args.after, cursors, (thread) => [thread.lastActivityAt.toISOString(), thread.id]);
}

/** @throws ApiError BAD_USER_INPUT, CURSOR_INVALID */
export async function pageDecisions(
  args: { status: DecisionStatus | null; first: number | null; after: string | null },
  cursors: Cursors<DecisionPlace>,
  load: (page: DecisionPage) => Promise<Decision[]>,
) {
  const first = checkFirst(args.first ?? 20);
  const after = args.after ? cursors.decode(args.after) : null;
  const rows = await load({ status: args.status ?? null, limit: first + 1, after });
  return toConnection(rows, first, args.after, cursors, (row) => [row.createdAt.toISOString(), row.id]);
}

/** @returns null for one of ours that the actor may not see; of other subgraphs, the key */
export function loadAnchor(
  { meeting, decision, statement, knowledgeItem }: Loaders,
  typename: AnchorTypename,
  id: string,
) {
  if (typename === 'Meeting') return meeting.load(id);
  if (typename === 'Decision') return decision.load(id);
  if (typename === 'Statement') return statement.load(id);
  if (typename === 'KnowledgeItem') return knowledgeItem.load(id);
  return stub<{ id: string }>(anchorTypes[typename], id);
}
