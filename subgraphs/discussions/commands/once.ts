import { createHash } from 'node:crypto';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { ApiError } from '../../../kit/errors.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { isId } from '../text.ts';

/** What SYSTEM knows of a shipped record beyond its input. */
export interface Past extends Origin {
  seatId?: string | null;
}

/** @throws ApiError FORBIDDEN when anyone but SYSTEM sets an origin */
export function refuseOrigin(actor: Actor, origin: Past | undefined): void {
  if (origin && actor.kind !== 'SYSTEM') {
    throw new ApiError('FORBIDDEN', 'Only the loader of the shipped records sets ids, provenance and past dates.');
  }
}

export function seatOf(actor: Actor, origin: Past | undefined): string | null {
  if (actor.kind === 'SYSTEM') return origin?.seatId ?? null;
  if (!actor.seatId) throw forbidden('This needs a seat.');
  return actor.seatId;
}

/** Equal for equal inputs, whatever the order of their fields; what is null counts as left out. */
function hashOf(operation: string, input: object): string {
  const sorted = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, v]) => v !== null && v !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;
  return createHash('sha256').update(operation).update(JSON.stringify(input, sorted)).digest('hex');
}

/**
 * Runs `work` once for a seat's `clientMutationId`. The claim is a row of the same transaction: an equal call that runs
 * at the same time waits on it, then finds it committed, or gone if the first was refused.
 * @returns the id the work was given: `newId`, or that of the first time
 */
export async function once(
  tx: Transaction,
  actor: Actor,
  operation: string,
  input: { clientMutationId: string },
  newId: string,
  work: (id: string) => Promise<void>,
): Promise<string> {
  if (actor.kind === 'SYSTEM') {
    await work(newId);
    return newId;
  }
  const { clientMutationId } = input;
  if (!isId(clientMutationId)) {
    throw invalid('clientMutationId: 1 to 200 characters of ASCII, without spaces.', 'input', 'clientMutationId');
  }
  const hash = hashOf(operation, input);
  const claimed: unknown[] = await tx.manager.query(
    `INSERT INTO mutation (seat_id, client_mutation_id, result_id, input_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING result_id`,
    [actor.seatId, clientMutationId, newId, hash],
  );
  if (claimed.length > 0) {
    await work(newId);
    return newId;
  }
  const [first] = await tx.manager.query(
    'SELECT result_id, input_hash FROM mutation WHERE seat_id = $1 AND client_mutation_id = $2',
    [actor.seatId, clientMutationId],
  );
  if (first.input_hash !== hash) {
    throw invalid('clientMutationId: it was used before, with other input.', 'input', 'clientMutationId');
  }
  return first.result_id;
}
