import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { type Actor, gatewayActor, type Visibility } from '../kit/context.ts';
import type { FeedEvent } from '../kit/feed/publish.ts';
import { traceHeader } from '../kit/trace.ts';
import { buildNetworksSchema } from '../subgraphs/networks/schema.ts';
import { snapshotQuery } from '../subgraphs/networks/updates.ts';
import {
  type Answer,
  codesOf,
  coordinator,
  type NetworksWorld,
  observer,
  operator,
  partner,
  representative,
  seat,
  startNetworks,
} from './networks.ts';

describe('network updates', () => {
  let world: NetworksWorld;
  beforeAll(async () => {
    world = await startNetworks({ heartbeatMs: 100, graceMs: 500 });
  });
  afterAll(() => world?.stop());

  const live = `subscription NetworkUpdates($after: Cursor, $filter: NetworkUpdateFilter) {
  networkUpdates(after: $after, filter: $filter) {
    __typename
    ... on NetworkUpdate { id cursor type source subject occurredAt data network { slug status } sequence eventType visibility cloudEvent }
    ... on Heartbeat { at cursor }
    ... on ResyncRequired { reason oldestAvailable snapshotQuery }
    ... on StreamClosing { reason retryAfterMs cursor }
  }
}`;
  const paged = `query NetworkUpdatesPage($after: Cursor, $first: Int!, $filter: NetworkUpdateFilter) {
  networkUpdatesPage: networkUpdates(after: $after, first: $first, filter: $filter) {
    edges { cursor node { id type subject visibility network { slug } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
    oldestAvailable
    newestAvailable
  }
}`;

  const publish = (subject: string, rest: Partial<FeedEvent> = {}) =>
    world.plans.transaction(async (tx) =>
      tx.publish({
        networkIds: ['net:africa'],
        type: 'PLAN_CREATED',
        eventType: 'org.net4u.plan.created.v1',
        subject,
        visibility: 'PUBLIC',
        data: { planId: 'plan:one', version: 1 },
        ...rest,
      }),
    );
  const pageOf = async (actor: Actor, variables: Record<string, unknown> = {}) =>
    (await world.get(actor, paged, { first: 100, ...variables })).networkUpdatesPage;
  type Edge = { cursor: string; node: { id: string; type: string; subject: string } };
  const subjectsOf = ({ edges }: { edges: Edge[] }) => edges.map(({ node }) => node.subject);
  const newest = async () => (await pageOf(observer, { first: 1 })).newestAvailable as string;

  /** The next message that is no heartbeat, unless heartbeats are waited for. */
  async function next(messages: AsyncIterator<Answer>, wanted = 'NetworkUpdate') {
    for (;;) {
      const { value, done } = await messages.next();
      if (done) throw new Error('the stream ended');
      expect(value.errors).toBeUndefined();
      const message = value.data.networkUpdates;
      if (message.__typename === 'Heartbeat' && wanted !== 'Heartbeat') continue;
      expect(message.__typename).toBe(wanted);
      return message;
    }
  }

  describe('a page', () => {
    test('has the shipped records as the first updates of their networks', async () => {
      const page = await pageOf(observer);
      expect(page.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, endCursor: page.newestAvailable });
      expect(page.edges).toHaveLength(10);
      expect(page.edges[0].node).toMatchObject({
        type: 'NETWORK_CREATED',
        subject: 'network/net:africa',
        network: { slug: 'net4u-africa' },
      });
      expect(subjectsOf(page).filter((subject) => subject.startsWith('body/body:am-'))).toHaveLength(5);
    });

    test('leads through the log by endCursor, and again from any edge', async () => {
      const all = subjectsOf(await pageOf(observer));
      const walked: Edge[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const page = await pageOf(observer, { after, first: 4 });
        walked.push(...page.edges);
        ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        if (page.edges.length > 0) expect(page.edges.at(-1).cursor).toBe(after);
      }
      expect(walked.map(({ node }) => node.subject)).toEqual(all);
      for (const [index, { cursor }] of walked.entries()) {
        expect(subjectsOf(await pageOf(observer, { after: cursor }))).toEqual(all.slice(index + 1));
      }
      const { oldestAvailable } = await pageOf(observer, { first: 1 });
      expect(subjectsOf(await pageOf(observer, { after: oldestAvailable }))).toEqual(all);
      const empty = await pageOf(observer, { after: await newest() });
      expect(empty).toMatchObject({ edges: [], pageInfo: { hasNextPage: false, endCursor: empty.newestAvailable } });
    });

    test('filters, and an unknown network matches nothing', async () => {
      const filtered = async (filter: object) => subjectsOf(await pageOf(observer, { filter }));
      expect(await filtered({ networks: ['net:asia', 'net:unknown'] })).toEqual(['network/net:asia']);
      expect(await filtered({ networks: ['net:unknown'] })).toEqual([]);
      expect(await filtered({ types: ['NETWORK_CREATED'], countries: ['UG'] })).toEqual(['network/net:africa']);
      expect(await filtered({ thematicAreas: ['FIREARMS'] })).toEqual(['body/body:am-3']);
    });

    test('refuses foreign cursors, wrong sizes, keys without the scope, and the gateway itself', async () => {
      const codes = async (actor: Actor, variables: object) =>
        codesOf(await world.ask(actor, paged, { first: 1, ...variables }));
      expect(await codes(observer, { after: 'AAAA' })).toEqual(['CURSOR_INVALID']);
      expect(await codes(observer, { first: 0 })).toEqual(['BAD_USER_INPUT']);
      expect(await codes(observer, { first: 101 })).toEqual(['BAD_USER_INPUT']);
      expect(await codes(partner(['net:africa'], 'PARTNERS', []), {})).toEqual(['FORBIDDEN']);
      expect(await codes(gatewayActor, {})).toEqual(['FORBIDDEN']);
    });
  });

  describe('the live stream', () => {
    test('starts with a heartbeat whose cursor resumes, and shows an update as a CloudEvent', async () => {
      const messages = await world.follow(representative, live);
      const { cursor } = await next(messages, 'Heartbeat');
      await publish('workingplan/plan:one', { visibility: 'NETWORK' });
      const update = await next(messages);
      expect(update).toMatchObject({
        type: 'PLAN_CREATED',
        source: '/networks/net4u-africa',
        subject: 'workingplan/plan:one',
        data: { planId: 'plan:one', version: 1 },
        network: { slug: 'net4u-africa' },
      });
      expect(update.cloudEvent).toEqual({
        specversion: '1.0',
        id: update.id,
        source: '/networks/net4u-africa',
        type: 'org.net4u.plan.created.v1',
        subject: 'workingplan/plan:one',
        time: update.occurredAt,
        datacontenttype: 'application/json',
        sequence: update.sequence,
        partitionkey: 'net:africa',
        networkid: 'net:africa',
        visibility: 'NETWORK',
        data: update.data,
      });
      await messages.return?.();
      const again = await world.follow(representative, live, { after: cursor });
      expect((await next(again)).id).toBe(update.id);
      await publish('workingplan/plan:two');
      const second = await next(again);
      expect(second.subject).toBe('workingplan/plan:two');
      await again.return?.();
      expect(subjectsOf(await pageOf(representative, { after: update.cursor }))).toEqual(['workingplan/plan:two']);
      expect(subjectsOf(await pageOf(representative, { after: second.cursor }))).toEqual([]);
    });

    test('shows the trace of the request that made the change, as the gateway tells of it, and no other', async () => {
      const trace = (digit: string) => `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`;
      const messages = await world.follow(coordinator, live, { filter: { networks: ['net:asia'] } });
      await next(messages, 'Heartbeat');
      let serial = 0;
      const change = async (headers: Record<string, string>) => {
        const query =
          'mutation ($i: UpsertExternalPartnerInput!) { upsertExternalPartner(input: $i) { problems { __typename } } }';
        const input = {
          ...{
            clientMutationId: `traced-${++serial}`,
            networkId: 'net:asia',
            kind: 'ORGANISATION',
            relations: ['EXCHANGE'],
          },
          ...{ name: [{ locale: 'en', text: 'Sample' }], visibility: 'PARTNERS' },
        };
        const { data } = await world.ask(seat('COORDINATOR', 'net:asia'), query, { i: input }, headers);
        expect(data.upsertExternalPartner.problems).toEqual([]);
        return (await next(messages)).cloudEvent;
      };
      expect(await change({ [traceHeader]: trace('a'), traceparent: trace('c') })).toMatchObject({
        type: 'org.net4u.external-partner.changed.v1',
        traceparent: trace('a'),
      });
      for (const headers of [{ traceparent: trace('c') }, { [traceHeader]: 'rubbish' }, {}] as Record<string, string>[])
        expect(await change(headers)).not.toHaveProperty('traceparent');
      await messages.return?.();
    });

    test('shows a network as it is at each message', async () => {
      const messages = await world.follow(coordinator, live, { filter: { networks: ['net:americas'] } });
      await next(messages, 'Heartbeat');
      const change = (status: string, expectedVersion: number) =>
        world.get(
          coordinator,
          'mutation ($i: UpdateNetworkInput!) { updateNetwork(input: $i) { problems { __typename } } }',
          {
            i: { clientMutationId: status, id: 'net:americas', expectedVersion, status },
          },
        );
      await change('DORMANT', 1);
      expect((await next(messages)).network).toEqual({ slug: 'net4u-americas', status: 'DORMANT' });
      await change('ACTIVE', 2);
      expect((await next(messages)).network).toEqual({ slug: 'net4u-americas', status: 'ACTIVE' });
      await messages.return?.();
    });

    test('reads once what all streams show of an update', async () => {
      const streams = await Promise.all(Array.from({ length: 30 }, () => world.follow(observer, live)));
      for (const messages of streams) await next(messages, 'Heartbeat');
      const { count, result } = await world.count(async () => {
        await publish('workingplan/plan:many');
        return Promise.all(streams.map((messages) => next(messages)));
      });
      for (const update of result)
        expect(update).toMatchObject({ subject: 'workingplan/plan:many', network: { slug: 'net4u-africa' } });
      expect(count).toBeLessThan(streams.length / 2); // the log and the network, and what is looked for every two seconds
      for (const messages of streams) await messages.return?.();
    });

    test('ends with an error for a bad cursor, a key without the scope, and the gateway itself', async () => {
      const code = async (actor: Actor, after?: string) => {
        const messages = await world.follow(actor, live, { after });
        const { value } = await messages.next();
        expect((await messages.next()).done).toBe(true);
        return codesOf(value);
      };
      expect(await code(observer, 'AAAA')).toEqual(['CURSOR_INVALID']);
      expect(await code(partner(['net:africa'], 'PARTNERS', []))).toEqual(['FORBIDDEN']);
      expect(await code(gatewayActor)).toEqual(['FORBIDDEN']);
    });

    test('tells a cursor from before a restore to resync, with a query that works, and goes on', async () => {
      await publish('workingplan/lost', { networkIds: ['net:asia'] });
      const cursor = await newest();
      // what a restore leaves: neither the update nor its number
      await world.owner.query(`BEGIN;
        DELETE FROM feed.event WHERE network_id = 'net:asia' AND subject = 'workingplan/lost';
        UPDATE feed.stream SET position = position - 1 WHERE network_id = 'net:asia';
        COMMIT`);
      const answer = await world.ask(observer, paged, { first: 1, after: cursor });
      const messages = await world.follow(observer, live, { after: cursor });
      const message = await next(messages, 'ResyncRequired');
      expect(message).toMatchObject({ reason: 'EPOCH_CHANGED', snapshotQuery });
      expect(answer.errors?.[0]?.extensions).toEqual({
        code: 'RESYNC_REQUIRED',
        reason: 'EPOCH_CHANGED',
        cursor: message.oldestAvailable,
      });
      expect(validate(buildNetworksSchema().schema, parse(snapshotQuery))).toEqual([]);
      expect((await world.get(observer, snapshotQuery)).networks).toHaveLength(3);
      await next(messages, 'Heartbeat');
      await publish('workingplan/after');
      expect((await next(messages)).subject).toBe('workingplan/after');
      await messages.return?.();
    });

    test('passes what this subgraph cannot show', async () => {
      const messages = await world.follow(observer, live);
      await next(messages, 'Heartbeat');
      await publish('network/net:elsewhere', { networkIds: ['net:elsewhere'] });
      await publish('something/new', { type: 'SOMETHING_NEW' });
      await publish('workingplan/last');
      expect((await next(messages)).subject).toBe('workingplan/last');
      await messages.return?.();
    });
  });

  describe('who sees which updates', () => {
    const visibilities: Visibility[] = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'];
    const member = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS'];
    // Updates of Africa of each visibility, the GROUP one of its steering committee.
    const readers: [string, Actor, string[]][] = [
      ['representative of Africa', representative, [...member, 'NETWORK']],
      [
        'steering member of Africa',
        seat('STEERING_COMMITTEE', 'net:africa', 'body:af-sc'),
        [...member, 'NETWORK', 'GROUP'],
      ],
      ['safety officer of Africa', seat('SAFETY_OFFICER', 'net:africa'), [...member, 'NETWORK']],
      ['coordinator of the Americas', coordinator, member],
      ['observer of Africa', observer, ['PUBLIC']],
      ['operator', operator, ['PUBLIC']],
      ['partner of Africa', partner(['net:africa']), ['PUBLIC', 'PARTNERS']],
      ['partner of Africa, PUBLIC only', partner(['net:africa'], 'PUBLIC'), ['PUBLIC']],
      ['partner of the Americas', partner(['net:americas']), []],
      ['partner of nothing', partner([]), []],
    ];
    let before: string;
    beforeAll(async () => {
      before = await newest();
      for (const visibility of visibilities) await publish(visibility, { visibility, bodyIds: ['body:af-sc'] });
      await publish('end', { networkIds: ['net:americas'] });
    });

    test.each(readers)('%s', async (_, actor, expected) => {
      const filter = { types: ['PLAN_CREATED'] };
      const page = await pageOf(actor, { after: before, filter });
      expect(subjectsOf(page).filter((subject) => subject !== 'end')).toEqual(expected);
      expect(page.pageInfo.endCursor).toBe(page.newestAvailable);
      const messages = await world.follow(actor, live, { after: before, filter });
      for (const subject of expected) expect((await next(messages)).subject).toBe(subject);
      // A heartbeat leads also those past it who were shown nothing.
      for (let end = ''; end !== page.newestAvailable; ) {
        const { value } = await messages.next();
        const message = value.data.networkUpdates;
        if (message.__typename === 'NetworkUpdate') expect(message.subject).toBe('end');
        end = message.cursor;
      }
      await messages.return?.();
    });
  });

  describe('the end', () => {
    test('is said on the socket with a cursor before it closes', async () => {
      const messages = await world.follow(observer, live);
      await next(messages, 'Heartbeat');
      const cursor = await newest();
      const closing = next(messages, 'StreamClosing');
      await world.server.stop();
      expect(await closing).toEqual({
        __typename: 'StreamClosing',
        reason: 'SERVICE_STOPPING',
        retryAfterMs: 1_000,
        cursor,
      });
      expect((await messages.next()).done).toBe(true);
    });
  });
});
