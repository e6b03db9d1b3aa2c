import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createActors } from '../../gateway/actors.ts';
import { signToken } from '../../issuer/sign.ts';
import type { Actor } from '../../kit/context.ts';
import { startClock } from '../clock.ts';
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

  /** A subscription over SSE, read until the gateway ends it. */
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
    return { text: response.text() };
  }

  describe('an open stream', () => {
    test('ends with its sign-in, over SSE as over WebSocket', async () => {
      const token = await signToken({ dataDir: world.dataDir, persona: 'africa-rep', expiresIn: 2 });
      const text = await (await followEvents(token)).text;
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
      const edits = 'subscription { planEdits(planId: "plan:joint-2027") { __typename } }';
      const socket = member.follow(edits);
      const events = await followEvents(member.token, edits);
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
    let reads = 0;
    const actors = createActors(async ({ query }) => {
      if (!query.includes('resolveActor')) {
        if (version === 2) polledAgain();
        return { data: { version: query.includes('members') ? version : 1 } };
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
    await new Promise((resolve) => setTimeout(resolve, 20)); // the answer of that poll is taken in
    answerFirst();
    const stale = await resolving;
    expect(stale.roles).toHaveLength(1);
    const changed = new Promise<string>((resolve) => actors.watch(principal, stale, () => resolve('told')));
    expect(await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, 1_000, 'never told'))])).toBe(
      'told',
    );
    actors.stop();
  });
});
