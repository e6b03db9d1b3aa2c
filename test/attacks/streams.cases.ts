import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createActors } from '../../gateway/actors.ts';
import { signToken } from '../../issuer/sign.ts';
import type { Actor } from '../../kit/context.ts';
import { startClock } from '../clock.ts';
import { planId, Writer } from '../plan-writer.ts';
import { startWorld, type World } from '../world.ts';

describe('streams', () => {
  let world: World;
  let owner: pg.Client;
  beforeAll(async () => {
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await world.stop();
  });

  const updates = 'subscription { networkUpdates { __typename } }';

  /** A subscription over SSE, read until the gateway ends it. `begun` once it has had its first event: its head comes before it is open. */
  async function followEvents(token: string, query = updates) {
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query }),
    });
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const read = async () => {
      let text = '';
      for await (const chunk of response.body!) {
        text += Buffer.from(chunk).toString();
        if (text.includes('event: next')) begin();
      }
      return text;
    };
    return { begun, text: read() };
  }

  describe('an open stream', () => {
    test('ends with its sign-in, over SSE as over WebSocket', async () => {
      const asked = { dataDir: world.dataDir, persona: 'africa-rep' };
      let text = '';
      // One that was over before its stream was open shows nothing: once more, with more time.
      for (let expiresIn = 2; !text.includes('event: next'); expiresIn *= 2) {
        const token = await signToken({ ...asked, expiresIn });
        const ends = (Math.floor(Date.now() / 1_000) + expiresIn) * 1_000;
        const events = await followEvents(token).catch((error) => {
          if (Date.now() < ends - 1_000) throw error;
        });
        text = (await events?.text) ?? '';
      }
      expect(text).toMatch(/"code":"UNAUTHENTICATED"[\s\S]*event: complete/);
    });

    test.each<[string, string, string]>([
      [
        'a suspended organisation',
        'africa-editor',
        "UPDATE members.membership SET status = 'SUSPENDED' WHERE id = 'mem:s08'",
      ],
      [
        'a revoked role',
        'africa-rep',
        "UPDATE members.role_assignment SET revoked_at = now() WHERE seat_id = 'seat:s09'",
      ],
    ])('of %s ends within a second, over SSE and WebSocket, and opens no more', async (_what, persona, change) => {
      const member = await world.people.as(persona);
      const writer = await Writer.join(await world.people.as('americas-editor'));
      await writer.push(writer.type('.'));
      const edits = `subscription { planEdits(planId: "${planId}", after: "${writer.cursor}") { __typename } }`;
      const socket = member.follow(edits);
      const events = await followEvents(member.token, edits);
      expect((await socket.next()).data.planEdits.__typename).toBe('PlanEdits');
      await events.begun;
      await owner.query(`BEGIN; ${change}; UPDATE members.rights SET version = version + 1; COMMIT`);
      const passed = startClock();
      expect((await socket.next()).errors?.[0]?.extensions.code).toBe('RIGHTS_CHANGED');
      expect(await events.text).toContain('RIGHTS_CHANGED');
      expect(passed()).toBeLessThan(1_000);
      expect((await member.follow(edits).next()).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
      const { data } = await member.ask(
        '{ workingPlans { id } inbox { edges { node { id } } } viewer { seat { roles { role } } } }',
      );
      expect(data).toEqual({ workingPlans: [], inbox: { edges: [] }, viewer: { seat: { roles: [] } } });
    });

    test('of a suspended partner ends within a second, and its key opens no more', async () => {
      const partner = await world.people.as('partner');
      const events = await followEvents(partner.token);
      await events.begun;
      await owner.query("UPDATE networks.partner SET status = 'SUSPENDED' WHERE id = 'partner:sample'");
      const passed = startClock();
      expect(await events.text).toContain('RIGHTS_CHANGED');
      expect(passed()).toBeLessThan(1_000);
      expect((await partner.ask('{ networks { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    });
  });

  test('rights that were read before a change and arrived after it are compared again', async () => {
    const actorAt = (rightsVersion: number, roles: Actor['roles']): Actor => ({
      ...{ kind: 'SEAT', subject: 'ana', seatId: 'seat:1', networks: [] },
      ...{ roles, rightsVersion },
    });
    const before = actorAt(1, [{ role: 'MEMBER_REP', networkId: 'net:a', bodyId: null }]);
    let version = 1;
    let answerFirst = () => {};
    const first = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    let polledAgain = () => {};
    const moved = new Promise<void>((resolve) => {
      polledAgain = resolve;
    });
    let polls = 0;
    let reads = 0;
    const actors = createActors(async ({ query }) => {
      if (!query.includes('resolveActor')) {
        if (!query.includes('members')) return { data: { version: 1 } };
        if (version === 2) polls += 1;
        if (polls === 2) polledAgain(); // one is asked at a time: the answer of the first has been taken in
        return { data: { version } };
      }
      reads += 1;
      if (reads > 1) return { data: { actor: actorAt(2, []) } };
      await first; // a read of the old rights that takes its time
      return { data: { actor: before } };
    }, 5);
    const principal = { kind: 'PERSON', subject: 'ana', seat: undefined, expires: Number.MAX_SAFE_INTEGER } as const;
    const resolving = actors.resolve(principal);
    version = 2;
    await moved;
    answerFirst();
    const stale = await resolving;
    expect(stale.roles).toHaveLength(1);
    const changed = new Promise<string>((resolve) => actors.watch(principal, stale, () => resolve('told')));
    expect(await changed).toBe('told');
    actors.stop();
  });
});
