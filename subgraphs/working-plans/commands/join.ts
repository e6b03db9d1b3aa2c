import { createHash, randomInt } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { PlanSession } from '../entities/live.ts';
import { SYSTEM_SEAT } from '../log.ts';
import type { Plans } from '../plans.ts';
import { mayEditSomewhere, mayRead } from '../policy.ts';
import type { Room } from '../room/room.ts';
import { endClientIds, type Resume, resumeClientId } from './client-ids.ts';

const idsOfRegion = 2 ** 24;

/**
 * The plan's room, for someone who may type in it. Who may not has no client ids there any more.
 * @throws ApiError NOT_FOUND when the actor may not read the plan, FORBIDDEN when only that
 */
export async function enterAsEditor(
  plans: Plans,
  actor: Actor,
  planId: string,
): Promise<{ room: Room; seatId: string }> {
  const room = await plans.rooms.enter(planId);
  const { seatId } = actor;
  if (room && seatId && mayEditSomewhere(actor, room.plan) && mayRead(actor, room.plan)) return { room, seatId };
  if (room && seatId) {
    await endClientIds(plans.database.source.manager, planId, seatId);
    for (const [clientId, owner] of room.clients) if (owner === seatId) room.clients.delete(clientId);
  }
  if (room && mayRead(actor, room.plan))
    throw new ApiError('FORBIDDEN', 'You may read this plan; editors of its networks and group leads type in it.');
  throw new ApiError('NOT_FOUND', 'There is no such plan, or you may not see it.');
}

/**
 * A client id for this seat and plan: one tab, one id. The one that it had before, if that still lives, was issued in this region and stands where the tab
 * believes; else a new one. Two tabs that resume the same one both get it: whichever writes second at a clock is refused.
 * @throws ApiError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT
 */
export async function joinPlan(
  plans: Plans,
  actor: Actor,
  planId: string,
  resume?: Resume | null,
): Promise<PlanSession> {
  const { room, seatId } = await enterAsEditor(plans, actor, planId);
  const { manager } = plans.database.source;
  const isOurs = resume && Math.floor(resume.clientId / idsOfRegion) === plans.regionNumber;
  const nextClock = isOurs ? await resumeClientId(manager, planId, seatId, resume) : undefined;
  const resumed = nextClock !== undefined;
  const clientId = resumed
    ? (resume as Resume).clientId
    : await issueClient(manager, planId, seatId, plans.regionNumber);
  room.clients.set(clientId, seatId);
  return Object.assign(new PlanSession(), { clientId, nextClock: nextClock ?? 0, epoch: room.epoch, resumed });
}

/** The region's number above 24 random bits, never issued before in this plan: no two writers, in any region, share a clock. */
export async function issueClient(
  manager: EntityManager,
  planId: string,
  seatId: string,
  regionNumber: number,
  random: () => number = () => randomInt(idsOfRegion),
): Promise<number> {
  for (;;) {
    const [issued] = await manager.query(
      'INSERT INTO plan_client (plan_id, client_id, seat_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING client_id',
      [planId, regionNumber * idsOfRegion + random(), seatId],
    );
    if (issued) return issued.client_id;
  }
}

/**
 * The id that a shipped plan is written with, in every region the same: so its structs are the same, and the edits of one region fit the document of
 * another. No region has the number 0.
 */
export async function issueShippedClient(manager: EntityManager, planId: string): Promise<number> {
  const clientId = 1 + (createHash('sha256').update(planId).digest().readUIntBE(0, 3) % (idsOfRegion - 1));
  await manager.query('INSERT INTO plan_client (plan_id, client_id, seat_id) VALUES ($1, $2, $3)', [
    planId,
    clientId,
    SYSTEM_SEAT,
  ]);
  return clientId;
}
