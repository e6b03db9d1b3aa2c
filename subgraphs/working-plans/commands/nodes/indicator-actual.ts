import type { Actor } from '../../../../kit/context.ts';
import { claim } from '../../../../kit/once.ts';
import { conflict, invalid } from '../../../../kit/types.ts';
import { isCleanText } from '../../document/values.ts';
import type { IndicatorActualInput } from '../../inputs/plans.ts';
import type { Plans } from '../../plans.ts';
import { newIndicator } from '../../statuses.ts';
import { enterForStatus, refuseHistory } from './status.ts';

/**
 * Says what was measured; null takes it back. Beside the document: editable after adoption.
 * @returns the indicator's id
 * @throws Problem ForbiddenError; ConflictError when it has changed since `expectedVersion`; ValidationError
 */
export async function setIndicatorActual(plans: Plans, actor: Actor, input: IndicatorActualInput): Promise<string> {
  const { indicatorId, expectedVersion } = input;
  const { view, place, seatId } = await enterForStatus(plans, actor, indicatorId, 'indicator');
  const actual = input.actual?.trim() || null;
  if (actual !== null && (actual.length > 500 || !isCleanText(actual)))
    throw invalid('actual: at most 500 characters, without U+0000.', 'input', 'actual');
  await plans.database.transaction(async (tx) => {
    const { first } = await claim(tx.manager, actor, 'setIndicatorActual', input, indicatorId);
    if (!first) return;
    await refuseHistory(tx, view.plan.id);
    const at = [view.plan.id, place.node.key];
    await tx.manager.query(
      'INSERT INTO indicator_actual (plan_id, node_key, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [...at, newIndicator.version],
    );
    const [before]: { version: number }[] = await tx.manager.query(
      'SELECT version FROM indicator_actual WHERE plan_id = $1 AND node_key = $2 FOR UPDATE',
      at,
    );
    if (before!.version !== expectedVersion)
      throw conflict('Another value has been entered meanwhile.', before!.version);
    await tx.manager.query(
      `UPDATE indicator_actual SET actual = $3, version = $4, changed_by = $5, changed_at = now() WHERE plan_id = $1 AND node_key = $2`,
      [...at, actual, expectedVersion + 1, seatId],
    );
  });
  return indicatorId;
}
