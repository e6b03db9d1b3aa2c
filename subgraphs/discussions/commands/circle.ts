import type { Visibility } from '../../../kit/context.ts';
import { invalid } from '../../../kit/types.ts';
import type { Circle } from '../policy.ts';
import { checkId } from '../text.ts';

const mostNetworks = 50;

/** Whom an input wants to speak to: in itself possible, not yet allowed. */
export function checkCircle(input: { networkIds: string[]; visibility: Visibility; bodyId?: string | null }): Circle {
  const networkIds = [...new Set(input.networkIds)].sort();
  const bodyId = input.bodyId ?? null;
  if (networkIds.length === 0) throw invalid('networkIds: name at least one network.', 'input', 'networkIds');
  if (networkIds.length > mostNetworks) throw invalid(`networkIds: at most ${mostNetworks}.`, 'input', 'networkIds');
  for (const id of networkIds) checkId(id, 'input', 'networkIds');
  if (bodyId !== null) checkId(bodyId, 'input', 'bodyId');
  if (input.visibility === 'SEAT_ONLY') {
    throw invalid('visibility: SEAT_ONLY is for records of one seat.', 'input', 'visibility');
  }
  if (input.visibility === 'GROUP' && bodyId === null) {
    throw invalid('bodyId: GROUP visibility needs the body whose seats it is for.', 'input', 'bodyId');
  }
  // Each network says who sits in the bodies it names: a second one could seat its own people in this body.
  if (input.visibility === 'GROUP' && networkIds.length > 1) {
    throw invalid('networkIds: a group is of one network.', 'input', 'networkIds');
  }
  return { networkIds, visibility: input.visibility, bodyId };
}
