import { networkUpdates, planLive, unified } from '../journeys/operations.ts';

/** A query, with what it is called in a failure. */
export interface Operation {
  name: string;
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

const slug = 'net4u-americas';

/** The contract's queries, as client programs send them. */
export const contract: readonly Operation[] = [
  { name: 'unified.graphql', query: unified, variables: { slug } },
  {
    name: 'plan-live.graphql, OpenPlan',
    query: planLive,
    operationName: 'OpenPlan',
    variables: { id: 'plan:grown-1' },
  },
  {
    name: 'network-updates.graphql, NetworkUpdatesPage',
    query: networkUpdates,
    operationName: 'NetworkUpdatesPage',
    variables: { first: 20 },
  },
];

const wholePages = (query: string) => query.replace(/first: \d+/g, 'first: 100');

/** The same with pages as long as the graph allows. */
export const widest: readonly Operation[] = [
  { name: 'unified.graphql with pages of 100', query: wholePages(unified), variables: { slug } },
  {
    name: 'NetworkUpdatesPage with a page of 100',
    query: networkUpdates,
    operationName: 'NetworkUpdatesPage',
    variables: { first: 100 },
  },
];

const text = '(locale: "en") { text }';

/** Lists within lists within lists, as pages of clients ask for them. */
export const nested: readonly Operation[] = [
  {
    name: 'network → members → seats → roles',
    query: `{ network(slug: "${slug}") { memberships(first: 100) { totalCount edges { node { since sponsor { name }
      statusHistory { at bySeat { displayName } } organisation { name website languages country { name(locale: "es") { text } } memberships { network { slug } } }
      seats { displayName alias expertise organisation { name } roles { role network { slug name${text} } body { name${text} } } terms { role } } } } } } }`,
  },
  {
    name: 'thread → posts → authors → reactions',
    query: `{ inbox(first: 100) { edges { node { title${text} unread unreadMentions networks { slug } startedBy { displayName organisation { name } }
      participants { displayName organisation { name } } anchor { __typename ... on Activity { code title${text} responsible { name } } }
      posts(first: 100) { edges { node { body(locale: "es") { text } author { displayName organisation { name } } mentions { displayName } replyTo { author { displayName } }
        reactions { key count seats { displayName organisation { name } } } translations { translator { displayName } } wantedTranslations attachments { name } } } } } } } }`,
  },
  {
    name: 'meetings → attendance',
    query: `{ network(slug: "${slug}") { meetings { title${text} viewerRsvp networks { slug } attendance { rsvp organisation { name country { code } } seat { displayName } }
      agenda { title${text} presenter { displayName } thread { title${text} startedBy { displayName } } } coOrganisers { name } materials { title${text} }
      minutes { text${text} writtenBy { displayName organisation { name } } decisions { title${text} } } decisions { id } threads { id } } } }`,
  },
  {
    name: 'plan → objectives → activities → owner',
    query: `{ workingPlans { title${text} progress { percent } contributors { displayName } networks { slug } decisions { id } threads { id } versions { edges { node { number } } }
      objectives { code networks { slug } progress { percent } threads { id } outcomes { statement${text} progress { percent } threads { id } indicators { actual }
        activities { code title${text} description${text} status statusNote responsible { name country { name(locale: "es") { text } } memberships { status } } partners { name }
          expertGroup { name${text} seats { displayName organisation { name } } } countries { name${text} } progress { percent isLate } strategies { title addedBy { displayName } }
          milestones { title${text} status reachedOn } indicators { name${text} actual } budget { amount } risks { description${text} owner { name } } dependsOn { code }
          threads { startedBy { displayName } posts(first: 3) { edges { node { author { displayName } } } } } knowledge { title${text} } } } } } }`,
  },
  {
    name: 'organisations → what they are responsible for',
    query: `{ organisations(first: 100) { totalCount edges { node { name stakeholderType country { code name(locale: "fr") { text } } memberships { status network { slug bodies { kind } } }
      responsibilities { code title${text} status plan { title${text} } expertGroup { name${text} } milestones { status } } } } } }`,
  },
  {
    name: 'activities → plans → networks',
    query: `{ activities(first: 100) { edges { node { code title${text} status responsible { name } plan { id status title${text} networks { slug } } threads { title${text} } } } } }`,
  },
  {
    name: 'decisions → positions',
    query: `{ network(slug: "${slug}") { decisions(first: 100) { edges { node { title${text} closesAt openedBy { displayName } subject { __typename ... on KnowledgeItem { title${text} } }
      networks { slug } rounds { number positions { position organisation { name } } } positions { position organisation { name } seat { displayName } } tally { network { slug } } } } } } }`,
  },
  {
    name: 'the library and statements',
    query: `{ network(slug: "${slug}") { knowledge(first: 100) { edges { node { title${text} contributedBy { name } linkedActivities { code title${text} } readings { verdict organisation { name } }
      meetings { title${text} } reuse { acrossNetworks records { organisation { name } network { slug } activity { code } } } threads { id } } } }
      statements(first: 100) { edges { node { title${text} endorsers { name } dissenters networks { slug } decisions { title${text} } safetyChecks { passed network { slug } }
        reviewEngagement { kind network { slug } } threads { id } } } } } }`,
  },
  {
    name: 'reviews, guidelines and engagements',
    query: `{ countryReviews { country { name${text} } cluster { code title${text} } history { seat { displayName } network { slug } } recordedBy { slug } inputs { article network { slug } }
      engagements(first: 100) { edges { node { kind organisations { name } event { title${text} } history { seat { displayName } } statements { id } threads { id } } } } }
      network(slug: "${slug}") { guidelines { title${text} draftedBy { displayName } translations { translatedBy { displayName } } threads { id } } externalPartners { name${text} organisation { name } }
        programmes { name${text} organisation { name } } networksWithin { slug bodies { kind } } } }`,
  },
];
