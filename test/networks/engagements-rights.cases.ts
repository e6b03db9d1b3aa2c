import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { coordinator, type NetworksWorld, observer, operator, partner, seat, startNetworks } from '../networks.ts';
import { createReviewing, kindsOf, text } from './reviewing.ts';

describe('engagements rights', () => {
  let world: NetworksWorld;
  let reviewId: string;
  const eventId = 'review-event:cd-2024-smuggling';
  beforeAll(async () => {
    world = await startNetworks();
    reviewId = (await recordReview(coordinator, { country: 'MX', stage: 'SELF_ASSESSMENT' })).review.id;
  });
  afterAll(() => world?.stop());

  const inOrganisation = (organisationId: string, actor: Actor): Actor => ({
    ...actor,
    organisationId,
    seatId: `${actor.seatId}:${organisationId}`,
  });
  const africa = seat('COORDINATOR', 'net:africa');
  const rep = seat('MEMBER_REP', 'net:americas');
  const editor = inOrganisation('org:s02', seat('MEMBER_EDITOR', 'net:americas'));
  const otherEditor = inOrganisation('org:s03', seat('MEMBER_EDITOR', 'net:americas'));
  const lead = inOrganisation('org:s06', seat('EXPERT_GROUP_LEAD', 'net:americas', 'body:am-5'));
  const inGroup = inOrganisation('org:s04', seat('MEMBER_EDITOR', 'net:americas', 'body:am-5'));
  const partnerOf = (level: 'PUBLIC' | 'PARTNERS', ...ids: string[]) => partner(ids, level);
  const { recordReview, record, update, events, see } = createReviewing(() => world);
  const feed = (id: string) => events(`reviewengagement/${id}`);
  type Edge = { node: { id: string } };

  describe('who may', () => {
    test('record: leaders, group leads and editors; for others than members only leaders; for a group from a seat in it', async () => {
      const verdict = async (actor: Actor, input: object) =>
        kindsOf(await record(actor, { on: '2999-01-01', ...input }))[0];
      // The day is wrong, and looked at last: who may is told so.
      const group = { visibility: 'GROUP', bodyId: 'body:am-5' };
      const may: [Actor, ('NETWORK' | 'PUBLIC' | 'GROUP')[]][] = [
        [coordinator, ['NETWORK', 'PUBLIC']],
        [seat('STEERING_COMMITTEE', 'net:americas'), ['NETWORK', 'PUBLIC']],
        [editor, ['NETWORK']],
        [lead, ['NETWORK', 'GROUP']],
        [inGroup, ['NETWORK', 'GROUP']],
        ...[
          rep,
          seat('UN_LIAISON', 'net:americas'),
          seat('OBSERVER', 'net:americas'),
          seat('SAFETY_OFFICER', 'net:americas'),
        ].map((actor): [Actor, []] => [actor, []]),
        ...[africa, operator, partnerOf('PARTNERS', 'net:americas'), gatewayActor].map((actor): [Actor, []] => [
          actor,
          [],
        ]),
        [{ ...partnerOf('PARTNERS', 'net:americas'), roles: coordinator.roles }, []],
      ];
      for (const [actor, allowed] of may) {
        for (const visibility of ['NETWORK', 'PUBLIC', 'GROUP'] as const) {
          const expected = allowed.includes(visibility) ? 'ValidationError' : 'ForbiddenError';
          const found = await verdict(actor, visibility === 'GROUP' ? group : { visibility });
          expect([actor.subject, visibility, found]).toEqual([actor.subject, visibility, expected]);
        }
      }
      expect(await verdict(editor, { answerVisibility: 'PUBLIC' })).toBe('ForbiddenError');
      expect(await verdict(coordinator, { visibility: 'SEAT_ONLY' })).toBe('ForbiddenError');
      expect(await verdict(seat('COORDINATOR', 'net:nowhere'), { networkId: 'net:nowhere' })).toBe('ValidationError');
    });

    test('change: leaders, the lead of the group, and the organisation that recorded it', async () => {
      const { id } = (await record(editor, {})).engagement;
      const grouped = (await record(editor, { bodyId: 'body:am-5' })).engagement.id;
      const verdict = async (actor: Actor, of: string) =>
        kindsOf(await update(actor, { id: of, expectedVersion: 9 }))[0];
      for (const actor of [editor, coordinator, { ...otherEditor, organisationId: 'org:s02' }])
        expect(await verdict(actor, id)).toBe('ConflictError');
      for (const actor of [otherEditor, lead, rep, africa, observer, operator, { ...rep, organisationId: 'org:s02' }])
        expect(await verdict(actor, id)).toBe('ForbiddenError');
      expect(await verdict(lead, grouped)).toBe('ConflictError');
      expect(kindsOf(await update(editor, { id, visibility: 'PUBLIC' }))).toEqual(['ForbiddenError']);
      const hidden = (await update(africa, { id })).problems;
      expect((await update(africa, { id: 'engagement:none' })).problems).toEqual(hidden);
      expect((await update(africa, { id: 'a\u0000b' })).problems).toEqual(hidden);
    });

    test('see: the same verdict by root field, list, review, event and reference', async () => {
      const make = async (input: object, actor = coordinator) =>
        (await record(actor, { reviewId, eventId, ...input })).engagement.id as string;
      const ids: Record<string, string> = {
        PUBLIC: await make({ visibility: 'PUBLIC' }),
        PARTNERS: await make({ visibility: 'PARTNERS' }),
        ALL_NETWORKS: await make({ visibility: 'ALL_NETWORKS' }),
        NETWORK: await make({ visibility: 'NETWORK' }),
        GROUP: await make({ visibility: 'GROUP', bodyId: 'body:am-5' }, lead),
      };
      const readers: [string, Actor, string[]][] = [
        ['group lead', lead, ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP']],
        ['coordinator', coordinator, ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK']],
        ['rep', rep, ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK']],
        ['liaison', seat('UN_LIAISON', 'net:americas'), ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK']],
        ['Africa', africa, ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS']],
        [
          'a body of another network',
          seat('MEMBER_REP', 'net:africa', 'body:am-5'),
          ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS'],
        ],
        ['observer', observer, ['PUBLIC']],
        ['operator', operator, ['PUBLIC']],
        ['partner', partnerOf('PARTNERS', 'net:americas'), ['PUBLIC', 'PARTNERS']],
        ['partner of Africa', partnerOf('PARTNERS', 'net:africa'), ['PUBLIC']],
        ['public partner', partnerOf('PUBLIC', 'net:americas'), ['PUBLIC']],
        ['gateway', gatewayActor, []],
      ];
      const wanted = Object.values(ids);
      for (const [name, actor, levels] of readers) {
        const visible = levels.map((level) => ids[level] as string).sort();
        const own = (found: string[]) => [name, ...found.filter((id) => wanted.includes(id)).sort()];
        const roots = await Promise.all(wanted.map((id) => see(actor, id)));
        expect(own(roots.flatMap((found) => found?.id ?? []))).toEqual([name, ...visible]);
        const refs = wanted.map((id) => ({ __typename: 'ReviewEngagement', id }));
        const { _entities } = await world.entities(actor, refs, '... on ReviewEngagement { id }');
        expect(own(_entities.flatMap((found: { id: string } | null) => found?.id ?? []))).toEqual([name, ...visible]);
        if (actor.kind === 'GATEWAY') continue; // no network is shown to it
        const lists = await world.get(
          actor,
          `{ network(id: "net:americas") { reviewEngagements(first: 100) { edges { node { id } } } }
           countryReview(id: "${reviewId}") { engagements(first: 100) { edges { node { id } } } }
           reviewEvent(id: "${eventId}") { engagements(first: 100) { edges { node { id } } } } }`,
        );
        for (const { edges } of [
          lists.network.reviewEngagements,
          lists.countryReview.engagements,
          lists.reviewEvent.engagements,
        ]) {
          expect(own(edges.map(({ node }: Edge) => node.id))).toEqual([name, ...visible]);
        }
      }
    });

    test('see inside: who took part, who wrote and what was answered is for the network, also of what is public', async () => {
      const { id } = (
        await record(coordinator, {
          visibility: 'PUBLIC',
          office: 'An office',
          organisationIds: ['org:s01'],
          answer: text('yes'),
          summary: text('s'),
        })
      ).engagement;
      const inside =
        'office summary { text } answer { text } answerVisibility organisations { id } recordedBy { id } history { to }';
      const closed = {
        ...{ office: 'An office', summary: { text: 's' }, answer: null, answerVisibility: null },
        ...{ organisations: [], recordedBy: null, history: [] },
      };
      for (const actor of [africa, observer, operator, partnerOf('PARTNERS', 'net:americas')]) {
        expect(await see(actor, id, inside)).toEqual(closed);
      }
      expect(await see(rep, id, inside)).toMatchObject({
        answer: { text: 'yes' },
        organisations: [{ id: 'org:s01' }],
        history: [{ to: 'PLANNED' }],
      });
      await update(coordinator, { id, answerVisibility: 'PARTNERS' });
      expect(await see(partnerOf('PARTNERS', 'net:americas'), id, inside)).toEqual({
        ...closed,
        answer: { text: 'yes' },
        answerVisibility: 'PARTNERS',
      });
      expect(await see(observer, id, inside)).toEqual(closed);
    });

    test('what becomes private is so in the log as well: neither replayed nor paged to whom it is hidden', async () => {
      const updates = async (actor: Actor, id: string) =>
        (
          await world.get(
            actor,
            '{ networkUpdates(first: 100, filter: { types: [ENGAGEMENT_RECORDED] }) { edges { node { subject } } } }',
          )
        ).networkUpdates.edges.filter(({ node }: { node: { subject: string } }) => node.subject.endsWith(id)).length;
      const { id } = (await record(coordinator, { visibility: 'PUBLIC' })).engagement;
      expect(await updates(observer, id)).toBe(1);
      expect((await update(coordinator, { id, visibility: 'NETWORK' })).engagement.visibility).toBe('NETWORK');
      expect([await updates(observer, id), await updates(africa, id), await updates(rep, id)]).toEqual([0, 0, 2]);
      await update(coordinator, { id, expectedVersion: 2, visibility: 'PARTNERS' });
      expect((await feed(id)).map(({ visibility }) => visibility)).toEqual(['NETWORK', 'NETWORK', 'PARTNERS']);
    });
  });
});
