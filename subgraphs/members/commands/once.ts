import { createHash } from 'node:crypto';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import { checkText } from './input.ts';

/**
 * Runs a command once per actor and clientMutationId: the same input again gives the first result. The row is inserted
 * before the command runs, so that of two requests with one id the second waits for the first one's commit.
 * @returns the id of the record that the command made or changed
 * @throws Problem when the id was used with other input; a refused command leaves the id free
 */
export async function once(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string },
  run: () => Promise<string>,
): Promise<string> {
  if (actor.kind === 'SYSTEM') return run();
  const id = checkText(input.clientMutationId, 128, 'clientMutationId');
  const by = actor.seatId ?? actor.subject;
  const hash = createHash('sha256')
    .update(JSON.stringify([command, Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('base64url');
  const inserted = await tx.manager.query(
    `INSERT INTO mutation (actor, client_mutation_id, input_hash) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [by, id, hash],
  );
  if (inserted.length === 0) {
    const [first] = await tx.manager.query(
      'SELECT input_hash AS "inputHash", result_id AS "resultId" FROM mutation WHERE actor = $1 AND client_mutation_id = $2',
      [by, id],
    );
    if (first.inputHash !== hash) {
      throw invalid('clientMutationId: used before, with other input.', 'input', 'clientMutationId');
    }
    return first.resultId;
  }
  const result = await run();
  await tx.manager.query('UPDATE mutation SET result_id = $3 WHERE actor = $1 AND client_mutation_id = $2', [
    by,
    id,
    result,
  ]);
  return result;
}
