import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Member } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';

let world: World;
let coordinator: Member;
beforeAll(async () => {
  world = await startWorldApart();
  coordinator = await world.people.as('americas-coordinator');
});
afterAll(() => world?.stop());

let lastMutation = 0;
const run = async (member: Member, name: string, type: string, selection: string, input: object) => {
  const { data, errors } = await member.ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} problems { __typename ... on UserError { message path } } } }`,
    { input: { clientMutationId: `g-${++lastMutation}`, ...input } },
  );
  expect(errors).toBeUndefined();
  return data[name];
};
const source = { url: 'https://www.unodc.org/review' };

test('a review and an engagement reach who may see them through the gateway: joined with members, live, in the page of their country', async () => {
  const partner = await world.people.as('partner');
  const updates = partner.follow(
    'subscription { networkUpdates(filter: { types: [REVIEW_STAGE_CHANGED, ENGAGEMENT_RECORDED] }) { __typename ... on NetworkUpdate { type subject network { slug } } } }',
  );
  expect((await updates.next()).data.networkUpdates.__typename).toBe('Heartbeat');
  const { review, problems } = await run(
    coordinator,
    'recordCountryReview',
    'RecordCountryReviewInput',
    'review { id }',
    {
      ...{
        networkId: 'net:americas',
        country: 'CO',
        instrument: 'UNTOC',
        clusterCode: 'I',
        stage: 'SELF_ASSESSMENT',
        source,
      },
    },
  );
  expect(problems).toEqual([]);
  const record = (visibility: string) =>
    run(
      coordinator,
      'recordEngagement',
      'RecordEngagementInput',
      'engagement { id recordedBy { displayName organisation { name } } organisations { name } }',
      {
        ...{ networkId: 'net:americas', reviewId: review.id, track: 'COUNTRY_REVIEW', kind: 'INPUT_TO_QUESTIONNAIRE' },
        ...{ status: 'SUBMITTED', visibility, organisationIds: ['org:s01', 'org:nobody'] },
      },
    );
  const own = (await record('NETWORK')).engagement;
  expect(own).toMatchObject({
    recordedBy: { organisation: { name: 'Organización de muestra CR-1' } },
    organisations: [{ name: 'Organización de muestra CR-1' }, { name: 'Member organisation' }],
  });
  const shared = (await record('PARTNERS')).engagement;
  const update = async () => {
    for (;;) {
      const { networkUpdates } = (await updates.next()).data;
      if (networkUpdates.__typename === 'NetworkUpdate') return networkUpdates;
    }
  };
  expect(await update()).toMatchObject({ type: 'REVIEW_STAGE_CHANGED', subject: `countryreview/${review.id}` });
  expect(await update()).toMatchObject({ type: 'ENGAGEMENT_RECORDED', subject: `reviewengagement/${shared.id}` });
  updates.close();

  const query =
    'query ($slug: String!) { network(slug: $slug) { countries { code reviews { stage engagements(first: 5) { edges { node { id } } } } } reviewEngagements(first: 5) { edges { node { id } } } } }';
  const seen = async (persona: string) => {
    const { data, errors } = await (await world.people.as(persona)).ask(query, { slug: 'net4u-americas' });
    expect(errors).toBeUndefined();
    const { countries, reviewEngagements } = data.network;
    const [of] = countries.find(({ code }: { code: string }) => code === 'CO').reviews;
    expect(of.stage).toBe('SELF_ASSESSMENT');
    const ids = ({ edges }: { edges: { node: { id: string } }[] }) => edges.map(({ node }) => node.id);
    expect(ids(of.engagements)).toEqual(ids(reviewEngagements));
    return ids(reviewEngagements);
  };
  for (const persona of ['americas-rep', 'expert-lead', 'un-liaison'])
    expect(await seen(persona)).toEqual([shared.id, own.id]);
  for (const persona of ['africa-coordinator', 'steering-member', 'partner'])
    expect(await seen(persona)).toEqual([shared.id]);
  for (const persona of ['observer', 'operator']) expect(await seen(persona)).toEqual([]);
});
