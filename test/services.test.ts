import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startClock } from './clock.ts';
import { planLive, unified } from './journeys/operations.ts';
import type { Answer, Following } from './people.ts';
import { planId, readLog, Writer } from './plan-writer.ts';
import { type Started, until } from './processes.ts';
import { describeWith } from './required.ts';
import { Topology } from './topology.ts';

/** Two roots, of which only the second needs discussions. */
const twoHalves = `{
  mine: network(slug: "net4u-americas") {
    name { text } memberships { totalCount edges { node { organisation { name } } } } workingPlans { id title { text } }
  }
  theirs: network(slug: "net4u-americas") { slug threads { edges { node { id } } } }
}`;

type Plan = { id: string; title: unknown };
const complaints = /"level":"error"|^ +at /m;

describeWith('redis', 'each service in a process of its own', () => {
  let world: Topology;
  beforeAll(async () => {
    world = await Topology.prepare();
  });
  afterAll(() => world?.close());

  const askUnified = async (slug: string): Promise<Answer> =>
    (await world.people.as('americas-editor')).ask(unified, { slug });

  /** A writer at one instance of working-plans, and a reader who follows at the other. */
  const meet = async () => {
    const writer = await Writer.join(await world.people.as('americas-editor'));
    const reader = await world.peopleBeside.as('africa-editor');
    return { writer, edits: reader.follow(planLive, { planId, after: writer.cursor }, 'PlanEdits') };
  };
  /** @returns milliseconds from the acknowledgement until the edit has come to the reader */
  const carry = async (writer: Writer, edits: Following, text: string): Promise<number> => {
    const edit = writer.type(text);
    await writer.push(edit);
    const passed = startClock();
    const { data, errors } = await edits.next();
    expect(errors).toBeUndefined();
    expect(data.planEdits.update).toBe(edit.update);
    return passed();
  };
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

  test('they may start in any order: the gateway waits, says for whom, and is ready when all are', async () => {
    const gateways = ['gateway', 'gateway beside'].map((name) => world.start(name));
    await Promise.all(gateways.map((gateway) => gateway.ready()));
    expect(await world.ask()).toEqual({
      status: 'waiting',
      for: expect.arrayContaining(['networks', 'members', 'working-plans', 'discussions']),
    });
    for (const name of Topology.names) if (!world.running.has(name)) world.start(name);
    await world.becomesReady();
    world.signIn();
    for (const service of world.running.values()) expect(service.output()).not.toMatch(/error|\n {4}at /i);
  });

  test('one query is answered over all of them, for both networks', async () => {
    for (const [slug, name] of [
      ['net4u-americas', 'NET4U Americas'],
      ['net4u-africa', 'NET4U Africa'],
    ]) {
      const { data, errors } = await askUnified(slug as string);
      expect(errors).toBeUndefined();
      expect(data.network).toMatchObject({ name: { text: name }, workingPlans: [{ id: planId }] });
      expect(data.network.memberships.totalCount).toBeGreaterThan(0);
      expect(data.network.threads.edges).not.toEqual([]);
    }
  });

  test('an edit that one instance took comes to a reader of the other by hint', async () => {
    const { writer, edits } = await meet();
    const times: number[] = [];
    for (let n = 0; n < 10; n += 1) times.push(await carry(writer, edits, ` hinted${n}`));
    expect(median(times)).toBeLessThan(1_500); // without hints 3,000: each is typed just after one of the looks that come so often
    edits.close();
  });

  test('with Redis killed nothing is lost, only late; when it is back, all is quick again', async () => {
    const { writer, edits } = await meet();
    await carry(writer, edits, ' before');
    await world.redis.kill();
    try {
      const times: number[] = [];
      for (let n = 0; n < 3; n += 1) times.push(await carry(writer, edits, ` unhinted${n}`));
      expect(median(times)).toBeLessThan(5_000); // the services are other processes: one of three may have had no turn
    } finally {
      await world.redis.revive();
    }
    let streak = 0;
    await until(async () => {
      streak = (await carry(writer, edits, ' revived')) < 1_500 ? streak + 1 : 0;
      return streak === 5; // in a row: polling alone is now and then as quick
    });
    edits.close();
  });

  test('with one subgraph killed the rest of the answer is right; it is whole when that is back', async () => {
    const member = await world.people.as('americas-editor');
    const ask = () => member.ask(twoHalves);
    const [whole, unifiedWhole] = [await ask(), await askUnified('net4u-americas')];
    expect(whole.errors).toBeUndefined();
    await world.kill('discussions');
    try {
      await world.waitsFor('discussions');
      const { data, errors } = await ask();
      expect(data.mine).toEqual(whole.data.mine);
      expect(errors).toEqual([
        expect.objectContaining({
          path: expect.arrayContaining(['theirs', 'threads']),
          extensions: expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' }),
        }),
      ]);
      const partial = await askUnified('net4u-americas');
      expect(new Set(partial.errors?.map(({ extensions }) => extensions.code))).toEqual(
        new Set(['SUBGRAPH_UNAVAILABLE']),
      );
      const theirs = { threads: null, meetings: null };
      const { workingPlans, ...network } = partial.data.network;
      const { workingPlans: plans, ...rest } = unifiedWhole.data.network;
      expect(network).toEqual({ ...rest, ...theirs });
      expect(workingPlans.map(({ id, title }: Plan) => ({ id, title }))).toEqual(
        plans.map(({ id, title }: Plan) => ({ id, title })),
      );
    } finally {
      world.start('discussions');
      await world.becomesReady();
    }
    expect(await ask()).toEqual(whole);
    expect(await askUnified('net4u-americas')).toEqual(unifiedWhole);
  });

  test('a reader whose instance was killed notices nothing but the time: what it missed comes by itself, once', async () => {
    const { writer, edits } = await meet();
    await carry(writer, edits, ' read');
    await world.kill('working-plans beside');
    const missed = [writer.type(' missed1'), writer.type(' missed2')];
    for (const edit of missed) await writer.push(edit);
    world.start('working-plans beside');
    await world.becomesReady();
    const next = async () => {
      const { data, errors } = await edits.next();
      expect(errors).toBeUndefined();
      return data.planEdits.update;
    };
    expect([await next(), await next()]).toEqual(missed.map(({ update }) => update));
    await carry(writer, edits, ' live again');
    const log = await readLog(await world.peopleBeside.as('africa-editor'), writer.cursor);
    expect(log.slice(1, 3).map(({ update }) => update)).toEqual(missed.map(({ update }) => update));
    edits.close();
  });

  test('when Postgres drops every connection, each service takes new ones and nothing acknowledged is lost', async () => {
    const { writer, edits } = await meet();
    await carry(writer, edits, ' connected');
    for (const service of world.running.values()) expect(service.output()).not.toMatch(complaints);
    expect(await world.dropConnections()).toBeGreaterThan(3);
    const edit = writer.type(' reconnected');
    await until(() =>
      writer.push(edit).then(
        () => true,
        () => false,
      ),
    );
    expect((await edits.next()).data.planEdits.update).toBe(edit.update);
    edits.close();
    await until(async () => !(await askUnified('net4u-africa')).errors);
    for (const [name, service] of world.running) expect([name, service.isRunning()]).toEqual([name, true]);
  });

  test('SIGTERM ends each within 10 s with exit code 0, under readers and one after the other; then all is as before', async () => {
    const whole = await askUnified('net4u-africa');
    const { writer, edits } = await meet();
    for (const name of Topology.names) {
      const service = world.running.get(name) as Started;
      const before = service.output().length; // what a service was asked when it lost its connections above may have failed
      service.signal('SIGTERM');
      expect([name, await service.ended(10_000)]).toEqual([name, 0]);
      expect(service.output().slice(before)).not.toMatch(complaints);
      world.start(name);
      await world.becomesReady();
    }
    edits.close();
    await world.people.leave();
    await world.peopleBeside.leave();
    expect(await askUnified('net4u-africa')).toEqual(whole);
    const edit = writer.type(' rolled');
    await writer.push(edit);
    const log = await readLog(await world.peopleBeside.as('africa-editor'), writer.cursor);
    expect(log.map(({ update }) => update)).toEqual([edit.update]);
  });
});
