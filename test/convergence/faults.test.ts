import { afterAll, expect, jest, test } from '@jest/globals';
import * as Y from 'yjs';
import type { PlanEventValue } from '../../subgraphs/working-plans/room/room.ts';
import { type Faults, play } from './schedule.ts';

jest.spyOn(console, 'log').mockImplementation(() => {}); // Yjs, of a client id used twice
afterAll(() => void jest.restoreAllMocks());

/** An update without what it deletes. */
function withoutDeletions(update: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('nodes');
  const { ds } = Y.decodeUpdate(update);
  if (ds.clients.size === 0) return update;
  // The delete set is what stands last: its length is that of an update which has nothing else.
  const encoder = new Y.UpdateEncoderV1();
  encoder.writeLen(ds.clients.size);
  for (const [client, ranges] of ds.clients) {
    encoder.writeLen(client);
    encoder.writeLen(ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeLen(clock);
      encoder.writeLen(len);
    }
  }
  return Uint8Array.of(...update.subarray(0, update.length - encoder.toUint8Array().length), 0);
}

/** Each event as `alter` leaves it; null: it does not come. */
async function* altered(
  events: AsyncIterableIterator<PlanEventValue>,
  alter: (event: PlanEventValue) => PlanEventValue | null,
): AsyncIterableIterator<PlanEventValue> {
  for await (const event of events) {
    const now = alter(event);
    if (now) yield now;
  }
}

/** `first`: the seed to begin with, where what the fault needs is rare. */
const planted: [name: string, faults: Faults, found: RegExp, within: number, first?: number][] = [
  [
    'an edit is acknowledged before it is stored',
    {
      instance(instance) {
        const push = instance.push.bind(instance);
        instance.push = async (...edit) => {
          push(...edit).catch(() => {});
          return 'soon';
        };
      },
    },
    /acknowledged and not in the log|not settled/,
    200,
  ],
  [
    'an edit goes into the live document before it is judged and stored',
    {
      instance(instance) {
        const push = instance.push.bind(instance);
        instance.push = async (actor, planId, epoch, editId, update) => {
          Y.applyUpdate((await instance.plans.rooms.enter(planId))!.doc, update);
          return push(actor, planId, epoch, editId, update);
        };
      },
    },
    /acknowledged and not in the log|another state vector|has no document/,
    200,
  ],
  [
    'readers are sent edits without what they delete',
    {
      instance(instance) {
        const follow = instance.follow.bind(instance);
        instance.follow = async (...args) =>
          altered(await follow(...args), (event) => {
            if ('update' in event)
              event.update = Buffer.from(withoutDeletions(Buffer.from(event.update, 'base64'))).toString('base64');
            return event;
          });
      },
    },
    /has another delete set/,
    100,
  ],
  [
    'one event in twenty is left out of a stream',
    {
      instance(instance, { dice }) {
        const follow = instance.follow.bind(instance);
        instance.follow = async (...args) =>
          altered(await follow(...args), (event) => ('update' in event && dice.chance(0.05) ? null : event));
      },
    },
    /has another (state vector|delete set)|not settled/,
    300,
  ],
  [
    'a hint is passed over, and the room counts on without reading what it missed',
    {
      world({ bus, dice }) {
        bus.alter = (payload) => (dice.chance(0.2) ? payload.replace(/"update":"[^"]*"/, '"update":"AAA="') : payload);
      },
    },
    /instance|has another (state vector|delete set)|not settled/,
    300,
  ],
  [
    'a push is sent again under a new editId',
    {
      line: (line, { dice }) => ({
        open: line.open,
        join: line.join,
        follow: (after, sink) => line.follow(after, sink),
        push: (epoch, _editId, update) => line.push(epoch, `edit-${dice.below(2 ** 30)}`, update),
      }),
    },
    /sent again as/,
    100,
  ],
  [
    'the log does not compare clocks again under the lock',
    {
      world({ tables }) {
        tables.comparesClocks = false;
      },
    },
    /acknowledged and not in the log|has (another|other)|the log has another|not settled|typed, not saved/,
    2_000,
    800, // two copies of one profile that both type before either is heard
  ],
  [
    'a snapshot is written one edit too far',
    {
      world({ tables }) {
        const run = tables.run.bind(tables);
        tables.run = (sql, values) =>
          run(sql, sql.includes('INSERT INTO plan_snapshot') ? values.with(2, (values[2] as number) + 1) : values);
      },
    },
    /./,
    300,
  ],
  [
    'a reloaded tab takes what was not saved for saved',
    {
      recall: (kept) => kept && { ...kept, entries: kept.entries.map(({ n, update }) => ({ n, update })) },
    },
    /typed, not saved, and not kept/,
    300,
  ],
  [
    'a reloaded tab forgets the texts that were refused',
    { recall: (kept) => kept && { ...kept, state: { ...kept.state, refused: [] } } },
    /typed, not saved, and not kept/,
    2_000,
  ],
];

test.each(planted)('%s: it is found', async (_, faults, found, within, first = 0) => {
  for (let seed = first; seed < first + within; seed++) {
    const failures = await play(seed, { faults }).then(
      (outcome) => outcome.failures,
      (error) => [String(error)],
    );
    const [failure] = failures;
    if (!failure) continue;
    if (process.env.PLAN_GUARD_REPORT) process.stderr.write(`found by seed ${seed}: ${failure}\n`);
    expect(failures.some((each) => found.test(each)) || failures).toBe(true);
    return;
  }
  throw new Error(`not found by ${within} seeds`);
});
