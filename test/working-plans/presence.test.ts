import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import type { Actor } from '../../kit/context.ts';
import { createCursors } from '../../kit/cursor.ts';
import { createLog } from '../../kit/log.ts';
import { readPlace } from '../../subgraphs/working-plans/presence/place.ts';
import { createRate } from '../../subgraphs/working-plans/presence/rate.ts';
import { start } from '../../subgraphs/working-plans/server.ts';
import { measureCpu, startClock } from '../clock.ts';
import { positionIn, set, type Watching, watch } from './presence-world.ts';
import {
  type Answer,
  actors,
  am,
  base64,
  Copy,
  codeOf,
  createPlan,
  cursorSecret,
  type Instance,
  joint,
  type Name,
  nextSecond,
  openWorld,
  secret,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());
const watching: Watching[] = [];
afterEach(() => {
  for (const one of watching.splice(0)) one.close();
});
const follow = async (...args: [Name | Actor, string?, string?]): Promise<Watching> => {
  const [who, tab, planId] = args;
  const one = await watch(here, who, tab, planId);
  watching.push(one);
  return one;
};
const seats = ({ people }: { people: { seat: { id: string } | null }[] }) => people.map(({ seat }) => seat?.id).sort();

describe('who is in a plan', () => {
  test('is told to all who are, readers too, with the place of each; who leaves is off the list at once', async () => {
    const copy = await Copy.open(here, 'americas-editor');
    const editor = await follow('americas-editor', 'tab-1');
    const rep = await follow('africa-rep', 'tab-2');
    await editor.until(({ people }) => people.length === 2);
    const place = {
      nodeId: `${joint}/a1.1.1`,
      field: 'title',
      locale: 'en',
      anchor: positionIn(copy, 2, 'a1.1.1'),
      head: positionIn(copy, 5, 'a1.1.1'),
      at: copy.cursor,
    };
    const { data } = await set(here, 'americas-editor', 'tab-1', place);
    const list = await rep.until(({ people }) => people.some(({ nodeId }) => nodeId !== null));
    expect(list).toEqual({
      totalCount: 2,
      people: [
        {
          ...{ clientKey: data.setPlanPresence, seat: { id: 'seat:s02' }, ...place },
          ...{ region: 'americas', since: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
        expect.objectContaining({ seat: { id: 'seat:s09' }, nodeId: null, field: null, anchor: null, at: null }),
      ],
    });
    const passed = startClock();
    editor.close();
    expect(seats(await rep.until(({ people }) => people.length === 1))).toEqual(['seat:s09']);
    expect(passed()).toBeLessThan(2_000);
  });

  test('may be one person in several tabs, each with its own place; a tab that subscribes twice is one', async () => {
    const tabs = [await follow('africa-editor', 'one')];
    await tabs[0]?.until(() => true);
    tabs.push(await follow('africa-editor', 'two'));
    const again = await follow('africa-editor', 'two');
    await set(here, 'africa-editor', 'two', { nodeId: `${joint}/plan`, field: 'title' });
    const { people } = await again.until(({ people: all }) => all.some(({ nodeId }) => nodeId));
    expect(people.map(({ seat, nodeId }) => [seat?.id, nodeId])).toEqual([
      ['seat:s08', null],
      ['seat:s08', `${joint}/plan`],
    ]);
    tabs[1]?.close();
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than a list takes to come
    expect(again.last()?.people).toHaveLength(2);
    again.close();
    await tabs[0]?.until(({ people: all }) => all.length === 1);
  });

  test('is stamped by the server: whoever sends another one’s tab gets a key of their own', async () => {
    const victim = await follow('americas-editor', 'shared-name');
    const place = { nodeId: `${joint}/plan`, field: 'title' };
    const mine = (await set(here, 'americas-editor', 'shared-name', place)).data.setPlanPresence;
    const theirs = (await set(here, 'africa-editor', 'shared-name', { nodeId: `${joint}/a1.1.1` })).data
      .setPlanPresence;
    expect(theirs).not.toBe(mine);
    const { people } = await victim.until(({ totalCount }) => totalCount === 2);
    expect(people.map(({ clientKey, seat, nodeId }) => [clientKey, seat?.id, nodeId])).toEqual([
      [mine, 'seat:s02', `${joint}/plan`],
      [theirs, 'seat:s08', `${joint}/a1.1.1`],
    ]);
    // Nor can a subscription's end take somebody else's tab with it.
    const thief = await follow('africa-editor', 'shared-name');
    await thief.until(() => true);
    thief.close();
    expect(seats(await victim.until(({ totalCount }) => totalCount === 1))).toEqual(['seat:s02']);
  });

  test('is told to whoever watches at most twice a second, however often somebody moves, and ends with the newest', async () => {
    const watcher = await follow('africa-rep', 'w');
    await follow('americas-editor', 'moving');
    let last = `${joint}/plan`;
    // From a list on: one that was under way before would be counted, and its time not.
    await set(here, 'americas-editor', 'moving', { nodeId: last });
    await watcher.until(({ people }) => people.some(({ nodeId }) => nodeId === last));
    const before = watcher.lists.length;
    const began = performance.now();
    for (let n = 0; watcher.lists.length < before + 4; n++) {
      last = `${joint}/a1.1.${1 + (n % 2)}`;
      await set(here, 'americas-editor', 'moving', { nodeId: last });
      await new Promise((resolve) => setTimeout(resolve, 60)); // some sixteen a second
    }
    await watcher.until(({ people }) => people.some(({ nodeId }) => nodeId === last));
    const seconds = (performance.now() - began) / 1_000;
    expect(watcher.lists.length - before).toBeLessThanOrEqual(2 * seconds + 1);
  });
});

describe('a place', () => {
  test('that this plan has not got is refused by name, and nobody is listed for it', async () => {
    const other = await createPlan(here, 'both-editor');
    const copy = await Copy.open(here, 'americas-editor');
    const cursor = (stream: string) =>
      createCursors(cursorSecret, { kind: 'plan', stream, installation: 'x' }).encode({ epoch: 1, seq: 1 });
    const node = { nodeId: `${joint}/a1.1.1` };
    const text = { ...node, field: 'title', locale: 'en' };
    const rootPosition = base64(Y.encodeRelativePosition(new Y.RelativePosition(null, 'nodes', null, 0)));
    const refused: [object, string][] = [
      [{ nodeId: `${joint}/none` }, 'nodeId'],
      [{ nodeId: `${other}/plan` }, 'nodeId'],
      [{ nodeId: 'a1.1.1' }, 'nodeId'],
      [{ nodeId: `${joint}/__proto__` }, 'nodeId'],
      [{ nodeId: `${joint}/constructor` }, 'nodeId'],
      [{ field: 'title' }, 'field'],
      [{ ...node, field: 'statement' }, 'field'],
      [{ ...node, field: 'toString' }, 'field'],
      [{ ...node, field: 'x'.repeat(10_000) }, 'field'],
      [{ locale: 'en' }, 'locale'],
      [{ ...node, locale: 'en' }, 'locale'],
      [{ ...node, field: 'title', locale: 'de' }, 'locale'],
      [{ ...node, field: 'startsOn', locale: 'en' }, 'locale'],
      [{ anchor: positionIn(copy, 1) }, 'anchor'],
      [{ ...node, anchor: positionIn(copy, 1) }, 'anchor'],
      [{ ...text, anchor: 'not base64!' }, 'anchor'],
      [{ ...text, anchor: '' }, 'anchor'],
      [{ ...text, anchor: rootPosition }, 'anchor'], // who resolves it makes that root in their own document
      [{ ...text, anchor: `${positionIn(copy, 1)}AAAA` }, 'anchor'],
      [{ ...text, anchor: base64(new Uint8Array(201)) }, 'anchor'],
      [{ ...text, anchor: 'A'.repeat(100_000) }, 'anchor'],
      [{ ...text, head: positionIn(copy, 1) }, 'head'],
      [{ ...text, anchor: positionIn(copy, 1), head: '////' }, 'head'],
    ];
    for (const [place, argument] of refused) {
      const { errors } = await set(here, 'americas-coordinator', 'wrong', place);
      expect([place, errors?.[0]?.extensions.code, errors?.[0]?.message.split(':')[0]]).toEqual([
        place,
        'BAD_USER_INPUT',
        argument,
      ]);
    }
    for (const at of [cursor(other), cursor(joint), `${copy.cursor}A`.slice(1)]) {
      expect(codeOf(await set(here, 'americas-coordinator', 'wrong', { at }))).toBe('CURSOR_INVALID');
    }
    expect(codeOf(await set(here, 'americas-coordinator', 'with space', {}))).toBe('BAD_USER_INPUT');
    expect(codeOf(await set(here, 'americas-coordinator', 'x'.repeat(65), {}))).toBe('BAD_USER_INPUT');
    const watcher = await follow('africa-rep');
    expect(seats(await watcher.until(() => true))).not.toContain('seat:s01');
  });

  test('given in bytes is only what Yjs writes: of 5,000 pieces of rubbish none passes that it would not write itself', async () => {
    const copy = await Copy.open(here, 'americas-editor');
    const room = { id: joint, doc: copy.doc } as never;
    const honest = new Uint8Array(Buffer.from(positionIn(copy, 3), 'base64'));
    const tryPosition = (bytes: Uint8Array) => {
      const anchor = base64(bytes);
      try {
        readPlace({ cursors: () => ({}) as never }, room, {
          nodeId: `${joint}/plan`,
          field: 'title',
          locale: 'en',
          anchor,
        });
        return true;
      } catch (error) {
        expect((error as { code?: string }).code).toBe('BAD_USER_INPUT');
        return false;
      }
    };
    expect(tryPosition(honest)).toBe(true);
    const tryMany = () => {
      for (let n = 0; n < 5_000; n++) {
        const bytes = n % 2 ? new Uint8Array(randomBytes(1 + (n % 40))) : honest.slice();
        if (n % 4 === 0) bytes[n % bytes.length] = n & 255;
        if (n % 3 === 0) bytes[0] = n % 5; // the kinds there are, and two more
        if (!tryPosition(bytes)) continue;
        const position = Y.decodeRelativePosition(bytes);
        expect(position.tname).toBeNull();
        expect(base64(Y.encodeRelativePosition(position))).toBe(base64(bytes));
        Y.createAbsolutePositionFromRelativePosition(position, copy.doc); // what every reader does with it
      }
    };
    expect(await measureCpu(tryMany, 3_000)).toBeLessThan(3_000);
    expect([...copy.doc.share.keys()]).toEqual(['nodes']);
  });
});

describe('rights', () => {
  test('decide who may see and be seen: who may not read is told there is no plan', async () => {
    const adopted = await createPlan(here, 'both-editor', { visibility: 'PUBLIC' });
    await world.db.query("UPDATE working_plans.plan SET status = 'ADOPTED' WHERE id = $1", [adopted]);
    await nextSecond();
    const codes = async (who: Name, planId: string) => {
      const one = await watch(here, who, 'x', planId);
      const code = (await Promise.race([one.ended, one.until(() => true).then(() => undefined)]))?.[0]?.extensions.code;
      one.close();
      return [codeOf(await set(here, who, 'x', { planId })), code];
    };
    for (const who of ['observer', 'partner', 'operator', 'asia-editor', 'gateway'] as const) {
      expect([who, ...(await codes(who, joint))]).toEqual([who, 'NOT_FOUND', 'NOT_FOUND']);
    }
    expect(await codes('partner', adopted)).toEqual(['FORBIDDEN', 'FORBIDDEN']); // it reads the plan, and not who is in it
    expect(await codes('asia-editor', adopted)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(await codes('africa-rep', 'plan:none')).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(await codes('africa-rep', 'plan:\u0000')).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(await codes('africa-rep', joint)).toEqual([undefined, undefined]);
  });

  test('that are lost end the subscription and take the tab off the list, also where nobody moves', async () => {
    const planId = await createPlan(here, 'both-editor');
    const stays = await follow('americas-editor', 'a', planId);
    const goes = await follow('africa-editor', 'b', planId);
    await set(here, 'africa-rep', 'only-set', { planId }); // without a subscription
    expect(seats(await stays.until(({ totalCount }) => totalCount === 3))).toEqual([
      'seat:s02',
      'seat:s08',
      'seat:s09',
    ]);
    await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [planId, [am]]);
    expect((await goes.ended)?.[0]?.extensions.code).toBe('RIGHTS_CHANGED');
    expect(seats(await stays.until(({ totalCount }) => totalCount === 1))).toEqual(['seat:s02']);
    expect(codeOf(await set(here, 'africa-editor', 'b', { planId }))).toBe('NOT_FOUND');
    expect(goes.lists.every(({ totalCount }) => totalCount > 1)).toBe(true);
  });
});

describe('what one seat may do', () => {
  test('is counted by its own clock: forty at once, then one each 50 ms', () => {
    let now = 1_000;
    const count = createRate(20, () => now);
    const refusal = () => {
      try {
        count('seat:one');
        return undefined;
      } catch (error) {
        return (error as { extensions: { retryAfterMs: number } }).extensions.retryAfterMs;
      }
    };
    expect(Array.from({ length: 41 }, refusal)).toEqual([...Array(40).fill(undefined), 50]);
    count('seat:two');
    now += 50;
    expect([refusal(), refusal()]).toEqual([undefined, 50]);
    now += 60_000;
    expect(Array.from({ length: 41 }, refusal)).toEqual([...Array(40).fill(undefined), 50]);
  });

  test('is to move twenty times a second, whatever its tabs; others are not held up by it', async () => {
    // In a plan of its own: tabs without a subscription stay for 30 s.
    const planId = await createPlan(here, 'both-editor');
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, n) => set(here, 'steering-member', `t${n}`, { planId, nodeId: `${planId}/plan` })),
    );
    const seconds = (performance.now() - began) / 1_000;
    const refused = answers.filter(({ errors }) => errors);
    // Forty at once, and twenty more in each second that it took to send them.
    expect(refused.length).toBeGreaterThanOrEqual(40 - Math.ceil(20 * seconds));
    expect(refused.length).toBeLessThanOrEqual(40);
    for (const { errors } of refused) {
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      expect(errors?.[0]?.extensions.retryAfterMs).toBeGreaterThan(0);
    }
    expect(codeOf(await set(here, 'africa-rep', 'other', { planId }))).toBeUndefined();
    // Nor does it fill the list: a seat has ten tabs.
    const watcher = await follow('africa-rep', 'other', planId);
    const { people } = await watcher.until(() => true);
    expect(people.filter(({ seat }) => seat?.id === 'seat:s10')).toHaveLength(10);
  });
});

