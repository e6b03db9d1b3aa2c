import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, requireSeat } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import type { MarkNoticesReadInput } from '../account-inputs.ts';
import { findNotices, isReader, readTimeZone } from '../notices.ts';

/**
 * Notes that the seat has read notices, on all its devices. What it may not read, or is not its own, is passed over.
 * @throws Problem ForbiddenError without a seat; ValidationError
 */
export async function markNoticesRead(
  tx: Transaction,
  actor: Actor,
  input: MarkNoticesReadInput,
  now = new Date(),
): Promise<string> {
  const seatId = requireSeat(actor);
  const ids = [...new Set(input.noticeIds ?? [])];
  if (input.all !== true && ids.length === 0) throw invalid('noticeIds: name one, or all.', 'input', 'noticeIds');
  if (ids.length > 100) throw invalid('noticeIds: at most 100.', 'input', 'noticeIds');
  return once(tx, actor, 'markNoticesRead', input, seatId, async () => {
    if (!isReader(actor)) return;
    const timeZone = await readTimeZone(tx.manager, actor);
    const found = await findNotices(tx.manager, { reader: actor, timeZone, now }, input.all === true ? null : ids);
    await tx.manager.query(
      `INSERT INTO notice_state AS s (notice_id, seat_id, read_at) SELECT id, $2::text, $3::timestamptz FROM unnest($1::text[]) AS id ORDER BY id
       ON CONFLICT (notice_id, seat_id) DO UPDATE SET read_at = coalesce(s.read_at, excluded.read_at)`,
      [found, seatId, now],
    );
  });
}
