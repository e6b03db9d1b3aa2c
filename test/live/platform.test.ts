import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { networkUpdates, planLive } from '../journeys/operations.ts';
import { createMember, type Following, type Member } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';

let world: World;
let americas: Member;
let africa: Member;
/** Other sockets of the same two people. */
let sockets: Member[];
beforeAll(async () => {
  world = await startWorldApart();
  americas = await world.people.as('americas-editor');
  africa = await world.people.as('africa-editor');
  sockets = [americas, africa, americas, africa].map(({ token }) => createMember(world.url, token));
});
afterAll(async () => {
  for (const socket of sockets) await socket.leave();
  await world.stop();
});

/** A generator of random numbers below `n`, the same at each run. */
let state = 7;
const random = (n: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};

async function upstreams(): Promise<number> {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  return Number(/^gateway_upstreams(?:\{.*\})? (\d+)/m.exec(text)?.[1]);
}

/** Reads `count` messages' ids, and lets heartbeats pass. */
async function take(following: Following, count: number, idOf: (data: never) => string | undefined): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { data, errors } = await following.next();
    expect(errors).toBeUndefined();
    const id = idOf(data as never);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

test('readers who join a plan at any place while it is edited have each edit once, and share what they read from', async () => {
  const planId = 'plan:joint-2027';
  const opened = (await americas.ask(planLive, { id: planId }, 'OpenPlan')).data.workingPlan.document;
  const { clientId } = (await americas.ask(planLive, { planId }, 'JoinPlan')).data.joinPlan;
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, new Uint8Array(Buffer.from(opened.update, 'base64')));
  doc.clientID = clientId;
  const titles = doc.getMap<Y.Map<unknown>>('nodes').get('plan')?.get('title') as Y.Map<Y.Text>;
  const cursors: string[] = [opened.cursor];
  const readers: { following: Following; from: number }[] = [];
  const push = () => {
    let update = '';
    doc.once('update', (made: Uint8Array) => {
      update = Buffer.from(made).toString('base64');
    });
    titles.get('en')?.insert(0, String.fromCharCode(97 + (cursors.length % 26)));
    const variables = { planId, epoch: opened.epoch, editId: randomUUID(), update };
    return americas.ask(planLive, variables, 'PushPlanEdits');
  };
  for (let n = 0; n < 60; n += 1) {
    const pushing = push();
    for (let some = random(2); some >= 0; some -= 1) {
      const from = Math.max(0, cursors.length - 1 - random(random(3) ? 3 : 60));
      const socket = sockets[random(4)] as Member;
      readers.push({ following: socket.follow(planLive, { planId, after: cursors[from] }, 'PlanEdits'), from });
      if (readers.length > 60) readers.shift()?.following.close();
    }
    cursors.push((await pushing).data.pushPlanEdits.cursor);
  }
  const idOf = ({ planEdits }: { planEdits: { cursor: string } }) => planEdits.cursor;
  for (const { following, from } of readers) {
    expect(await take(following, cursors.length - 1 - from, idOf)).toEqual(cursors.slice(from + 1));
  }
  const late = sockets.map((socket) => socket.follow(planLive, { planId, after: cursors.at(-1) }, 'PlanEdits'));
  // one for each of the two people; a reader who had not been given all of an event then goes on with the others at a later one
  while ((await upstreams()) !== 2) await push();
  for (const { following } of readers) following.close();
  for (const following of late) following.close();
});

test('readers who join the feed at any place while both networks write have each update once, and share what they read from', async () => {
  const start = async (member: Member, network: string) => {
    const input = {
      ...{ clientMutationId: randomUUID(), networkIds: [network], anchor: { typename: 'Network', id: network } },
      ...{ title: [{ locale: 'en', text: 'Thread' }], body: 'Body', locale: 'en', visibility: 'NETWORK' },
    };
    const { data, errors } = await member.ask(networkUpdates, { input }, 'StartThread');
    expect(errors).toBeUndefined();
    return `thread/${data.startThread.thread.id}`;
  };
  const begun = americas.follow(networkUpdates, {}, 'NetworkUpdates');
  const cursors: string[] = [(await begun.next()).data.networkUpdates.cursor];
  const idOf = ({ networkUpdates: update }: { networkUpdates: { subject?: string } }) => update.subject;
  const written: string[] = [];
  const readers: { following: Following; from: number }[] = [];
  for (let n = 0; n < 30; n += 1) {
    const others = random(3) ? start(africa, 'net:africa') : undefined; // passes the readers by, and moves their cursors
    written.push(await start(americas, 'net:americas'));
    await others;
    for (;;) {
      const { data } = await begun.next();
      if (idOf(data) === undefined) continue;
      expect(idOf(data)).toBe(written.at(-1));
      cursors.push(data.networkUpdates.cursor);
      break;
    }
    const from = Math.max(0, cursors.length - 1 - random(random(3) ? 3 : 40));
    const socket = sockets[random(2) * 2] as Member;
    readers.push({ following: socket.follow(networkUpdates, { after: cursors[from] }, 'NetworkUpdates'), from });
  }
  for (const { following, from } of readers) {
    expect(await take(following, written.length - from, idOf)).toEqual(written.slice(from));
  }
  written.push(await start(americas, 'net:americas'));
  for (const { following } of readers) expect(await take(following, 1, idOf)).toEqual(written.slice(-1));
  while ((await upstreams()) !== 1) await start(americas, 'net:americas'); // as above
  for (const { following } of readers) following.close();
  begun.close();
});
