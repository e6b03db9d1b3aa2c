import { expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import type { NetworksWorld } from '../networks.ts';

export const text = (en: string) => [{ locale: 'en', text: en }];
export const source = { url: 'https://www.unodc.org/review', checkedOn: '2024-11-01' };
const problems = 'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
export type Payload = any;
export const kindsOf = ({ problems: found }: Payload): string[] =>
  found.map((one: { __typename: string }) => one.__typename);

const reviewFields = `review { id version stage stageSince publicSourceUrl sourceNote checkedOn governmentFocalPointOffice reviewingStates reviewGroup
  country { code } history { number from to since correction sourceUrl sourceNote checkedOn network { slug } seat { id } } }`;
const engagementFields = `engagement { id version status track kind dueOn submittedOn answeredOn deliveredOn office visibility answerVisibility
  summary(locale: "es") { locale text } answer { text } organisations { id } recordedBy { id } country { code } body { id } review { id } event { id }
  network { slug } history { number from to on note { text } seat { id } } }`;
const partnerFields =
  'partner { id version kind relations name { text } countries { code } visibility since until website system { id } organisation { id } network { slug } }';

let lastMutation = 0;

/** The mutations of the tracker and of what stands beside it, as a client sends them; inputs are completed where a test does not care. */
export function createReviewing(world: () => NetworksWorld) {
  const run = async (actor: Actor, name: string, type: string, selection: string, input: object): Promise<Payload> => {
    const { data, errors } = await world().ask(
      actor,
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${problems} } }`,
      { input: { clientMutationId: `m-${++lastMutation}`, ...input } },
    );
    expect(errors).toBeUndefined();
    return data[name];
  };
  return {
    run,
    recordReview: (actor: Actor, input: object = {}) =>
      run(actor, 'recordCountryReview', 'RecordCountryReviewInput', reviewFields, {
        ...{ networkId: 'net:americas', country: 'CO', instrument: 'UNTOC', clusterCode: 'I', stage: 'NOT_STARTED' },
        ...{ source, ...input },
      }),
    setStage: (actor: Actor, input: object) =>
      run(actor, 'setReviewStage', 'SetReviewStageInput', reviewFields, {
        networkId: 'net:americas',
        source,
        ...input,
      }),
    changeReview: (actor: Actor, input: object) =>
      run(actor, 'updateCountryReview', 'UpdateCountryReviewInput', reviewFields, {
        networkId: 'net:americas',
        ...input,
      }),
    record: (actor: Actor, input: object = {}) =>
      run(actor, 'recordEngagement', 'RecordEngagementInput', engagementFields, {
        ...{ networkId: 'net:americas', track: 'COUNTRY_REVIEW', kind: 'BRIEFING_TO_FOCAL_POINT', status: 'PLANNED' },
        ...{ visibility: 'NETWORK', ...input },
      }),
    update: (actor: Actor, input: object) =>
      run(actor, 'updateEngagement', 'UpdateEngagementInput', engagementFields, { expectedVersion: 1, ...input }),
    move: (actor: Actor, input: object) =>
      run(actor, 'setEngagementStatus', 'SetEngagementStatusInput', engagementFields, { expectedVersion: 1, ...input }),
    upsertPartner: (actor: Actor, input: object = {}) =>
      run(actor, 'upsertExternalPartner', 'UpsertExternalPartnerInput', partnerFields, {
        ...{
          networkId: 'net:africa',
          kind: 'NATIONAL_ALLIANCE',
          relations: ['EXCHANGE'],
          name: text('Sample alliance'),
        },
        ...{ countries: ['UG'], ...input },
      }),
    /** What the feed holds about a thing, in each network's order. */
    events: async (subject: string) =>
      (
        await world().owner.query(
          `SELECT network_id, type, event_type, visibility, body_ids, thematic_areas, countries, data FROM feed.event
           WHERE subject = $1 ORDER BY network_id, position`,
          [subject],
        )
      ).rows,
    see: async (actor: Actor, id: string, selection = 'id') =>
      (await world().get(actor, `{ reviewEngagement(id: "${id}") { ${selection} } }`)).reviewEngagement,
    list: async (actor: Actor, args = 'first: 100'): Promise<string[]> => {
      const query = `{ network(id: "net:americas") { reviewEngagements(${args}) { edges { node { id } } } } }`;
      const { network } = await world().get(actor, query);
      return network.reviewEngagements.edges.map(({ node }: { node: { id: string } }) => node.id);
    },
  };
}
