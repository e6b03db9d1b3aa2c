import { expect, test } from '@jest/globals';
import pg from 'pg';
import { databaseOf } from '../../kit/database/subgraphs.ts';
import { beginEpoch } from '../../kit/feed/restored.ts';
import { ask, followUpdates, MemoryStore, readUpdates, type Update } from '../../partner-client/index.ts';
import { type Stage, subjectsOf } from './stage.ts';

interface Snapshot {
  networks: { id: string; version: number }[];
}

/** What a partner keeps of the networks: taken whole where it is told to, else kept by updates. */
class Mirror {
  readonly versions = new Map<string, unknown>();
  readonly kinds: string[] = [];
  readonly reasons: string[] = [];

  constructor(private readonly door: { url: string; key: string }) {}

  async take(query: string): Promise<void> {
    const { networks } = await ask<Snapshot>(this.door, query);
    this.versions.clear();
    for (const { id, version } of networks) this.versions.set(id, version);
  }

  /** @param isEnough asked after each event, once that has been taken; leaving after it acknowledges nothing of it */
  async follow(store: MemoryStore, isEnough: () => boolean | Promise<boolean>): Promise<Update[]> {
    const updates: Update[] = [];
    for await (const event of followUpdates({ ...this.door, store })) {
      this.kinds.push(event.kind);
      if (event.kind === 'resync') {
        this.reasons.push(event.reason);
        await this.take(event.snapshotQuery);
      }
      if (event.kind === 'update') {
        updates.push(event);
        if (event.type === 'NETWORK_CHANGED') this.versions.set(event.networkId, event.cloudEvent.data.version);
      }
      if (await isEnough()) break;
    }
    return updates;
  }
}

