import { createHash } from 'node:crypto';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import { checkPattern } from './check.ts';

/** Equal for equal inputs, whatever the order of their fields; what is null counts as left out. */
const hashOf = (command: string, input: object): string => {
  const sort = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, field]) => field != null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;
  return createHash('sha256')
    .update(`${command} ${JSON.stringify(input, sort)}`)
    .digest('hex');
};

/**
 * Runs `work` once for an actor's `clientMutationId`. The claim is a row of the same transaction: an equal call at the same
 * time waits for it, then finds it committed, or gone if the first was refused.
 * @returns the id that the work was given: `id`, or that of the first time
 * @throws Problem ValidationError when the clientMutationId came before with other input
 */
export async function once(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string },
  id: string,
  work: (id: string) => Promise<void>,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') {
    const by = actor.seatId ?? actor.subject;
    const mutationId = checkPattern(
      input.clientMutationId,
      /^[\x21-\x7e]{1,200}$/,
      'clientMutationId',
      '1 to 200 characters of ASCII, without spaces',
    );
    const hash = hashOf(command, input);
    const claimed = await tx.manager.query(
      `INSERT INTO mutation (actor, client_mutation_id, result_id, input_hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [by, mutationId, id, hash],
    );
    if (claimed.length === 0) {
      const [first] = await tx.manager.query(
        'SELECT result_id, input_hash FROM mutation WHERE actor = $1 AND client_mutation_id = $2',
        [by, mutationId],
      );
      if (first.input_hash === hash) return first.result_id;
      throw invalid('clientMutationId: it was used before, with other input.', 'input', 'clientMutationId');
    }
  }
  await work(id);
  return id;
}
