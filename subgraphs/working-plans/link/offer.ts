import * as Y from 'yjs';
import type { Actor } from '../../../kit/context.ts';
import type { Plan } from '../entities/plan.ts';
import { SYSTEM_SEAT } from '../log.ts';
import type { Plans } from '../plans.ts';
import { mayReplicate } from '../policy.ts';
import { toBase64 } from '../room/room.ts';
import {
  ReplicatedClient,
  ReplicatedDocument,
  ReplicatedPlan,
  ReplicatedPlans,
  type ReplicatedRedaction,
} from './entities.ts';
import { hashOfStates, readStates, type States } from './states.ts';

type Row = Omit<ReplicatedPlan, 'start' | 'homeRegion' | 'sequence'> & Pick<Plan, 'homeRegion'> & { seq: string };

/** The plans that this key's peer keeps too, as they are in the database now; no document is read. */
export async function listPlans(plans: Plans, actor: Actor): Promise<ReplicatedPlans> {
  const rows: Row[] = await plans.database.source.query(
    `SELECT id, network_ids AS "networkIds", status, visibility, source_locale AS "sourceLocale", expert_groups AS "expertGroups", seq, epoch, version,
       home_region AS "homeRegion", amends, provenance, source_url AS "sourceUrl", created_by AS "createdBy", created_at AS "createdAt",
       coalesce((SELECT jsonb_object_agg(o.node_key, to_jsonb(o.network_ids)) FROM objective_networks o WHERE o.plan_id = p.id), '{}') AS "objectiveNetworks",
       ${hashOfStates('p.id')} AS "stateHash"
     FROM plan p WHERE network_ids <@ $1 ORDER BY created_at, id`,
    [actor.partner?.networkIds ?? []],
  );
  const offered = rows.filter((row) => mayReplicate(actor, row));
  return Object.assign(new ReplicatedPlans(), {
    region: plans.region,
    regionNumber: plans.regionNumber,
    plans: offered.map(({ seq, homeRegion, ...row }) =>
      Object.assign(new ReplicatedPlan(), {
        ...row,
        sequence: Number(seq),
        homeRegion: homeRegion ?? plans.region,
        start: plans.rooms.cursors(row.id).encode({ epoch: row.epoch, seq: 0 }),
      }),
    ),
  });
}

export async function statesForPeer(plans: Plans, actor: Actor, planId: string): Promise<States | null> {
  const [plan]: Pick<Plan, 'networkIds'>[] = await plans.database.source.query(
    'SELECT network_ids AS "networkIds" FROM plan WHERE id = $1',
    [planId],
  );
  return plan && mayReplicate(actor, plan) ? readStates(plans.database.source, planId) : null;
}

export async function openForPeer(plans: Plans, actor: Actor, planId: string): Promise<ReplicatedDocument | null> {
  const room = (await plans.rooms.open([planId])).get(planId);
  if (!room || !mayReplicate(actor, room.plan)) return null;
  const { whole, cursor, epoch, seq: sequence } = room;
  const update = toBase64(whole);
  const clocks = Y.decodeStateVector(room.stateVector);
  const rows: { client_id: number; seat_id: string }[] = await plans.database.source.query(
    'SELECT client_id, seat_id FROM plan_client WHERE plan_id = $1 AND client_id = ANY ($2)',
    [planId, [...clocks.keys()]],
  );
  const clients = rows.map(({ client_id: clientId, seat_id }) =>
    Object.assign(new ReplicatedClient(), {
      clientId,
      seatId: seat_id === SYSTEM_SEAT ? null : seat_id,
      nextClock: clocks.get(clientId) ?? 0,
    }),
  );
  const redactions: ReplicatedRedaction[] = await plans.database.source.query(
    `SELECT epoch, seat_id AS "seatId", at, reason, places FROM plan_redaction WHERE plan_id = $1 AND epoch <= $2 ORDER BY epoch`,
    [planId, epoch],
  );
  return Object.assign(new ReplicatedDocument(), { update, cursor, epoch, sequence, clients, redactions });
}