/** Partners that were away, for days or while the platform was set back to a backup. */
export function awayCases(stage: Stage): void {
  const age = (days: number) =>
    stage.owner.query(`UPDATE feed.event SET recorded_at = recorded_at - interval '${days} days'`);
  let changes = 0;
  /** A coordinator changes the network, and NETWORK_CHANGED says so. @returns its version from then on */
  async function changeNetwork(): Promise<number> {
    const coordinator = await stage.world.people.as('americas-coordinator');
    const { version } = (await coordinator.ask('{ network(id: "net:americas") { version } }')).data.network;
    changes += 1;
    const input = {
      ...{ clientMutationId: `changed-${changes}`, id: 'net:americas', expectedVersion: version },
      contactMailbox: `contact-${changes}@example.org`,
    };
    const { data } = await coordinator.ask(
      'mutation ($input: UpdateNetworkInput!) { updateNetwork(input: $input) { network { version } problems { __typename } } }',
      { input },
    );
    expect(data.updateNetwork.problems).toEqual([]);
    return data.updateNetwork.network.version;
  }

  test('offline for 3 days: all that was said meanwhile comes, once and in order, and then what is said now', async () => {
    const store = new MemoryStore(await stage.newest());
    const mirror = new Mirror(stage.door);
    const first = await stage.write(2);
    await mirror.follow(store, () => mirror.kinds.length === 2);
    const left = store.cursor as string; // the first was handled, of the second nothing is known
    await stage.write(150);
    await stage.write(3, 'net:africa');
    const version = await changeNetwork();
    await age(3);
    try {
      const last = await stage.say();
      const missed = await stage.log(left);
      expect(missed).toHaveLength(156);
      expect(missed[0]?.subject).toBe(first[1]);
      const back = new Mirror(stage.door);
      const updates = await back.follow(store, () => back.kinds.length === missed.length);
      expect(updates.map(({ source, id }) => `${source} ${id}`)).toEqual(
        missed.map(({ source, id }) => `${source} ${id}`),
      );
      expect(new Set(back.kinds)).toEqual(new Set(['update']));
      expect(updates.at(-1)?.subject).toBe(last);
      expect(back.versions.get('net:americas')).toBe(version);
    } finally {
      await age(-3);
    }
  });

  test('offline for 31 days: told to start anew, rebuilt from the snapshot, and kept from there on', async () => {
    const store = new MemoryStore(await stage.newest());
    const mirror = new Mirror(stage.door);
    await changeNetwork(); // it is read 31 days late, from the snapshot alone
    const version = await changeNetwork();
    await age(31);
    try {
      const old = store.cursor as string;
      const pages = readUpdates({ ...stage.door, after: old });
      await expect(pages.next()).rejects.toMatchObject({ code: 'RESYNC_REQUIRED', cursor: expect.any(String) });
      const updates = await mirror.follow(store, async () => {
        if (mirror.kinds.length > 1) return true;
        expect(mirror.versions.get('net:americas')).toBe(version);
        expect(store.cursor).toBe(old); // the snapshot is taken, and only the step forward says so
        await changeNetwork();
        return false;
      });
      expect([mirror.kinds, mirror.reasons]).toEqual([['resync', 'update'], ['CURSOR_TOO_OLD']]);
      expect(updates[0]).toMatchObject({ type: 'NETWORK_CHANGED', networkId: 'net:americas' });
      expect(mirror.versions.get('net:americas')).toBe(version + 1);
      expect(store.cursor).not.toBe(old);
    } finally {
      await age(-31);
    }
  });

  test('the platform is set back to a backup and goes on past where it stood: an old cursor is told, whatever it is of', async () => {
    const { world } = stage;
    const name = databaseOf(world.databaseUrl);
    const server = new URL(world.databaseUrl);
    server.pathname = '/postgres';
    const admin = new pg.Client(server.toString());
    await admin.connect();
    const offline = async (work: () => Promise<unknown>) => {
      await world.halt();
      await stage.owner.end();
      await work();
      stage.owner = new pg.Client(world.databaseUrl);
      await stage.owner.connect();
      await world.resume();
    };
    const editor = await world.people.as('americas-editor');
    const document = `workingPlan(id: "plan:joint-2027") { document { cursor } }`;
    const edits =
      'subscription ($after: Cursor) { planEdits(planId: "plan:joint-2027", after: $after) { __typename } }';
    try {
      await offline(() => admin.query(`CREATE DATABASE "${name}_backup" TEMPLATE "${name}"`));
      const store = new MemoryStore(await stage.newest());
      await stage.write(3);
      const lost = new Mirror(stage.door);
      await lost.follow(store, () => lost.kinds.length === 3);
      const old = store.cursor as string;
      const plan = (await editor.ask(`{ ${document} }`)).data.workingPlan.document.cursor;

      await expect(beginEpoch(world.databaseUrl, () => {})).rejects.toThrow(/connected to this database: .*networks/);
      const said: string[] = [];
      await offline(async () => {
        await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`);
        await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${name}_backup"`);
        await beginEpoch(world.databaseUrl, (line) => said.push(line));
      });
      expect(said.at(-1)).toMatch(/^epoch \d+ has begun \(it was 1\): start the services$/);
      const version = await changeNetwork();
      const again = await stage.write(5); // the first of them have the numbers of those that were lost

      await expect(readUpdates({ ...stage.door, after: old }).next()).rejects.toMatchObject({
        code: 'RESYNC_REQUIRED',
      });
      const mirror = new Mirror(stage.door);
      let subject = '';
      const updates = await mirror.follow(store, async () => {
        if (mirror.kinds.length > 1) return true;
        subject = await stage.say();
        return false;
      });
      expect([mirror.kinds, mirror.reasons]).toEqual([['resync', 'update'], ['EPOCH_CHANGED']]);
      expect(mirror.versions.get('net:americas')).toBe(version);
      expect(subjectsOf(updates)).toEqual([subject]);
      // what it knew nothing of is still in the log, and the new cursor is one to resume from
      const log = await stage.log(store.cursor as string);
      expect(subjectsOf(log)).toEqual([subject]);
      for await (const { events } of readUpdates(stage.door)) log.push(...events);
      expect(subjectsOf(log)).toEqual(expect.arrayContaining(again));

      const refused = editor.follow(edits, { after: plan });
      expect((await refused.next()).errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
      const { cursor } = (await editor.ask(`{ ${document} }`)).data.workingPlan.document;
      expect(cursor).not.toBe(plan);
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS "${name}_backup"`);
      await admin.end();
    }
  });
}
