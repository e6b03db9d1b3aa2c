import { rebuild } from './journal.ts';
import { Outbox } from './outbox.ts';
import type { Refused, Shelf } from './shelf.ts';
import { readTouchedTexts } from './unsaved-text.ts';
import { type PlanWire, WireFailure } from './wire.ts';

/**
 * Sends all that the shelf of a closed tab still holds, then empties it.
 * @param keep takes over the texts that the server refused; the shelf has them until it has resolved
 * @throws WireFailure when it should be tried again
 */
export async function sendStray(
  stray: Shelf,
  wire: PlanWire,
  keep: (refused: Refused[]) => Promise<void>,
  now: () => Date,
  createId?: () => string,
): Promise<void> {
  const kept = await stray.load();
  const refused = [...(kept?.state.refused ?? [])];
  const outbox = new Outbox(kept?.entries, createId);
  for (let next = outbox.next(); kept && next; next = outbox.next()) {
    await stray.write({ put: next.put, remove: next.remove });
    const { push } = next;
    try {
      await wire.push(kept.state.epoch, push.unsaved.editId, push.update);
    } catch (error) {
      if (!(error instanceof WireFailure) || !error.refuses || error.code === 'UNAUTHENTICATED') throw error;
      const { code, message } = error;
      const updates = outbox.entries.map(({ update }) => update);
      const texts = readTouchedTexts(rebuild(kept), updates);
      refused.push({ id: push.unsaved.editId, code, message, at: now().toISOString(), texts });
      break;
    }
    await stray.write({ put: [outbox.acknowledge(push.n)!] });
  }
  if (refused.length > 0) await keep(refused);
  await stray.clear();
  stray.release();
}
