import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createLog } from '../../kit/log.ts';
import {
  deleteUnusedClientIds,
  keepDeletingUnusedClientIds,
} from '../../subgraphs/working-plans/commands/client-ids.ts';
import { contentEquals } from '../../subgraphs/working-plans/document/state.ts';
import {
  af,
  am,
  Copy,
  codeOf,
  createPlan,
  type Instance,
  joint,
  type Name,
  nextSecond,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

interface Session {
  clientId: number;
  nextClock: number;
  epoch: number;
  resumed: boolean;
}
const join = async (at: Instance, who: Name, resume?: object, planId = joint): Promise<Session> => {
  const { data, errors } = await at.ask(
    who,
    'mutation ($planId: ID!, $resume: ResumeInput) { joinPlan(planId: $planId, resume: $resume) { clientId nextClock epoch resumed } }',
    { planId, resume },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.joinPlan;
};
/** A copy with an id, and some text pushed by it. */
async function startTyping(who: Name, planId = joint) {
  const copy = await Copy.join(here, who, planId);
  const { clientID: clientId } = copy.doc;
  expect((await copy.push(copy.type('typed '))).errors).toBeUndefined();
  return { copy, clientId, nextClock: Y.getState(copy.doc.store, clientId) };
}
const age = (clientId: number, days: number) =>
  world.db.query(
    `UPDATE working_plans.plan_client SET used_at = now() - make_interval(days => $2), issued_at = now() - make_interval(days => $2) WHERE client_id = $1`,
    [clientId, days],
  );
const known = async (clientId: number) =>
  (
    await world.db.query('SELECT next_clock::int, used_at FROM working_plans.plan_client WHERE client_id = $1', [
      clientId,
    ])
  ).rows[0];

describe('a client id is resumed', () => {
  test('by its seat, at the clock where the server stands; it is used again and types on', async () => {
    const { copy, clientId, nextClock } = await startTyping('americas-editor');
    await age(clientId, 80);
    expect(await join(here, 'americas-editor', { clientId, nextClock })).toEqual({
      ...{ clientId, nextClock, epoch: 1, resumed: true },
    });
    expect(Date.now() - (await known(clientId)).used_at.getTime()).toBeLessThan(60_000);
    expect((await copy.push(copy.type('more '))).errors).toBeUndefined();
  });

  test('before it has written, too', async () => {
    const { clientId } = await join(here, 'americas-editor');
    expect(await join(here, 'americas-editor', { clientId, nextClock: 0 })).toMatchObject({ clientId, resumed: true });
  });

  test('when the answer to a push was lost, if the server stands within the outbox', async () => {
    const { copy, clientId, nextClock } = await startTyping('americas-editor');
    const first = copy.type('one');
    const second = copy.type('two');
    await copy.push(first, 'lost-answer');
    const outboxEnd = Y.getState(copy.doc.store, clientId);
    expect(await join(here, 'americas-editor', { clientId, nextClock })).toMatchObject({ resumed: false });
    const resumed = await join(here, 'americas-editor', { clientId, nextClock, outboxEnd });
    expect(resumed).toMatchObject({ clientId, nextClock: nextClock + 3, resumed: true });
    expect((await copy.push(first, 'lost-answer')).errors).toBeUndefined(); // its old cursor
    expect((await copy.push(second)).errors).toBeUndefined();
    // Somebody has written by it what this document has not got.
    expect(await join(here, 'americas-editor', { clientId, nextClock, outboxEnd: outboxEnd - 1 })).toMatchObject({
      resumed: false,
    });
  });

  test('by nobody else, nowhere else, and not at another clock: then there is a new one', async () => {
    const { clientId, nextClock } = await startTyping('americas-editor');
    const plan = await createPlan(here, 'both-editor');
    const tries: [Name, object, string?][] = [
      ['africa-editor', { clientId, nextClock }],
      ['americas-coordinator', { clientId, nextClock }],
      ['americas-editor', { clientId, nextClock: nextClock - 1 }],
      ['americas-editor', { clientId, nextClock: nextClock + 1 }],
      ['americas-editor', { clientId: clientId + 1, nextClock }],
      ['americas-editor', { clientId, nextClock }, plan],
      ['americas-editor', { clientId: -1, nextClock: 0 }],
      ['americas-editor', { clientId: 5, nextClock: 0 }],
    ];
    for (const [who, resume, planId] of tries) {
      const session = await join(here, who, resume, planId);
      expect([who, resume, session]).toEqual([who, resume, { ...session, nextClock: 0, resumed: false }]);
      expect(session.clientId).not.toBe(clientId);
      expect(Math.floor(session.clientId / 2 ** 24)).toBe(1);
    }
    for (const resume of [
      { clientId, nextClock: -1 },
      { clientId, nextClock, outboxEnd: nextClock - 1 },
    ])
      await expect(join(here, 'americas-editor', resume)).rejects.toThrow('BAD_USER_INPUT');
    await world.db.query('UPDATE working_plans.plan_client SET client_id = client_id + 16777216 WHERE client_id = $1', [
      (await join(here, 'americas-editor')).clientId,
    ]);
    const { rows } = await world.db.query(
      'SELECT client_id FROM working_plans.plan_client WHERE client_id > 2 * 16777216',
    );
    const elsewhere = { clientId: rows[0].client_id, nextClock: 0 }; // an id of another region, where its next edit may be made
    expect(await join(here, 'americas-editor', elsewhere)).toMatchObject({ resumed: false });
  });

  test('by two tabs at once, of which one is heard: the other’s body for the same clock is refused, in whichever process', async () => {
    const there = await startInstance(world.database.url, world.hints);
    try {
      const { copy, clientId, nextClock } = await startTyping('americas-editor');
      const tabs = await Promise.all([Copy.open(here, 'americas-editor'), Copy.open(there, 'americas-editor')]);
      const sessions = await Promise.all([
        join(here, 'americas-editor', { clientId, nextClock }),
        join(there, 'americas-editor', { clientId, nextClock }),
      ]);
      expect(sessions).toEqual([sessions[0], { ...sessions[0], resumed: true }]);
      for (const tab of tabs) tab.doc.clientID = clientId;
      const bodies = tabs.map((tab, n) => tab.type(`fork ${n} `));
      const answers = await Promise.all(tabs.map((tab, n) => tab.push(bodies[n]!)));
      const codes = answers.map(codeOf);
      expect(codes.filter((code) => code === undefined)).toHaveLength(1);
      expect(codes.find((code) => code !== undefined)).toMatch(/RESYNC|UPDATE_MALFORMED/);
      const now = await Copy.open(there, 'africa-rep');
      expect(
        now
          .text()
          .toString()
          .match(/fork \d/g),
      ).toEqual([`fork ${codes.indexOf(undefined)}`]);
      // Whatever the loser does now, everybody else has one document.
      const loser = tabs[codes.findIndex((code) => code !== undefined)]!;
      await loser.push(loser.type('on top '));
      const again = await Copy.join(there, 'americas-editor');
      expect((await again.push(again.type('anew '))).errors).toBeUndefined();
      const [one, other] = [await Copy.open(here, 'africa-rep'), await Copy.open(there, 'africa-rep')];
      expect(one.text().toString()).toMatch(/^anew /);
      expect(contentEquals(one.doc, other.doc)).toBe(true);
      expect(copy.doc.clientID).toBe(clientId);
    } finally {
      await there.stop();
    }
  });
});

describe('a client id ends', () => {
  test('after 90 idle days', async () => {
    const { copy, clientId, nextClock } = await startTyping('americas-editor');
    await age(clientId, 91);
    const answer = await copy.push(copy.type('late'));
    expect(codeOf(answer)).toBe('RESYNC');
    expect(await join(here, 'americas-editor', { clientId, nextClock })).toMatchObject({ resumed: false });
    expect((await known(clientId)).next_clock).toBe(nextClock);
    const again = await Copy.join(here, 'americas-editor');
    expect((await again.push(again.type('anew '))).errors).toBeUndefined();
  });

  test.each<[string, string[], string]>([
    ['may not even read any more', [am], 'NOT_FOUND'],
    ['may only read any more', [am, af], 'FORBIDDEN'],
  ])(
    'for good, once its seat is refused since it %s: also when the right comes back, in every process',
    async (_, networks, code) => {
      const there = await startInstance(world.database.url, world.hints);
      try {
        const planId = await createPlan(here, 'both-editor');
        const { copy, clientId, nextClock } = await startTyping('africa-editor', planId);
        const elsewhere = await startTyping('americas-editor', planId);
        const own = await startTyping('africa-editor'); // in another plan
        const update = copy.type('while I might not');
        if (code === 'NOT_FOUND') {
          await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [planId, networks]);
          await nextSecond();
          expect(codeOf(await copy.push(update))).toBe(code);
          await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [planId, [am, af]]);
          await nextSecond();
        } else {
          const asReader = new Copy(here, 'africa-rep', planId);
          await world.db.query("UPDATE working_plans.plan_client SET seat_id = 'seat:s09' WHERE client_id = $1", [
            clientId,
          ]);
          expect(codeOf(await asReader.push(update))).toBe(code); // s09 was an editor once, and now is a reader
          await world.db.query("UPDATE working_plans.plan_client SET seat_id = 'seat:s08' WHERE client_id = $1", [
            clientId,
          ]);
        }
        expect((await known(clientId)).used_at).toBe(Number.NEGATIVE_INFINITY);
        for (const instance of [here, there]) {
          const resent = new Copy(instance, 'africa-editor', planId);
          expect(codeOf(await resent.push(update))).toBe('RESYNC');
          expect(await join(instance, 'africa-editor', { clientId, nextClock }, planId)).toMatchObject({
            resumed: false,
          });
        }
        const again = await Copy.join(here, 'africa-editor', planId);
        expect((await again.push(again.type('anew '))).errors).toBeUndefined();
        // Nobody else's, and not those in other plans.
        for (const { copy: other } of [elsewhere, own])
          expect((await other.push(other.type('still '))).errors).toBeUndefined();
      } finally {
        await there.stop();
      }
    },
  );

  test('not by a refusal of the edit alone: one that is malformed, or of a part that is not the seat’s', async () => {
    const { copy, clientId } = await startTypingAsLead();
    expect(codeOf(await copy.push('AAA'))).toBe('UPDATE_MALFORMED');
    expect(codeOf(await copy.push(copy.edit(() => copy.text('plan').insert(0, 'not mine'))))).toBe('FORBIDDEN');
    expect((await known(clientId)).used_at).toBeInstanceOf(Date);
  });
});

