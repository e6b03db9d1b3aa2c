import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { type Person, type Position, Presence, type PresenceWire } from '../../web/co-editing/presence.ts';
import { Seen } from '../../web/co-editing/seen.ts';
import { WireFailure } from '../../web/co-editing/wire.ts';
import { startWorldApart, type World } from '../world.ts';
import { type Clock, createClock } from './clock.ts';
import { connectLine, openTab } from './plan.ts';

const person = (key: string, seat: string | null, at: string | null): Person => ({
  key,
  seat,
  at,
  name: null,
  organisation: null,
  position: null,
  region: 'one',
  since: '2026-11-22T00:00:00.000Z',
});

describe('who has seen the last saved change', () => {
  test('those whose place in the stream is known to be at it or past it, a seat once', () => {
    const seen = new Seen();
    for (const cursor of ['c1', 'c2', 'c3']) seen.pass(cursor);
    expect(seen.countOthers([person('a', 'A', 'c3')])).toBeNull(); // nothing of ours is saved
    seen.save('c2');
    const people = [
      person('a', 'A', 'c2'),
      person('a2', 'A', 'c3'),
      person('b', 'B', 'c1'),
      person('c', 'C', null),
      person('d', 'D', 'of another region, or not here yet'),
      person('e', null, 'c3'),
    ];
    expect(seen.countOthers(people)).toBe(2);
    expect(seen.countOthers(null)).toBeNull();
    seen.save('c4'); // saved, and not yet come back in the stream: who stands where is not known
    expect(seen.countOthers(people)).toBeNull();
    seen.pass('c4');
    expect(seen.countOthers(people)).toBe(0);
    seen.forget();
    expect(seen.countOthers(people)).toBeNull();
  });

  test('a place that is long past counts as not having seen, not as having', () => {
    const seen = new Seen();
    seen.pass('old');
    for (let n = 0; n < 5_000; n++) seen.pass(`c${n}`);
    seen.save('c4999');
    expect(seen.countOthers([person('a', 'A', 'old'), person('b', 'B', 'c4999')])).toBe(1);
  });
});

describe('what is told to others', () => {
  const position = (field: string): Position => ({ node: 'a1', field, locale: 'en', anchor: null, head: null });

  /** A presence over a wire that notes what is set, when. */
  function watch(answer: () => Promise<string> = async () => 'own') {
    const clock: Clock = createClock();
    const sets: { time: number; field: string | null; at: string | null }[] = [];
    let sink: Parameters<PresenceWire['follow']>[1] | undefined;
    let follows = 0;
    const wire: PresenceWire = {
      async set(_tab, where, at) {
        sets.push({ time: clock.now(), field: where?.field ?? null, at });
        return answer();
      },
      follow(_tab, given) {
        follows++;
        sink = given;
        given.opened();
        return () => {};
      },
    };
    const presence = new Presence({ wire, tab: 'tab', timers: clock, random: () => 1, onChange: () => {} });
    return {
      clock,
      sets,
      presence,
      hear: (people: Person[]) => sink!.next(people),
      end: (failure?: WireFailure) => sink!.ended(failure),
      count: () => follows,
    };
  }

  test('at most two settings a second, the newest place last; every 15 s without any; nothing waits once stopped', async () => {
    const { clock, sets, presence } = watch();
    presence.start();
    await clock.pass(100);
    for (let n = 0; n < 100; n++) {
      presence.move(position(`f${n}`));
      await clock.pass(20);
    }
    await clock.pass(1_000);
    expect(sets.length).toBeLessThanOrEqual(6);
    expect(sets.at(-1)!.field).toBe('f99');
    const gaps = sets.slice(1).map(({ time }, index) => time - sets[index]!.time);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    const before = sets.length;
    await clock.pass(60_000);
    expect(sets.length - before).toBe(4);
    presence.stop();
    expect(clock.waiting()).toBe(0);
  });

  test('a busy plan costs one setting in two seconds where only others write', async () => {
    const { clock, sets, presence } = watch();
    presence.start();
    for (let n = 0; n < 200; n++) {
      presence.receive(`c${n}`);
      await clock.pass(50);
    }
    await clock.pass(2_000);
    expect(sets.length).toBeLessThanOrEqual(7);
    expect(sets.at(-1)!.at).toBe('c199');
  });

  test('a page that nobody looks at tells nothing, and tells where it stands when it is looked at again', async () => {
    const { clock, sets, presence } = watch();
    presence.start();
    await clock.pass(1_000);
    presence.look(false);
    const before = sets.length;
    presence.receive('unseen');
    presence.move(position('f'));
    await clock.pass(60_000);
    expect(sets.length).toBe(before);
    presence.look(true);
    await clock.pass(0);
    expect(sets.at(-1)).toMatchObject({ at: 'unseen', field: 'f' });
  });

  test('a gateway that has had enough is left alone for as long as it asks, then gets the newest', async () => {
    let limited = true;
    const { clock, sets, presence } = watch(async () => {
      if (limited) throw new WireFailure('RATE_LIMITED', 'slower', { retryAfterMs: 8_000 });
      return 'own';
    });
    presence.start();
    await clock.pass(1);
    for (let n = 0; n < 10; n++) {
      presence.move(position(`f${n}`));
      await clock.pass(700);
    }
    expect(sets).toHaveLength(1);
    limited = false;
    await clock.pass(2_000);
    expect(sets.at(-1)!.field).toBe('f9');
  });

  test('who the others are is known once the own entry is; not while the stream is lost; and not tried where it is refused', async () => {
    const { clock, presence, hear, end, count } = watch();
    presence.start();
    hear([person('own', 'A', null), person('x', 'X', null)]);
    expect(presence.others).toBeNull(); // which of them is ours has not been answered yet
    await clock.pass(0);
    hear([person('own', 'A', null), person('x', 'X', null), person('own phone', 'A', null)]);
    expect(presence.others!.map(({ key }) => key)).toEqual(['x']);
    // whose seats cannot be looked up now: the second may be our own other tab
    hear([person('own', null, null), person('own phone', null, null)]);
    expect(presence.others).toBeNull();
    end(new WireFailure('UNREACHABLE', 'lost'));
    await clock.pass(0);
    expect(presence.others).toBeNull();
    await clock.pass(1_000);
    expect(count()).toBe(2);
    end(new WireFailure('FORBIDDEN', 'no'));
    await clock.pass(100_000);
    expect(count()).toBe(2);
    presence.start(); // the plan was opened again, with other rights
    await clock.pass(0);
    expect(count()).toBe(3);
    presence.stop();
    presence.start(); // at once: the first run must not go on beside the second
    end();
    await clock.pass(0);
    expect(count()).toBe(4);
  });
});

