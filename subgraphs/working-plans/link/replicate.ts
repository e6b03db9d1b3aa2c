import { isAway, type Peer, PeerError, rest } from '../../../kit/link.ts';
import { describeError } from '../../../kit/log.ts';
import { takeDocument } from './arrive.ts';
import { ask, askDocument, followItems, type Item, type Listed } from './ask.ts';
import { agreeOnHome, followHome, readHeld } from './home.ts';
import { mergeStates } from './states.ts';
import { countWaiting, forgetStanding, readStanding, readStandings, type Standing, saveStanding } from './store.ts';
import { type Side, takeItems } from './take.ts';

export interface Pace {
  /** ms between two looks at the peer's list of plans. */
  poll: number;
  /** ms without an edit after which a plan is no longer followed live, until the list says that it moved. */
  idle: number;
}
export const pace: Pace = { poll: 2_000, idle: 60_000 };

/**
 * One connection's work: looks at the peer's plans every `poll` ms, follows those in which something happens, and takes over what their home decides. One plan
 * that fails does not hold up the others.
 * @throws what ended the connection
 */
export async function replicate(
  side: Omit<Side, 'regionNumber'>,
  peer: Peer,
  { poll, idle }: Pace = pace,
): Promise<void> {
  const { plans, region, log } = side;
  const { source } = plans.database;
  const listed = new Map<string, Listed>();
  /** What of each plan's record was taken over last. */
  const settled = new Map<string, string>();
  const running = new Map<string, Promise<void>>();
  const failed = new Map<string, { times: number; until: number }>();
  const standings = await readStandings(source, region);
  const turns = new Map<string, Promise<unknown>>();
  /** Aborted when the list should be looked at before its time. */
  let wake = new AbortController();

  /** One after another for each plan: what has come, and what has waited. */
  function take(known: Side, planId: string, items: readonly Item[]): Promise<void> {
    const turn = (turns.get(planId) ?? Promise.resolve()).then(async () => {
      const standing = standings.get(planId)!;
      standings.set(planId, await takeItems(known, planId, standing, items, listed.get(planId)));
    });
    const kept = turn.catch(() => {}).finally(() => turns.get(planId) === kept && turns.delete(planId));
    turns.set(planId, kept);
    return turn;
  }

  /** Notes what went wrong with a plan, and lets it rest; the others go on. */
  function attempt(planId: string, work: Promise<unknown>): Promise<void> {
    return work.then(
      () => void failed.delete(planId),
      (error) => {
        if (peer.signal.aborted) return;
        const passes = error instanceof PeerError && (isAway(error) || error.code === 'RIGHTS_CHANGED');
        const times = passes ? 0 : (failed.get(planId)?.times ?? 0);
        failed.set(planId, { times: times + 1, until: Date.now() + Math.min(60_000, poll * 2 ** times) });
        const what = error instanceof PeerError ? { error: `${error.code} ${error.message}` } : describeError(error);
        log.warn('a plan is not exchanged now; trying again', { peer: region, plan: planId, ...what });
      },
    );
  }

  /** Until nothing comes any more, or it has to begin anew. */
  async function followPlan(known: Side, plan: Listed): Promise<void> {
    const planId = plan.id;
    const standing = await prepare(known, peer, plan);
    settled.set(planId, describe(plan));
    if (!standing) return;
    standings.set(planId, standing);
    while (!peer.signal.aborted && (await readStream(known, planId)) === 'behind');
  }

  async function readStream(known: Side, planId: string): Promise<'idle' | 'reset' | 'behind'> {
    const stream = followItems(peer, planId, standings.get(planId)!.cursor);
    let isIdle = false;
    const stop = () => {
      isIdle = true;
      stream.stop();
    };
    let quiet = setTimeout(stop, idle);
    try {
      for (let batch = await stream.next(); batch; batch = await stream.next()) {
        clearTimeout(quiet);
        if (batch.items.length > 0) await take(known, planId, batch.items);
        if (batch.reset) {
          // the list says which epoch it is, and whether its document is to be taken
          wake.abort();
          return 'reset';
        }
        quiet = setTimeout(stop, idle);
      }
      return isIdle ? 'idle' : 'behind';
    } catch (error) {
      const code = error instanceof PeerError ? error.code : '';
      if (code === 'RESYNC_REQUIRED' || code === 'SUPERGRAPH_CHANGED') return 'behind';
      if (code === 'CURSOR_INVALID') {
        await forgetStanding(source, region, planId);
        standings.delete(planId);
      }
      throw error;
    } finally {
      clearTimeout(quiet);
      stream.stop();
    }
  }

  /** Whether all that the peer has of it was read, and all that it decides taken over. */
  const isDone = (plan: Listed) => {
    const standing = standings.get(plan.id);
    const elsewhere = !standing && plan.homeRegion !== region;
    const read = standing?.epoch === plan.epoch && standing.position === plan.sequence;
    return (read || elsewhere) && settled.get(plan.id) === describe(plan);
  };

  async function look(): Promise<void> {
    const listing = await ask(peer, plans.region);
    if (listing.region !== region || listing.regionNumber === plans.regionNumber) {
      const why = listing.region === region ? `has our number, ${plans.regionNumber}` : `is region ${listing.region}`;
      throw new PeerError('', `the peer ${why}`);
    }
    const known: Side = { ...side, regionNumber: listing.regionNumber };
    listed.clear();
    for (const plan of listing.plans) listed.set(plan.id, plan);
    const rests = (planId: string) => (failed.get(planId)?.until ?? 0) > Date.now();
    for (const [planId] of await countWaiting(source, region))
      if (standings.has(planId) && !rests(planId)) await attempt(planId, take(known, planId, []));
    for (const plan of listing.plans) {
      if (rests(plan.id)) continue;
      const changed = settled.has(plan.id) && settled.get(plan.id) !== describe(plan);
      if (running.has(plan.id)) {
        if (changed) await attempt(plan.id, follow(known, plan));
      } else if (!isDone(plan)) {
        const run = attempt(plan.id, followPlan(known, plan)).finally(() => running.delete(plan.id));
        running.set(plan.id, run);
      }
    }
  }

  /** What changed in the record of a plan that is being followed. */
  async function follow(known: Side, plan: Listed): Promise<void> {
    if (await settle(known, peer, plan)) settled.set(plan.id, describe(plan));
  }

  try {
    for (;;) {
      wake = new AbortController();
      await look();
      await rest(poll, wake.signal, peer.signal);
      if (peer.signal.aborted) throw peer.ended;
    }
  } finally {
    await peer.close();
    await Promise.all(running.values());
  }
}

