import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { codesOf, coordinator, type NetworksWorld, observer, seat, startNetworks } from '../networks.ts';
import { createReviewing, kindsOf, text } from './reviewing.ts';

describe('engagements', () => {
  let world: NetworksWorld;
  let reviewId: string;
  const eventId = 'review-event:cd-2024-smuggling';
  beforeAll(async () => {
    world = await startNetworks();
    reviewId = (await recordReview(coordinator, { country: 'MX', stage: 'SELF_ASSESSMENT' })).review.id;
  });
  afterAll(() => world?.stop());

  const africa = seat('COORDINATOR', 'net:africa');
  const rep = seat('MEMBER_REP', 'net:americas');
  const editor: Actor = { ...seat('MEMBER_EDITOR', 'net:americas'), organisationId: 'org:s02', seatId: 'seat:s02' };
  const lead = seat('EXPERT_GROUP_LEAD', 'net:americas', 'body:am-5');
  const { recordReview, record, update, move, events, see, list } = createReviewing(() => world);
  const feed = (id: string) => events(`reviewengagement/${id}`);
  type Edge = { cursor: string; node: { id: string } };

  describe('an engagement', () => {
    test('is recorded with what is known, and told to whom it is visible', async () => {
      const { engagement } = await record(editor, {
        ...{
          reviewId,
          dueOn: '2027-02-01',
          office: 'Secretaría de Relaciones Exteriores',
          organisationIds: ['org:s02', 'org:s02'],
        },
        ...{ summary: text('Briefing on article 5'), answer: text('They will look at it') },
      });
      expect(engagement).toMatchObject({
        ...{
          version: 1,
          status: 'PLANNED',
          dueOn: '2027-02-01',
          submittedOn: null,
          country: { code: 'MX' },
          review: { id: reviewId },
        },
        ...{ summary: { locale: 'en', text: 'Briefing on article 5' }, answer: { text: 'They will look at it' } },
        ...{
          organisations: [{ id: 'org:s02' }],
          recordedBy: { id: editor.seatId },
          network: { slug: 'net4u-americas' },
        },
        ...{ office: 'Secretaría de Relaciones Exteriores', answerVisibility: 'NETWORK', body: null, event: null },
        history: [{ number: 1, from: null, to: 'PLANNED', seat: { id: editor.seatId } }],
      });
      expect(await feed(engagement.id)).toMatchObject([
        {
          ...{
            network_id: 'net:americas',
            type: 'ENGAGEMENT_RECORDED',
            visibility: 'NETWORK',
            body_ids: [],
            thematic_areas: [],
          },
          countries: ['MX'],
          data: {
            ...{
              engagementId: engagement.id,
              track: 'COUNTRY_REVIEW',
              kind: 'BRIEFING_TO_FOCAL_POINT',
              status: 'PLANNED',
            },
            ...{ version: 1, changed: ['status'] },
          },
        },
      ]);
    });

    test('goes from status to status with its days; what is asked for is not delivered unasked', async () => {
      const application = { track: 'CONSTRUCTIVE_DIALOGUE', kind: 'CONSTRUCTIVE_DIALOGUE_APPLICATION', eventId };
      const { id } = (await record(editor, application)).engagement;
      expect((await move(editor, { id, status: 'DELIVERED' })).problems).toMatchObject([{ path: ['input', 'status'] }]);
      expect((await move(editor, { id, status: 'PLANNED' })).problems).toMatchObject([{ path: ['input', 'status'] }]);
      expect((await move(editor, { id, status: 'WITHDRAWN' })).problems).toMatchObject([{ path: ['input', 'note'] }]);
      expect((await move(editor, { id, status: 'SUBMITTED', on: '2999-01-01' })).problems).toMatchObject([
        { path: ['input', 'on'] },
      ]);
      await move(editor, { id, status: 'SUBMITTED', on: '2024-05-01' });
      await move(editor, { id, expectedVersion: 2, status: 'ACKNOWLEDGED', on: '2024-05-02' });
      const accepted = await move(editor, {
        id,
        expectedVersion: 3,
        status: 'ACCEPTED',
        on: '2024-06-01',
        answer: text('Two places'),
      });
      expect(accepted.engagement).toMatchObject({
        submittedOn: '2024-05-01',
        answeredOn: '2024-06-01',
        answer: { text: 'Two places' },
      });
      const delivered = await move(editor, {
        id,
        expectedVersion: 4,
        status: 'DELIVERED',
        on: '2024-07-15',
        note: text('Spoke on article 5'),
      });
      expect(delivered.engagement).toMatchObject({ version: 5, deliveredOn: '2024-07-15', event: { id: eventId } });
      expect(
        delivered.engagement.history.map((step: { to: string; on: string }) => [step.to, step.on]).slice(1),
      ).toEqual([
        ['SUBMITTED', '2024-05-01'],
        ['ACKNOWLEDGED', '2024-05-02'],
        ['ACCEPTED', '2024-06-01'],
        ['DELIVERED', '2024-07-15'],
      ]);
      expect(
        (await move(editor, { id, expectedVersion: 5, status: 'WITHDRAWN', note: text('no') })).problems,
      ).toMatchObject([{ path: ['input', 'status'] }]);
      const wrong = { id, expectedVersion: 5, status: 'SUBMITTED', on: '2024-05-01', correction: true };
      expect((await move(editor, wrong)).problems).toMatchObject([{ path: ['input', 'note'] }]);
      const corrected = await move(editor, { ...wrong, note: text('Taken for another') });
      expect(corrected.engagement).toMatchObject({
        status: 'SUBMITTED',
        answeredOn: null,
        deliveredOn: null,
        submittedOn: '2024-05-01',
      });
      expect((await feed(id)).map(({ data }) => data.status)).toEqual([
        ...['PLANNED', 'SUBMITTED', 'ACKNOWLEDGED', 'ACCEPTED', 'DELIVERED', 'SUBMITTED'],
      ]);
      const held = (await record(editor, {})).engagement.id;
      expect((await move(editor, { id: held, status: 'DELIVERED' })).problems).toEqual([]);
    });

    test('two who change it at the same time: the second is told the version; one clientMutationId has one effect', async () => {
      const { id } = (await record(coordinator, {})).engagement;
      const both = await Promise.all([
        move(coordinator, { id, status: 'SUBMITTED' }),
        update(coordinator, { id, office: 'An office' }),
      ]);
      expect(both.flatMap(kindsOf)).toEqual(['ConflictError']);
      const input = { clientMutationId: 'same-engagement', summary: text('once') };
      const answers = await Promise.all(Array.from({ length: 4 }, () => record(coordinator, input)));
      expect(new Set(answers.map((payload) => payload.engagement.id)).size).toBe(1);
      expect(await feed(answers[0].engagement.id)).toHaveLength(1);
    });

    test.each([
      ['kind', { kind: 'COP_STATEMENT' }],
      ['reviewId', { reviewId: 'review:none' }],
      ['eventId', { eventId: 'review-event:none' }],
      ['bodyId', { bodyId: 'body:af-sc' }],
      ['bodyId', { visibility: 'GROUP' }],
      ['answerVisibility', { answerVisibility: 'GROUP' }],
      ['country', { country: 'QQ' }],
      ['on', { on: '2999-01-01' }],
      ['dueOn', { dueOn: '0000-01-01' }],
      ['office', { office: 'Lic. Muestra, Secretaría' }],
      ['office', { office: 'x'.repeat(201) }],
      ['organisationIds', { organisationIds: ['a b'] }],
      ['organisationIds', { organisationIds: Array.from({ length: 51 }, (_, n) => `org:${n}`) }],
      ['summary', { summary: [...text('a'), ...text('b')] }],
      ['sourceUrl', { sourceUrl: 'data:text/html,x' }],
    ])('a wrong %s is named: %j', async (field, input) => {
      const { engagement, problems: found } = await record(coordinator, input);
      expect(engagement).toBeNull();
      expect([found[0].__typename, found[0].path?.slice(0, 2)]).toEqual(['ValidationError', ['input', field]]);
    });

    test('of another State than its review is refused; what is left out of a change stays', async () => {
      expect((await record(coordinator, { reviewId, country: 'PE' })).problems).toMatchObject([
        { path: ['input', 'country'] },
      ]);
      const { id } = (
        await record(coordinator, { country: 'PE', dueOn: '2027-01-01', office: 'An office', summary: text('s') })
      ).engagement;
      expect((await update(coordinator, { id, reviewId })).problems).toMatchObject([{ path: ['input', 'reviewId'] }]);
      const changed = await update(coordinator, {
        id,
        eventId,
        organisationIds: ['org:s01'],
        sourceUrl: 'https://example.org/a',
      });
      expect(changed.engagement).toMatchObject({
        ...{ version: 2, dueOn: '2027-01-01', office: 'An office', summary: { text: 's' }, event: { id: eventId } },
      });
      expect((await feed(id)).at(-1).data.changed.sort()).toEqual(['event', 'organisations', 'sourceUrl']);
      const emptied = await update(coordinator, { id, expectedVersion: 2, noDueDate: true, office: '', summary: [] });
      expect(emptied.engagement).toMatchObject({ version: 3, dueOn: null, office: null });
      const same = await update(coordinator, { id, expectedVersion: 3, office: '' });
      expect([same.engagement.version, (await feed(id)).length]).toEqual([3, 3]);
    });
  });

  describe('words', () => {
    test('have a language of record; a translation is stale once that says something else, until it is given anew', async () => {
      const both = [
        { locale: 'es', text: 'Una' },
        { locale: 'en', text: 'One' },
      ];
      const { id } = (await record(coordinator, { summary: both })).engagement;
      const states = () =>
        see(
          rep,
          id,
          'es: summaryTranslation(locale: "es") en: summaryTranslation(locale: "en") fr: summaryTranslation(locale: "fr") summary(locale: "fr") { locale sourceLocale text }',
        );
      expect(await states()).toEqual({
        es: 'ORIGINAL',
        en: 'HUMAN_REVIEWED',
        fr: null,
        summary: { locale: 'es', sourceLocale: 'es', text: 'Una' },
      });
      await update(coordinator, { id, summary: [{ locale: 'es', text: 'Otra' }] });
      expect(await states()).toMatchObject({ es: 'ORIGINAL', en: 'STALE', summary: { text: 'Otra' } });
      expect(
        (await update(coordinator, { id, expectedVersion: 2, summary: [{ locale: 'es', text: 'Otra' }] })).engagement
          .version,
      ).toBe(2);
      await update(coordinator, { id, expectedVersion: 2, summary: [{ locale: 'en', text: 'One' }] });
      expect(await states()).toMatchObject({ en: 'HUMAN_REVIEWED' });
      const removed = await update(coordinator, { id, expectedVersion: 3, summary: [] });
      expect(removed.engagement).toMatchObject({ version: 4, summary: null });
      expect(await see(observer, id)).toBeNull();
    });
  });

  describe('the register', () => {
    test('is paged with the last first, by track, kind and status; a page of another list is refused', async () => {
      const all = await list(coordinator);
      expect(all.length).toBeGreaterThan(4);
      const walked: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { network } = await world.get(
          coordinator,
          'query ($after: Cursor) { network(id: "net:americas") { reviewEngagements(first: 4, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }',
          { after },
        );
        walked.push(...network.reviewEngagements.edges.map(({ node }: Edge) => node.id));
        ({ endCursor: after, hasNextPage: more } = network.reviewEngagements.pageInfo);
      }
      expect(walked).toEqual(all);
      expect(
        await list(coordinator, 'first: 100, kind: CONSTRUCTIVE_DIALOGUE_APPLICATION, track: CONSTRUCTIVE_DIALOGUE'),
      ).toHaveLength(1);
      expect(await list(coordinator, 'first: 100, status: DECLINED')).toEqual([]);
      const bad = (args: string) =>
        world.ask(coordinator, `{ networks { reviewEngagements(${args}) { edges { cursor } } } }`);
      expect(codesOf(await bad('first: 0'))?.[0]).toBe('BAD_USER_INPUT');
      expect(codesOf(await bad('first: 101'))?.[0]).toBe('BAD_USER_INPUT');
      const { reviewEvents } = await world.get(coordinator, '{ reviewEvents(first: 1) { edges { cursor } } }');
      expect(codesOf(await bad(`first: 1, after: "${reviewEvents.edges[0].cursor}"`))?.[0]).toBe('CURSOR_INVALID');
      const { count } = await world.count(() =>
        world.get(
          coordinator,
          '{ networks { reviewEngagements(first: 5) { edges { node { id network { slug } review { country { code } } } } } } }',
        ),
      );
      expect(count).toBeLessThanOrEqual(5);
    });

    test('deadlines of open engagements stand among those of the calendar, in the network’s own time zone', async () => {
      const due = { dueOn: '2031-03-01' };
      const open = (await record(coordinator, due)).engagement.id;
      const done = (await record(coordinator, { ...due, status: 'DELIVERED' })).engagement.id;
      const hidden = (await record(lead, { ...due, visibility: 'GROUP', bodyId: 'body:am-5' })).engagement.id;
      const read = async (actor: Actor) =>
        (
          await world.get(
            actor,
            '{ reviewDeadlines(from: "2031-01-01", until: "2031-12-31", networkId: "net:americas") { kind timeZone dueAt engagement { id } event { id } } }',
          )
        ).reviewDeadlines;
      expect(await read(rep)).toEqual([
        {
          kind: 'ENGAGEMENT',
          timeZone: 'America/Bogota',
          dueAt: '2031-03-02T05:00:00.000Z',
          engagement: { id: open },
          event: null,
        },
      ]);
      expect((await read(lead)).map(({ engagement }: { engagement: { id: string } }) => engagement.id).sort()).toEqual(
        [open, hidden].sort(),
      );
      expect(await read(africa)).toEqual([]);
      expect(await list(rep)).toContain(done);
    });
  });
});
