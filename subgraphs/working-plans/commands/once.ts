import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, invalid } from '../../../kit/types.ts';

/** Ids that travel: printable ASCII without spaces. */
export const isId = (text: string): boolean => /^[\x21-\x7e]{1,200}$/.test(text);

/** @throws ApiError FORBIDDEN when anyone but SYSTEM sets an origin */
export function refuseOrigin(actor: Actor, origin: Origin | undefined): void {
  if (origin && actor.kind !== 'SYSTEM') {
    throw new ApiError('FORBIDDEN', 'Only the loader of the shipped records sets ids, provenance and past dates.');
  }
}

/** @throws Problem ForbiddenError */
export function requireSeat(actor: Actor): string {
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
 * Claims a seat's `clientMutationId`. In a transaction the claim goes with its work: an equal call that runs at the same time waits on the row, then finds it
 * committed, or gone if the first was refused.
 * @returns the id the work was given, `newId` or that of the first time, and whether this is the first time
 * @throws Problem ValidationError when it was used with other input
 */
export async function claim(
  manager: EntityManager,
  seatId: string,
  operation: string,
  input: { clientMutationId: string },
  newId: string,
): Promise<{ id: string; first: boolean }> {
  const { clientMutationId } = input;
  if (!isId(clientMutationId)) {
    throw invalid('clientMutationId: 1 to 200 characters of ASCII, without spaces.', 'input', 'clientMutationId');
  }
  const hash = hashOf(operation, input);
  const claimed: unknown[] = await manager.query(
    `INSERT INTO mutation (seat_id, client_mutation_id, result_id, input_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING result_id`,
    [seatId, clientMutationId, newId, hash],
  );
  if (claimed.length > 0) return { id: newId, first: true };
  const [known] = await manager.query(
    'SELECT result_id, input_hash FROM mutation WHERE seat_id = $1 AND client_mutation_id = $2',
    [seatId, clientMutationId],
  );
  if (known.input_hash !== hash) {
    throw invalid('clientMutationId: it was used before, with other input.', 'input', 'clientMutationId');
  }
  return { id: known.result_id, first: false };
}
