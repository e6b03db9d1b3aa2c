import { randomUUID } from 'node:crypto';
import type { Hints } from '../../../kit/hints.ts';
import type { Edit } from '../log.ts';

/**
 * Hints between processes on channel `plan:<id>`: the committed edits with their bytes, so that a reader elsewhere is one hop away; none means "the plan's
 * row has changed, look". A process passes over what it has sent itself.
 */
export function createHinting(hints: Hints, own: string = randomUUID()) {
  const listening = new Map<string, () => void>();
  const channel = (planId: string) => `plan:${planId}`;
  return {
    send(planId: string, edits: readonly Edit[]): void {
      const texts = edits.map((edit) => ({ ...edit, update: Buffer.from(edit.update).toString('base64') }));
      hints.publish(channel(planId), `${own} ${JSON.stringify(texts)}`);
    },
    listen(planId: string, onEdits: (edits: Edit[]) => void): void {
      const stop = hints.subscribe(channel(planId), (payload) => {
        if (!payload.startsWith(own)) onEdits(parse(payload));
      });
      listening.set(planId, stop);
    },
    forget(planId: string): void {
      listening.get(planId)?.();
      listening.delete(planId);
    },
  };
}

/** Anything unreadable counts as "look". */
function parse(payload: string): Edit[] {
  try {
    const edits = JSON.parse(payload.slice(payload.indexOf(' ') + 1)) as (Omit<Edit, 'update' | 'at'> & {
      update: string;
      at: string;
    })[];
    return edits.map((edit) => ({ ...edit, update: Buffer.from(edit.update, 'base64'), at: new Date(edit.at) }));
  } catch {
    return [];
  }
}
