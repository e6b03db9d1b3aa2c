import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid, type ThematicArea } from '../../../../kit/types.ts';
import type { Kind } from '../../document/fields.ts';
import { countriesOf } from '../../entities/nodes.ts';
import type { Plans } from '../../plans.ts';
import { maySetActivityStatus } from '../../policy.ts';
import { type Place, type PlanView, splitId, viewFor } from '../../view.ts';

const closed = ['SUPERSEDED', 'ARCHIVED'];

/** What an event about an activity says of it besides ids: the networks that own its objective hear it. */
export interface About {
  networkIds: string[];
  thematicArea: ThematicArea | null;
  countries: string[];
}

/**
 * A node whose state is kept beside the document (an activity, a milestone, an indicator), for someone who may set it: the activity's responsible
 * organisation, the objective's lead, steering and coordinators. An outcome's indicator has no responsible organisation.
 * @throws Problem ForbiddenError
 */
export async function enterForStatus(
  plans: Plans,
  actor: Actor,
  id: string,
  kind: Kind & ('activity' | 'milestone' | 'indicator'),
): Promise<{ view: PlanView; place: Place; about: About; seatId: string }> {
  const [planId = '', nodeKey = ''] = splitId(id) ?? [];
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  const place = view?.places.get(nodeKey);
  if (!view || place?.node.kind !== kind) throw forbidden(`There is no such ${kind}, or you may not see it.`);
  const facts = { objective: view.factsOf(place.objective!), responsible: place.activity?.responsible ?? null };
  if (!maySetActivityStatus(actor, view.plan, facts)) {
    throw forbidden(
      'This belongs to the responsible organisation of the activity, its group’s lead, steering and coordinators.',
    );
  }
  const { thematicArea } = place.objective!;
  const countries = place.activity ? countriesOf(place.activity) : [];
  return {
    view,
    place,
    about: { networkIds: view.networksOf(place.objective!), thematicArea, countries },
    seatId: requireSeat(actor),
  };
}

/**
 * The plan's lock, shared: edits of the text wait a moment, other statuses do not.
 * @throws Problem ValidationError when the plan has been replaced or archived: its states are history
 */
export async function refuseHistory(tx: Transaction, planId: string): Promise<void> {
  const [plan] = await tx.manager.query('SELECT status FROM plan WHERE id = $1 FOR SHARE', [planId]);
  if (closed.includes(plan.status)) throw invalid(`The plan is ${plan.status}: its activities are history.`);
}