/** A group lead, who types in its own objective only. */
async function startTypingAsLead() {
  const copy = await Copy.join(here, 'expert-lead');
  return { copy, clientId: copy.doc.clientID };
}

describe('ids that never wrote', () => {
  test('are deleted after 90 days, by any number of processes at once; one that has written never is, nor one in use', async () => {
    const { clientId: written } = await startTyping('americas-editor');
    const { clientId: young } = await join(here, 'americas-editor');
    const { clientId: resumed } = await join(here, 'americas-editor');
    const old: number[] = [];
    for (let n = 0; n < 25; n++) old.push((await join(here, 'americas-editor')).clientId);
    for (const clientId of [written, ...old, resumed]) await age(clientId, 91);
    await world.db.query('UPDATE working_plans.plan_client SET used_at = now() WHERE client_id = $1', [resumed]);
    // Others find out that one is held; what is being written to is passed over.
    const [held] = old as [number];
    await world.db.query('BEGIN');
    await world.db.query('SELECT FROM working_plans.plan_client WHERE client_id = $1 FOR UPDATE', [held]);
    const manager = {
      query: async (sql: string, parameters?: unknown[]) => {
        const { rows, rowCount } = await pool.query(sql, parameters);
        return [rows, rowCount] as never;
      },
    };
    const pool = await openPool();
    try {
      const deleted = await Promise.all([1, 2, 3, 4].map(() => deleteUnusedClientIds(manager, 4)));
      expect(deleted.reduce((a, b) => a + b)).toBe(24);
      expect(await known(held)).toBeDefined();
    } finally {
      await world.db.query('COMMIT');
      await pool.end();
    }
    for (const clientId of [written, young, resumed]) expect(await known(clientId)).toBeDefined();
    for (const clientId of old.slice(1)) expect(await known(clientId)).toBeUndefined();
  });

  test('are looked for by a job that can be stopped before it ever ran', async () => {
    const stop = keepDeletingUnusedClientIds(
      undefined as never,
      createLog('test', 'error', () => {}),
    );
    await stop();
    await stop();
  });
});

/** Connections of their own, in the schema of the subgraph. */
async function openPool() {
  const { default: pg } = await import('pg');
  return new pg.Pool({ connectionString: world.database.url, options: '-c search_path=working_plans' });
}

test('a push that is taken costs no statement more than before: one, which is the append', async () => {
  const { copy } = await startTyping('americas-editor');
  await copy.push(copy.type('warm '));
  let cost: string[] = [];
  // The process looks around every few seconds, by statements that may fall into one of these: not into all.
  for (let tries = 0; tries < 10 && cost.length !== 1; tries++) {
    here.statements.length = 0;
    expect((await copy.push(copy.type('x'))).errors).toBeUndefined();
    cost = here.statements.filter((sql) => !/FROM unnest\(\$1::text\[\], \$2::bigint\[\]/.test(sql));
  }
  expect(cost).toEqual([expect.stringContaining('append_plan_edits')]);
});
