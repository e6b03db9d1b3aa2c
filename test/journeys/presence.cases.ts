import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { start } from '../../start.ts';
import { startClock } from '../clock.ts';
import { freshDatabase } from '../database.ts';
import { until } from '../gateway.ts';
import { type Answer, createPeople, type Member, type People } from '../people.ts';
import { freePort } from '../port.ts';
import { run } from '../topology.ts';

describe('presence', () => {
  const planId = 'plan:joint-2027';
  const presence = `subscription ($tab: ID) { planPresence(planId: "${planId}", tab: $tab) { totalCount
  people { clientKey nodeId seat { id displayName organisation { name } } } } }`;
  const ids = `subscription ($tab: ID) { planPresence(planId: "${planId}", tab: $tab) { totalCount people { seat { id } } } }`;
  const setAt = (member: Member, tab: string, nodeId: string | null): Promise<Answer> =>
    member.ask(
      'mutation ($planId: ID!, $tab: ID, $nodeId: ID) { setPlanPresence(planId: $planId, tab: $tab, nodeId: $nodeId) }',
      { planId, tab, nodeId },
    );

  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let dataDir: string;
  let people: People;
  let url: string;
  /** The subgraph that says who people are, apart from the others, so that it can be away. */
  let members: { start(): Promise<void>; stop(): Promise<void> };
  let platform: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    database = await freshDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'net4u-presence-'));
    const port = await freePort();
    const env = {
      ...{ NODE_ENV: 'test', DATABASE_URL: database.url, DATA_DIR: dataDir, REGION: 'americas', REGION_NUMBER: '1' },
      ...{
        GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
        CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
      },
      LOG_LEVEL: 'error',
    };
    let running: { stop(): Promise<void> } | undefined;
    members = {
      async start() {
        running = await start({ env: { ...env, PORT: `${port}` }, services: ['members'] });
      },
      async stop() {
        await running?.stop();
      },
    };
    await members.start();
    platform = await start({
      env: { ...env, PORT: '0', MEMBERS_URL: `http://127.0.0.1:${port}/graphql` },
      services: ['networks', 'working-plans', 'discussions', 'gateway'],
      page: false,
    });
    url = platform.url;
    people = createPeople(url, dataDir);
  });
  afterAll(async () => {
    await people?.leave();
    await platform?.stop();
    await members?.stop();
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Follows over a socket; `last` is the newest message. */
  async function follow(persona: string, tab: string, query = presence) {
    const member = await people.as(persona);
    const following = member.follow(query, { tab });
    const got: Answer[] = [];
    let isOver = false;
    void following.ended.then(() => {
      isOver = true;
    });
    const reading = (async () => {
      while (!isOver) got.push(await following.next(60_000));
    })().catch(() => {});
    const last = () => got.at(-1);
    return {
      ...{ member, got, last, close: following.close, reading },
      seats: () =>
        last()
          ?.data?.planPresence.people.map((one: { seat: { id: string } | null }) => one.seat?.id)
          .sort(),
    };
  }
  const isList = (seats: unknown, ...names: string[]) => JSON.stringify(seats) === JSON.stringify(names);

  describe('presence through the gateway', () => {
    test('comes with the name and organisation of each, over a socket and as events; who closes is off the list', async () => {
      const editor = await follow('americas-editor', 'one');
      const rep = await people.as('africa-rep');
      const leaving = new AbortController();
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
          authorization: `Bearer ${rep.token}`,
        },
        body: JSON.stringify({ query: presence, variables: { tab: 'two' } }),
        signal: leaving.signal,
      });
      expect(response.headers.get('content-type')).toMatch('text/event-stream');
      let text = '';
      const reading = (async () => {
        for await (const chunk of response.body!) text += Buffer.from(chunk as Uint8Array).toString();
      })().catch(() => {});
      await until(() => isList(editor.seats(), 'seat:s02', 'seat:s09'));
      const { data } = await setAt(editor.member, 'one', `${planId}/a1.1.1`);
      await until(() => text.includes(`${planId}/a1.1.1`));
      expect(text).toContain(`"clientKey":"${data.setPlanPresence}"`);
      // Each reader has a stream of his own: what one has been told, the other is told a moment later.
      const find = () =>
        editor.last()?.data.planPresence.people.find(({ seat }: { seat: { id: string } }) => seat.id === 'seat:s02');
      await until(() => find()?.nodeId != null);
      const own = find();
      expect(own).toEqual({
        ...{ clientKey: data.setPlanPresence, nodeId: `${planId}/a1.1.1` },
        seat: { id: 'seat:s02', displayName: expect.any(String), organisation: { name: expect.any(String) } },
      });
      expect(text).toContain(JSON.stringify(own.seat));
      leaving.abort();
      await reading;
      await until(() => isList(editor.seats(), 'seat:s02'));
      editor.close();
      await editor.reading;
    });

    test('ends within a second with the right to read, and so does being seen', async () => {
      const stays = await follow('americas-editor', 'one');
      const goes = await follow('africa-editor', 'two');
      await until(() => isList(stays.seats(), 'seat:s02', 'seat:s08'));
      const change = "UPDATE members.membership SET status = 'SUSPENDED' WHERE id = 'mem:s08'";
      await run(database.url, [`BEGIN; ${change}; UPDATE members.rights SET version = version + 1; COMMIT`]);
      const passed = startClock();
      await until(() => goes.last()?.errors !== undefined);
      expect(goes.last()?.errors?.[0]?.extensions.code).toBe('RIGHTS_CHANGED');
      expect(passed()).toBeLessThan(1_000);
      await until(() => isList(stays.seats(), 'seat:s02'));
      expect((await setAt(goes.member, 'two', null)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
      stays.close();
    });

    test('waits while members is away, since nobody can say then who may read, and goes on once it is back', async () => {
      const one = await follow('americas-editor', 'one');
      const two = await follow('americas-coordinator', 'two', ids);
      await until(() => isList(one.seats(), 'seat:s01', 'seat:s02'));
      await members.stop();
      await new Promise((resolve) => setTimeout(resolve, 1_200)); // as long as rights that were read are good for
      const heard = [one.got.length, two.got.length];
      const three = await people.as('americas-rep');
      expect((await setAt(three, 'three', null)).errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
      two.close(); // changes who is here
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // two lists
      expect([one.got.length, two.got.length]).toEqual(heard);
      await members.start();
      // That it is back the gateway finds out by asking again: who comes before that is refused once more.
      while ((await setAt(three, 'three', `${planId}/a1.1.2`)).errors)
        await new Promise((resolve) => setTimeout(resolve, 100));
      await until(() => isList(one.seats(), 'seat:s02', 'seat:s03'));
      expect(one.last()?.errors).toBeUndefined();
      one.close();
    });
  });
});
