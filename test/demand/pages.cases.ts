import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMember } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { outwait } from './outwait.ts';

describe('pages', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ RATE_LIMITS: 'streams=2,partnerStreams=3,partnerOperations=10' });
  });
  afterAll(() => world.stop());

  /** Every field that answers in pages (cost.test.ts finds them by their directive), with room for its `first`. */
  const paged: Record<string, (first: number) => string> = {
    'Query.inbox': (first) => `{ inbox(first: ${first}) { edges { node { id } } } }`,
    'Query.experts': (first) => `{ experts(text: "port security", first: ${first}) { edges { node { matched } } } }`,
    'Query.searchPosts': (first) => `{ searchPosts(text: "sample", first: ${first}) { edges { node { id } } } }`,
    'Query.postReports': (first) =>
      `{ postReports(networkId: "net:americas", first: ${first}) { edges { node { id } } } }`,
    'Query.auditLog': (first) => `{ auditLog(networkId: "net:americas", first: ${first}) { edges { node { id } } } }`,
    'Query.organisations': (first) => `{ organisations(first: ${first}) { edges { node { id } } } }`,
    'Query.networkUpdates': (first) => `{ networkUpdates(first: ${first}) { edges { node { id } } } }`,
    'Network.threads': (first) => `{ networks { threads(first: ${first}) { edges { node { id } } } } }`,
    'Network.memberships': (first) => `{ networks { memberships(first: ${first}) { edges { node { id } } } } }`,
    'Body.threads': (first) =>
      `{ network(slug: "net4u-africa") { bodies { threads(first: ${first}) { edges { node { id } } } } } }`,
    'Network.decisions': (first) => `{ networks { decisions(first: ${first}) { edges { node { id } } } } }`,
    'Network.meetingsConnection': (first) =>
      `{ networks { meetingsConnection(first: ${first}) { edges { node { id } } } } }`,
    'Network.statements': (first) => `{ networks { statements(first: ${first}) { edges { node { id } } } } }`,
    'Network.knowledge': (first) => `{ networks { knowledge(first: ${first}) { edges { node { id } } } } }`,
    'Query.knowledge': (first) => `{ knowledge(first: ${first}) { edges { node { id } } } }`,
    'Network.charterProposals': (first) =>
      `{ networks { charterProposals(first: ${first}) { edges { node { id } } } } }`,
    'Network.timeline': (first) => `{ networks { timeline(first: ${first}) { edges { cursor } } } }`,
    'Network.reviewEngagements': (first) =>
      `{ networks { reviewEngagements(first: ${first}) { edges { node { id } } } } }`,
    'CountryReview.engagements': (first) =>
      `{ countryReviews { engagements(first: ${first}) { edges { node { id } } } } }`,
    'ReviewEvent.engagements': (first) =>
      `{ reviewEvent(id: "review-event:cop-9") { engagements(first: ${first}) { edges { node { id } } } } }`,
    'Query.reviewEvents': (first) => `{ reviewEvents(first: ${first}) { edges { node { id } } } }`,
    'Query.activities': (first) => `{ activities(first: ${first}) { edges { node { id } } } }`,
    'WorkingPlan.suggestions': (first) => `{ workingPlans { suggestions(first: ${first}) { edges { node { id } } } } }`,
    'WorkingPlan.versions': (first) => `{ workingPlans { versions(first: ${first}) { edges { node { id } } } } }`,
    'WorkingPlan.history': (first) => `{ workingPlans { history(first: ${first}) { edges { cursor } } } }`,
    'WorkingPlan.deadlines': (first) => `{ workingPlans { deadlines(first: ${first}) { edges { cursor } } } }`,
    'WorkingPlan.translations': (first) =>
      `{ workingPlans { translations(locale: "es", first: ${first}) { edges { cursor } } } }`,
    'Viewer.notices': (first) => `{ viewer { notices(first: ${first}) { edges { node { id } } } } }`,
    'Query.partners': (first) => `{ partners(first: ${first}) { edges { node { id } } } }`,
    'Query.webhookEndpoints': (first) => `{ webhookEndpoints(first: ${first}) { edges { node { id } } } }`,
    'Query.webhookDeadLetters': (first) => `{ webhookDeadLetters(first: ${first}) { edges { node { id } } } }`,
    'Thread.posts': (first) =>
      `{ networks { threads(first: 1) { edges { node { posts(first: ${first}) { edges { node { id } } } } } } } }`,
  };

  /** No country review ships. */
  const trackReview = `mutation { recordCountryReview(input: { clientMutationId: "r", networkId: "net:americas", country: "CO", instrument: UNTOC,
  clusterCode: "I", stage: NOT_STARTED, source: { note: "A sample" } }) { review { id } } }`;

  test('a page holds at most 100: each field that answers in pages refuses more', async () => {
    const supergraph = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
    expect(supergraph.match(/sizedFields: \["/g)).toHaveLength(Object.keys(paged).length);
    const member = await world.people.as('americas-coordinator');
    await member.ask(trackReview);
    for (const [field, query] of Object.entries(paged)) {
      const [good, over] = [await member.ask(query(2)), await member.ask(query(101))];
      expect([field, good.errors?.[0]?.extensions.code]).toEqual([field, undefined]);
      expect([field, over.errors?.[0]?.extensions.code]).toEqual([field, 'BAD_USER_INPUT']);
      expect(over.errors?.[0]?.message).toBe('first: between 1 and 100.');
    }
  });

  test('streams that are shared are counted too, of each who follows', async () => {
    const query = 'subscription { networkUpdates { __typename } }';
    for (const persona of ['americas-rep', 'africa-rep']) {
      const member = await world.people.as(persona);
      const streams = [member.follow(query), member.follow(query)];
      for (const stream of streams) expect((await stream.next()).errors).toBeUndefined();
      const refused = await Promise.any([member.follow(query).next(), member.follow(query).ended]);
      expect(JSON.stringify(refused)).toContain('RATE_LIMITED');
      for (const stream of streams) stream.close();
    }
  });

  test('a partner has a budget of its own, for all its keys together: streams and requests over it are refused, and counted', async () => {
    const partner = await world.people.as('partner');
    const rotate = 'mutation { rotatePartnerKey(input: { clientMutationId: "second" }) { key } }';
    const other = createMember(world.url, (await partner.ask(rotate)).data.rotatePartnerKey.key);
    const member = await world.people.as('americas-rep');
    const query = 'subscription { networkUpdates { __typename } }';
    const streams = [partner.follow(query), other.follow(query), other.follow(query)];
    for (const stream of streams) expect((await stream.next()).errors).toBeUndefined();
    const fourth = partner.follow(query);
    expect(JSON.stringify(await Promise.any([fourth.next(), fourth.ended]))).toContain('RATE_LIMITED');

    const post = ({ token }: { token: string }) =>
      fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"query":"{ partner { id } }"}',
      });
    // 20 at once and 10 a second: by then some of 120 are too many, also where they take seconds, whichever key it comes with
    const answers = await Promise.all(Array.from({ length: 120 }, (_, n) => post(n % 2 ? partner : other)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    for (const answer of refused) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const { errors } = (await refused[0]!.json()) as { errors: { extensions: { retryAfterMs: number } }[] };
    expect(errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect((await member.ask('{ networks { id } }')).errors).toBeUndefined();
    await outwait(async () => (await partner.ask('{ partner { id } }')).errors?.[0]?.extensions.retryAfterMs);
    expect((await partner.ask('{ partner { id } }')).data?.partner.id).toBe('partner:sample');

    const metrics = await (await fetch(`${world.url}/metrics`)).text();
    const counted = (limit: string) =>
      Number(new RegExp(`^gateway_rate_limited_total\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect([counted('partnerStreams'), counted('partnerOperations')]).toEqual([1, refused.length + 1]);
    for (const stream of streams) stream.close();
    await other.leave();
  });

  /** Objects in an answer. */
  function countObjects(value: unknown): number {
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countObjects(item), 0);
    if (typeof value !== 'object' || value === null) return 0;
    return Object.values(value).reduce<number>((sum, item) => sum + countObjects(item), 1);
  }

  test('what it was said to cost is not less than what came, on the records that ship', async () => {
    const query = readFileSync(new URL('../../schema/operations/unified.graphql', import.meta.url), 'utf8');
    const { token } = await world.people.as('americas-coordinator');
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { slug: 'net4u-africa' }, extensions: { cost: true } }),
    });
    const { data, extensions } = (await response.json()) as { data: object; extensions: { cost: number } };
    expect(countObjects(data) - 1).toBeGreaterThan(100); // `data` itself is not an object of the graph
    expect(extensions.cost).toBeGreaterThanOrEqual(countObjects(data) - 1);
  });

  test('a query that multiplies pages is refused before a subgraph is asked', async () => {
    const member = await world.people.as('americas-coordinator');
    const query = `{ networks { threads(first: 100) { edges { node { posts(first: 100) { edges { node { author { displayName } } } } } } } } }`;
    const { data, errors } = await member.ask(query);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'COST_EXCEEDED', budget: 40_000 });
    expect(errors?.[0]?.extensions.cost).toBeGreaterThan(300_000);
  });
});