/** What is taken over from a plan's home, in one text. */
const describe = ({ sequence: _, start: _start, ...plan }: Listed) => JSON.stringify(plan);

/** Agrees on the plan's home, and takes over what it decides, and the states of nodes from either. @returns false when the plan's epoch has to change first */
async function settle(side: Side, peer: Peer, plan: Listed): Promise<boolean> {
  const { plans, log, region } = side;
  const held = await readHeld(plans, plan.id);
  if (!held) return false;
  const { homeRegion, conflict } = agreeOnHome(held, plan, side);
  if (conflict) log.error('a peer claims a plan of ours', { peer: region, plan: plan.id });
  const isHome = homeRegion === region && plan.homeRegion === region;
  await followHome(plans, plan, homeRegion, isHome);
  await mergeStates(side, peer, plan, isHome);
  return !(isHome && plan.epoch > held.epoch);
}

/** @returns where to go on reading; null where the peer's plan is not for here, or comes from its home */
async function prepare(side: Side, peer: Peer, plan: Listed): Promise<Standing | null> {
  const { plans, region } = side;
  const { source } = plans.database;
  const held = await readHeld(plans, plan.id);
  if (!held && plan.homeRegion !== region) return null;
  const mustTake = held ? !(await settle(side, peer, plan)) : plan.epoch > 1;
  if (mustTake) {
    const taken = await takeDocument(side, plan, await askDocument(peer, plan.id));
    if (taken) return taken;
  }
  const standing = await readStanding(source, region, plan.id);
  if (standing?.epoch === plan.epoch) return standing;
  const first = { cursor: plan.start, epoch: plan.epoch, position: plan.epoch === 1 ? 0 : null };
  await saveStanding(source.manager, region, plan.id, first);
  return first;
}
