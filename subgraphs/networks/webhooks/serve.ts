import type { Actor } from '../../../kit/context.ts';
import type { Database } from '../../../kit/database/open.ts';
import { type Query, type RecordedEvent, readHeads, readOldest, readPage } from '../../../kit/feed/read.ts';
import { covers, type Vector } from '../../../kit/feed/vector.ts';
import { toCloudEvent } from '../cloud-event.ts';
import { NetworkUpdate } from '../entities/update.ts';
import { partnerActor } from '../partners.ts';
import { maySeeEvent } from '../policy.ts';
import { resumable, type Updates } from '../updates.ts';
import { sendAgain } from './dead-letters.ts';
import type { Held } from './lease.ts';
import { toMessage } from './message.ts';
import type { Progress } from './progress.ts';
import { openLive, type Secrets } from './secrets.ts';
import { type Outcome, openSender } from './sender.ts';
import type { Settings } from './settings.ts';

export interface Means {
  database: Database;
  updates: Pick<Updates, 'show'>;
  secrets: Secrets;
  /** Of the installation. */
  epoch: number;
  progress: Progress;
  settings: Settings;
}

const batch = 50; // updates read at once
const fresh = 400; // ms for which what was read is sent without looking whether it still may be

/**
 * Sends an endpoint what it has not taken, one update after the other: the next one only after the one before was taken or given up, which keeps the order of
 * each network. What was taken is written down after the answer, so that a process that dies in between repeats it under the same id.
 * @param signal ends it at once, also in the middle of an attempt, of which then nothing is said
 */
export async function serve(means: Means, held: Held, signal: AbortSignal): Promise<void> {
  const { database, updates, progress, settings } = means;
  const query: Query = (sql, parameters) => database.source.query(sql, parameters);
  const secrets = openLive(means.secrets, held.id, held.secrets);
  if (!secrets) return progress.disable(held, 'SECRET_UNREADABLE');
  if (!(await isResumable(query, held, means.epoch, settings.now()))) return progress.disable(held, 'RESYNC_REQUIRED');

  const actor = partnerActor(held.partner, 0);
  const sender = openSender(held.url, settings);
  /** @returns 'passed' for what may not be seen, or is nothing that this subgraph can show */
  const send = async (event: RecordedEvent): Promise<Outcome | 'passed'> => {
    if (!maySeeEvent(actor, event)) return 'passed';
    const update = await updates.show({ kind: 'event', event, vector: {} });
    if (!(update instanceof NetworkUpdate)) return 'passed';
    return sender.send(toMessage(toCloudEvent(update), held.mode), secrets, signal);
  };
  try {
    await sendAgain(database.source, held, { signal, send, until: performance.now() + settings.turnMs });
    if (!held.isWaiting) await sendNew(means, held, { actor, query, send, signal });
  } finally {
    sender.close();
  }
}

interface Road {
  actor: Actor;
  query: Query;
  send(event: RecordedEvent): Promise<Outcome | 'passed'>;
  signal: AbortSignal;
}

async function sendNew(means: Means, held: Held, { actor, query, send, signal }: Road): Promise<void> {
  const { progress, settings } = means;
  const filter = { ...held.filter, networkIds: held.filter.networks ?? null };
  let place: Vector = held.place;
  // By a clock that is never set: what was read an hour ago is not fresh.
  for (const until = performance.now() + settings.turnMs; !signal.aborted && performance.now() < until; ) {
    // Read anew every moment: what was made less visible meanwhile is not sent.
    const readAt = performance.now();
    const page = await readPage(query, {
      ...{ after: place, filter, first: batch },
      accepts: (event) => maySeeEvent(actor, event),
    });
    if (page.steps.length === 0) {
      if (!(await progress.reach(held, page.end, null)) || !page.hasMore) return;
      place = page.end;
      continue;
    }
    for (const { event, vector } of page.steps) {
      if (signal.aborted || performance.now() - readAt > fresh) break;
      const outcome = await send(event);
      const wasTaken = outcome === 'passed' || outcome.failure === null;
      if (!wasTaken) return progress.fail(held, event, vector, outcome);
      if (!(await progress.reach(held, vector, outcome === 'passed' ? null : outcome))) return;
      place = vector;
      if (outcome !== 'passed') Object.assign(held, { attempts: 0, itemFailingSince: null, failingSince: null });
    }
  }
}

/** As of a cursor: of this epoch, of a place that was given out, and not older than it may be. */
async function isResumable(query: Query, { place, epoch }: Held, now: number, at: number): Promise<boolean> {
  if (epoch !== now) return false;
  const oldest = await readOldest(query, new Date(at - resumable));
  return covers(place, oldest) && covers(await readHeads(query), place);
}
