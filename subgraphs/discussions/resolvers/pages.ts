import type { Cursors } from '../../../kit/cursor.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import type { Thread, ThreadStatus } from '../entities/thread.ts';
import type { ThreadPage, ThreadPosition } from '../loaders.ts';

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