test('nothing of it is stored or logged', async () => {
  const lines: string[] = [];
  const statements: string[] = [];
  const running = await start({
    database: { url: world.database.url, secret, hints: world.hints, onStatement: (sql) => statements.push(sql) },
    ...{
      secret,
      cursorSecret,
      region: 'americas',
      regionNumber: 1,
      log: createLog('test', 'debug', (line) => lines.push(line)),
    },
  });
  const there: Instance = { ...here, url: running.url, ask: (...args) => askAt(running.url, ...args) };
  statements.length = 0; // those of the start
  const copy = await Copy.open(here, 'americas-editor');
  const one = await watch(there, 'americas-editor', 'secret-tab');
  const anchor = positionIn(copy, 4);
  const place = { nodeId: `${joint}/plan`, field: 'title', locale: 'en', anchor };
  expect((await set(there, 'americas-editor', 'secret-tab', place)).errors).toBeUndefined();
  await set(there, 'americas-editor', 'secret-tab', { ...place, field: 'secret-field' });
  await set(there, 'observer', 'secret-tab', place);
  await one.until(({ people }) => people.some((person) => person.anchor === anchor));
  one.close();
  await running.stop();
  // What the process does every few seconds, on a slow machine also while this lasts, is of other tables.
  const rounds = /plan_projection|plan_export/;
  const others = statements.filter((sql) => !rounds.test(sql));
  expect(others.filter((sql) => !/^\s*(SELECT|WITH late AS \(SELECT)/.test(sql))).toEqual([]);
  const said = lines.join('');
  expect(said).toContain('BAD_USER_INPUT');
  for (const secretText of [anchor, 'secret-tab', 'secret-field', 'seat:s02']) expect(said).not.toContain(secretText);
});

async function askAt(url: string, who: Name, query: string, variables: object = {}): Promise<Answer> {
  const { assertionHeader, createAssertionSigner } = await import('../../kit/assertion.ts');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [assertionHeader]: await createAssertionSigner(secret).sign(actors[who], 'working-plans'),
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}
