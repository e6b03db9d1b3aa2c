import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../kit/context.ts';
import { hashPartnerKey } from '../kit/secrets.ts';
import {
  type Answer,
  coordinator,
  type NetworksWorld,
  observer,
  operator,
  partner,
  representative,
  seat,
  startNetworks,
} from './networks.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
type Any = any;

describe('partners', () => {
  let world: NetworksWorld;
  beforeAll(async () => {
    world = await startNetworks({ noteEveryMs: 40, pollMs: 100, heartbeatMs: 100 });
    await world.owner.query(
      `INSERT INTO networks.partner (id, name, status, scopes, network_ids, max_visibility, provenance)
       VALUES ('partner:asian', 'Another', 'SUSPENDED', '{updates:read}', '{net:asia}', 'PUBLIC', 'USER')`,
    );
  });
  afterAll(() => world?.stop());
  const both = ['net:americas', 'net:africa'];
  const sample = partner(both);
  /** Sits in the committees of both networks that the sample partner reads. */
  const steering: Actor = {
    ...seat('STEERING_COMMITTEE', 'net:americas'),
    roles: both.map((networkId) => ({ role: 'STEERING_COMMITTEE', networkId, bodyId: null })),
  };
  const listed = async (actor: Actor, more = '') =>
    (await world.get(actor, `{ partners${more} { edges { node { id } } } }`)).partners.edges.map(
      ({ node }: Any) => node.id,
    );
  const readings = async (actor: Actor, id = 'partner:sample'): Promise<Any[] | null> =>
    (await world.get(actor, `{ partner(id: "${id}") { readings { road cursor behind behindSince notedAt } } }`)).partner
      .readings;
  const publish = (subject: string, visibility: 'PUBLIC' | 'NETWORK' = 'PUBLIC') =>
    world.plans.transaction(async (tx) =>
      tx.publish({
        ...{ networkIds: ['net:africa'], type: 'PLAN_CREATED', eventType: 'org.net4u.plan.created.v1', subject },
        ...{ visibility, data: {} },
      }),
    );
  /** Asked until it is so, as there is nothing to listen to. */
  async function become<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
    for (const until = Date.now() + 60_000; ; ) {
      const found = await look();
      if (wanted(found) || Date.now() > until) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('are listed for those who may end their keys and the operator; a partner finds itself; nobody else finds any', async () => {
    expect(await listed(operator)).toEqual(['partner:asian', 'partner:sample']);
    expect(await listed(operator, '(networkId: "net:asia")')).toEqual(['partner:asian']);
    for (const role of ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'] as const) {
      expect(await listed(seat(role, 'net:africa'))).toEqual(['partner:sample']);
      expect(await listed(seat(role, 'net:asia'))).toEqual(['partner:asian']);
    }
    expect(await listed(sample)).toEqual(['partner:sample']);
    for (const other of [representative, observer, { ...operator, roles: [] }]) {
      expect(await listed(other)).toEqual([]);
      expect(await world.get(other, '{ partner(id: "partner:sample") { id } own: partner { id } }')).toEqual({
        partner: null,
        own: null,
      });
    }
    expect(await world.get(sample, '{ partner { id } other: partner(id: "partner:asian") { id } }')).toEqual({
      partner: { id: 'partner:sample' },
      other: null,
    });
    const first = (await world.get(operator, '{ partners(first: 1) { pageInfo { hasNextPage endCursor } } }')).partners;
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(await listed(operator, `(first: 1, after: "${first.pageInfo.endCursor}")`)).toEqual(['partner:sample']);
  });

  test('are shown with their keys, what each may, until when and when it was used last, and never with a secret', async () => {
    const query = `{ partners { edges { node { id name status scopes maxVisibility networks { id }
      keys { id label scopes createdAt expiresAt lastUsedAt } } } } }`;
    const shown = async (actor: Actor) => (await world.get(actor, query)).partners.edges.map(({ node }: Any) => node);
    const before = (await shown(operator)).find(({ id }: Any) => id === 'partner:sample');
    expect(before).toMatchObject({ status: 'ACTIVE', scopes: ['updates:read'], maxVisibility: 'PARTNERS' });
    expect(before.keys).toEqual([
      {
        ...{ id: expect.stringMatching(/^token:/), label: 'development', scopes: ['updates:read'], lastUsedAt: null },
        ...{ createdAt: expect.any(String), expiresAt: expect.any(String) },
      },
    ]);
    const resolve = `{ resolvePartner(keyHash: "${world.keyHash}") }`;
    await world.get(gatewayActor, resolve);
    for (const actor of [operator, coordinator, sample]) {
      const answer = await shown(actor);
      expect(answer.at(-1).keys[0].lastUsedAt).toEqual(expect.any(String));
      for (const secret of [world.key, world.keyHash]) expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  test('have keys that may do less than they: such a key reads no updates, and can make none that may do more', async () => {
    const issue = async (scopes: string[]) => {
      const input = {
        clientMutationId: `narrow-${scopes.length}`,
        partnerId: 'partner:sample',
        label: 'Narrow',
        scopes,
      };
      const mutation = `mutation ($input: IssuePartnerKeyInput!) { issuePartnerKey(input: $input) {
        key partner { keys { label scopes } } problems { __typename } } }`;
      return (await world.get(steering, mutation, { input })).issuePartnerKey;
    };
    const wide = await issue(['updates:read', 'plans:replicate']);
    expect(wide).toMatchObject({ key: null, problems: [{ __typename: 'ValidationError' }] });
    const { key, partner: owner } = await issue([]);
    expect(owner.keys).toEqual([
      { label: 'Narrow', scopes: [] },
      { label: 'development', scopes: ['updates:read'] },
    ]);
    const actorOf = async (text: string): Promise<Actor> =>
      (await world.get(gatewayActor, `{ resolvePartner(keyHash: "${hashPartnerKey(text)}") }`)).resolvePartner;
    const narrow = await actorOf(key);
    expect(narrow.partner?.scopes).toEqual([]);
    const refused: Answer = await world.ask(narrow, '{ networkUpdates(first: 1) { edges { cursor } } }');
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await world.get(narrow, '{ networks { id } }')).networks).toHaveLength(3);
    // nor has it them pushed
    const input = { clientMutationId: 'narrow-hook', url: 'https://partner.example/hook' };
    const create =
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { problems { __typename } } }';
    expect((await world.get(narrow, create, { input })).createWebhook.problems).toEqual([
      { __typename: 'ForbiddenError' },
    ]);
    expect((await world.get(narrow, '{ webhookEndpoints { edges { cursor } } }')).webhookEndpoints).toBeNull();
    const rotate = 'mutation { rotatePartnerKey(input: { clientMutationId: "narrow" }) { key } }';
    const again = await actorOf((await world.get(narrow, rotate)).rotatePartnerKey.key);
    expect(again.partner?.scopes).toEqual([]);
    expect((await actorOf(world.key)).partner?.scopes).toEqual(['updates:read']);
  });

  test('are admitted by the committees of all that they read, stopped by who may end keys, and ended for good', async () => {
    const change = async (actor: Actor, name: string, type: string, input: object) =>
      (
        await world.get(
          actor,
          `mutation ($input: ${type}!) { ${name}(input: $input) { partner { id status networks { id } keys { id } }
            problems { __typename } } }`,
          { input },
        )
      )[name];
    let serial = 0;
    const admit = (actor: Actor, input: object) =>
      change(actor, 'admitPartner', 'AdmitPartnerInput', {
        clientMutationId: `admit-${++serial}`,
        name: 'New',
        ...input,
      });
    const set = (actor: Actor, partnerId: string, status: string) =>
      change(actor, 'setPartnerStatus', 'SetPartnerStatusInput', {
        clientMutationId: `set-${++serial}`,
        partnerId,
        status,
      });
    const one = seat('STEERING_COMMITTEE', 'net:africa');
    for (const [actor, networkIds] of [
      [one, both],
      [coordinator, ['net:americas']],
      [operator, both],
      [steering, []],
      [sample, both],
    ] as const)
      expect(await admit(actor, { networkIds })).toMatchObject({
        partner: null,
        problems: [{ __typename: 'ForbiddenError' }],
      });
    const none = { partner: null, problems: [{ __typename: 'ValidationError' }] };
    expect(await admit(one, { networkIds: ['net:africa'], maxVisibility: 'NETWORK' })).toMatchObject(none);
    expect(await admit(one, { networkIds: ['net:africa'], name: ' ' })).toMatchObject(none);
    const { partner: made } = await admit(steering, { networkIds: both });
    expect(made).toMatchObject({
      status: 'ACTIVE',
      networks: [{ id: 'net:africa' }, { id: 'net:americas' }],
      keys: [],
    });

    const input = { clientMutationId: 'first-key', partnerId: made.id, label: 'First' };
    const issue = 'mutation ($input: IssuePartnerKeyInput!) { issuePartnerKey(input: $input) { key } }';
    const { key } = (await world.get(steering, issue, { input })).issuePartnerKey;
    const resolve = async () =>
      (await world.get(gatewayActor, `{ resolvePartner(keyHash: "${hashPartnerKey(key)}") }`)).resolvePartner;
    const shown = '{ networkUpdates(first: 1) { newestAvailable } }';
    expect((await world.get(await resolve(), shown)).networkUpdates.newestAvailable).toEqual(expect.any(String));
    expect((await set(coordinator, made.id, 'SUSPENDED')).partner.status).toBe('SUSPENDED');
    expect(await resolve()).toBeNull();
    expect((await set(coordinator, made.id, 'ACTIVE')).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
    expect((await set(steering, made.id, 'ACTIVE')).partner.keys).toHaveLength(1);
    expect(await resolve()).not.toBeNull();
    expect((await set(operator, made.id, 'REVOKED')).partner).toMatchObject({ status: 'REVOKED', keys: [] });
    expect((await set(steering, made.id, 'ACTIVE')).problems).toMatchObject([{ __typename: 'ValidationError' }]);
    expect(await resolve()).toBeNull();
    const acts =
      "SELECT action, detail FROM audit.entry WHERE target_id = $1 AND network_id = 'net:africa' ORDER BY position";
    expect((await world.owner.query(acts, [made.id])).rows).toEqual([
      { action: 'PARTNER_ADMITTED', detail: 'PARTNERS' },
      { action: 'PARTNER_KEY_ISSUED', detail: expect.stringMatching(/^token:/) },
      { action: 'PARTNER_CHANGED', detail: 'ACTIVE -> SUSPENDED' },
      { action: 'PARTNER_CHANGED', detail: 'SUSPENDED -> ACTIVE' },
      { action: 'PARTNER_CHANGED', detail: 'ACTIVE -> REVOKED' },
    ]);
  });

  test('show how far they have read: live the stream that is furthest behind, of pages the furthest; nobody else is told', async () => {
    const live =
      'subscription ($after: Cursor) { networkUpdates(after: $after) { __typename ... on NetworkUpdate { subject cursor } } }';
    const paged = (actor: Actor, first: number, after?: string) =>
      world.get(
        actor,
        'query ($n: Int!, $after: Cursor) { networkUpdates(first: $n, after: $after) { pageInfo { endCursor } newestAvailable } }',
        {
          n: first,
          after,
        },
      );
    expect(await readings(operator)).toEqual([]);
    const { newestAvailable: start } = (await paged(operator, 1)).networkUpdates;
    expect(await readings(operator)).toEqual([]); // that was not the partner
    for (const subject of ['workingplan/1', 'workingplan/2', 'workingplan/3']) await publish(subject);

    const slow = await world.follow(sample, live, { after: start });
    const quick = await world.follow(sample, live, { after: start });
    const taken: Any[] = [];
    while (taken.length < 3) {
      const { networkUpdates } = (await quick.next()).value.data;
      if (networkUpdates.subject) taken.push(networkUpdates);
    }
    // both have been handed all three by the subgraph, though the slow one's reader takes none of them
    const whole = await become(
      () => readings(operator),
      (found) => found?.[0]?.behind === 0,
    );
    expect(whole).toEqual([
      { road: 'LIVE', cursor: expect.any(String), behind: 0, behindSince: null, notedAt: expect.any(String) },
    ]);
    await Promise.all([slow.return?.(), quick.return?.()]);
    await publish('workingplan/4');
    await publish('workingplan/5');
    const left = await become(
      () => readings(coordinator),
      (found) => found?.[0]?.behind === 2,
    );
    expect(left).toMatchObject([{ road: 'LIVE', behind: 2, behindSince: expect.any(String) }]);
    // its place is a cursor like any other
    const rest = await world.follow(sample, live, { after: left?.[0].cursor });
    expect((await rest.next()).value.data.networkUpdates.subject).toBe('workingplan/4');
    await rest.return?.();

    const all = (await paged(sample, 100, start)).networkUpdates;
    await paged(sample, 1, start); // once more from the beginning
    const pages = async () => (await readings(sample))?.find(({ road }) => road === 'PAGED');
    expect(await become(pages, (found) => found !== undefined)).toMatchObject({ behind: 0 });
    expect((await pages())?.cursor).toBe(all.pageInfo.endCursor);
    expect((await world.get(sample, '{ partner { readings { road } } }')).partner.readings).toHaveLength(2);
    expect(
      (
        await world.entities(
          representative,
          [{ __typename: 'Partner', id: 'partner:sample' }],
          '... on Partner { readings { road } }',
        )
      )._entities,
    ).toEqual([null]);

    // of before a restore it says nothing any more
    const restored = async () => {
      await world.owner.query("UPDATE networks.partner_reading SET epoch = 0 WHERE road = 'PAGED'");
      return pages();
    };
    // what was noted of the last page may come after the first of these
    const gone = await become(restored, (found) => found?.behind === null);
    expect(gone).toMatchObject({ road: 'PAGED', cursor: null, behind: null, behindSince: null });
  });

  test('when the database is restored under the running service, what it gives out and what it pushes is of the new epoch', async () => {
    const page = (after?: string) =>
      world.ask(sample, 'query ($after: Cursor) { networkUpdates(after: $after, first: 1) { newestAvailable } }', {
        after,
      });
    const { newestAvailable: before } = (await page()).data.networkUpdates;
    await world.owner.query('UPDATE feed.installation SET epoch = 5');
    const codeOf = async () => (await page(before)).errors?.[0]?.extensions;
    expect(await become(codeOf, (found) => found !== undefined)).toMatchObject({
      ...{ code: 'RESYNC_REQUIRED', reason: 'EPOCH_CHANGED', cursor: expect.any(String) },
    });
    expect((await page((await codeOf()).cursor)).errors).toBeUndefined();
    const input = { clientMutationId: 'pushed', url: 'https://partner.example/hook' };
    const create = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { endpoint { id cursor } } }';
    const { endpoint } = (await world.get(sample, create, { input })).createWebhook;
    expect((await page(endpoint.cursor)).errors).toBeUndefined();
    await publish('workingplan/6', 'NETWORK'); // passed over without a word to that address
    // one that was looked after by what began in the epoch before would be DISABLED
    const look = async () =>
      (
        await world.owner.query(
          'SELECT state, epoch, served_at, lease_by FROM networks.webhook_endpoint WHERE id = $1',
          [endpoint.id],
        )
      ).rows[0];
    const served = await become(look, ({ served_at, lease_by }) => served_at !== null && lease_by === null);
    expect(served).toMatchObject({ state: 'ACTIVE', epoch: 5, served_at: expect.any(Date), lease_by: null });
  });
});
