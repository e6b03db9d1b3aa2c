import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { forbidden } from '../../../kit/types.ts';
import type { Plan } from '../entities/plan.ts';
import type { Plans } from '../plans.ts';
import type { Listed } from './ask.ts';
import type { Side } from './take.ts';

/**
 * Refuses what only a plan's home decides: its status, owners and epoch.
 * @throws Problem ForbiddenError that names the home
 */
export function requireHome({ homeRegion }: Pick<Plan, 'homeRegion'>, region: string): void {
  if (homeRegion === null || homeRegion === region) return;
  throw forbidden(`This is decided in the plan's home region, ${homeRegion}: do it there.`, homeRegion);
}

/** What is here of a plan, as far as its home is concerned. */
export interface Held extends Pick<Plan, 'homeRegion' | 'provenance' | 'epoch'> {}

export async function readHeld(plans: Plans, planId: string): Promise<Held | null> {
  const [held] = await plans.database.source.query(
    'SELECT home_region AS "homeRegion", provenance, epoch FROM plan WHERE id = $1',
    [planId],
  );
  return held ?? null;
}

/**
 * The plan's home as both sides see it. What people make has its home where it was made. A shipped plan is loaded everywhere, and each region counts it as its
 * own until they meet: then it is the one with the smaller number's.
 * @returns `homeRegion` for this side, and whether the peer contradicts
 */
export function agreeOnHome(
  held: Held,
  listed: Pick<Listed, 'homeRegion'>,
  { plans, region, regionNumber }: Side,
): { homeRegion: string | null; conflict: boolean } {
  const mine = held.homeRegion ?? plans.region;
  const theirs = listed.homeRegion;
  if (mine === theirs || (mine !== region && theirs !== region))
    return { homeRegion: held.homeRegion, conflict: false };
  // it follows another home: so do we
  if (mine === region && theirs !== plans.region) return { homeRegion: theirs, conflict: false };
  const shipped = held.provenance !== 'USER';
  if (mine === plans.region && theirs === region && !shipped) return { homeRegion: held.homeRegion, conflict: true };
  if (mine !== plans.region && mine !== region) return { homeRegion: held.homeRegion, conflict: false };
  return { homeRegion: regionNumber < plans.regionNumber ? region : null, conflict: false };
}

/** Takes over what the home says of the plan, under its lock; what is equal is left alone. */
export async function followHome(
  plans: Plans,
  listed: Listed,
  homeRegion: string | null,
  isHome: boolean,
): Promise<void> {
  const changed = await plans.database.transaction(async ({ manager }) => {
    const [head]: Plan[] = await manager.query(
      `SELECT id, home_region AS "homeRegion", status, version, visibility, network_ids AS "networkIds", expert_groups AS "expertGroups" FROM plan WHERE id = $1 FOR UPDATE`,
      [listed.id],
    );
    if (!head) return false;
    if (!isHome) {
      if (head.homeRegion === homeRegion) return false;
      await manager.query('UPDATE plan SET home_region = $2 WHERE id = $1', [listed.id, homeRegion]);
      return true;
    }
    const { id, status, version, visibility, networkIds, expertGroups } = listed;
    const record = { id, homeRegion, status, version, visibility, networkIds, expertGroups };
    const objectives = await readObjectives(manager, listed.id);
    if (isDeepStrictEqual({ ...head }, record) && isDeepStrictEqual(objectives, listed.objectiveNetworks)) return false;
    await writeRecord(manager, listed, homeRegion);
    return true;
  });
  if (changed) plans.rooms.announce(listed.id);
}

async function readObjectives(manager: EntityManager, planId: string): Promise<Record<string, string[]>> {
  const rows: { node_key: string; network_ids: string[] }[] = await manager.query(
    'SELECT node_key, network_ids FROM objective_networks WHERE plan_id = $1',
    [planId],
  );
  return Object.fromEntries(rows.map(({ node_key, network_ids }) => [node_key, network_ids]));
}

/** Needs the plan's lock. */
export async function writeRecord(manager: EntityManager, listed: Listed, homeRegion: string | null): Promise<void> {
  const { id, status, version, visibility, networkIds, expertGroups, objectiveNetworks } = listed;
  await manager.query(
    `UPDATE plan SET home_region = $2, status = $3, version = $4, visibility = $5, network_ids = $6, expert_groups = $7 WHERE id = $1`,
    [id, homeRegion, status, version, visibility, networkIds, JSON.stringify(expertGroups)],
  );
  await manager.query('DELETE FROM objective_networks WHERE plan_id = $1', [id]);
  for (const [nodeKey, owners] of Object.entries(objectiveNetworks))
    await manager.query('INSERT INTO objective_networks (plan_id, node_key, network_ids) VALUES ($1, $2, $3)', [
      id,
      nodeKey,
      owners,
    ]);
}