describe('two people in the plan', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorldApart();
  });
  afterAll(() => world?.stop());
  const leave: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of leave.splice(0)) await end();
  });
  async function enter(persona: string) {
    const line = await connectLine(world, persona);
    const tab = openTab(line);
    leave.push(async () => {
      await tab.stop();
      await line.close();
    });
    await tab.session.start();
    await tab.saved();
    return { ...tab, line };
  }

  test('see each other, where they are, and that a change has come; a tab that is closed is gone', async () => {
    const [writer, reader] = [await enter('americas-editor'), await enter('africa-editor')];
    await writer.until('other', () => writer.session.view.people?.length === 1);
    await reader.until('other', () => reader.session.view.people?.length === 1);
    const { name, position } = writer.session.view.people![0]!;
    expect(name).toMatch(/^Sample Organisation UG-2/);
    expect(position).toBeNull();
    const text = reader.title('a1.1.1');
    const anchor = Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, 3));
    reader.session.setPosition({ node: 'a1.1.1', field: 'title', locale: 'en', anchor, head: anchor });
    await writer.until('position', () => writer.session.view.people?.[0]?.position?.node === 'a1.1.1');
    const seen = writer.session.view.people![0]!.position!;
    const at = Y.createAbsolutePositionFromRelativePosition(
      Y.decodeRelativePosition(seen.anchor!),
      writer.session.view.doc!,
    );
    expect(at?.index).toBe(3);
    expect(at?.type).toBe(writer.title('a1.1.1'));

    expect(writer.session.view.seenBy).toBeNull();
    reader.session.look(false);
    writer.title('a1.1.1').insert(0, 'Look: ');
    await writer.saved();
    await reader.until('received', () => reader.title('a1.1.1').toString().startsWith('Look: '));
    // Longer than what was received is told at the latest: the other page has it, and nobody looks at it.
    await new Promise((resolve) => setTimeout(resolve, 2_600));
    await writer.until('known', () => writer.session.view.seenBy !== null);
    expect(writer.session.view.seenBy).toBe(0);
    reader.session.look(true);
    await writer.until('seen', () => writer.session.view.seenBy === 1);
    writer.title('a1.1.1').insert(0, 'x');
    expect(writer.session.view.seenBy).toBeNull();
    await reader.stop();
    await writer.until('alone', () => writer.session.view.people?.length === 0);
  });
});
