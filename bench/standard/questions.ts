import { readdirSync, readFileSync } from 'node:fs';

export interface Question {
  name: string;
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
  /** Fields whose values are of each run's own. */
  own?: readonly string[];
  /** Nobody gets an answer to this one. */
  isEmpty?: boolean;
}

export const personas = ['americas-coordinator', 'americas-editor', 'africa-rep', 'observer', 'un-liaison', 'partner'];

const folder = new URL('../../schema/operations/', import.meta.url);
const texts = Object.fromEntries(
  readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
);
const kept = (file: string, operationName: string, variables: Record<string, unknown>, note = ''): Question => ({
  name: `${file} ${operationName}${note && ` (${note})`}`,
  query: texts[file] as string,
  operationName,
  variables,
});
const plan = 'plan:joint-2027';

/** What clients rely on, and queries that go from each subgraph into the others. */
export const queries: Question[] = [
  kept('unified.graphql', 'Unified', { slug: 'net4u-americas' }, 'Americas'),
  kept('unified.graphql', 'Unified', { slug: 'net4u-africa' }, 'Africa'),
  { ...kept('unified.graphql', 'Unified', { slug: 'nowhere' }, 'nowhere'), isEmpty: true },
  kept('plan-live.graphql', 'OpenPlan', { id: plan }),
  kept('network-updates.graphql', 'NetworkUpdatesPage', { first: 20 }),
  {
    name: 'networks → members, working-plans, discussions',
    query: `{ networks { slug status objectives(locale: "en") { text }
      bodies { name(locale: "en") { text } seats { displayName organisation { name } } activities { code } meetings { kind } }
      memberships(first: 10) { totalCount edges { node { status organisation { name country { name(locale: "fr") { text } } } } } }
      workingPlans { id status } threads(first: 5) { edges { node { visibility } } } diversity { byCountry { key value } } } }`,
  },
  {
    name: 'members → networks, working-plans',
    query: `{ organisations(first: 25) { totalCount edges { node { name stakeholderType country { code name(locale: "es") { text } activities { code } }
      memberships { status network { slug name(locale: "en") { text } } } responsibilities { code title(locale: "en") { text } plan { id status } } } } } }`,
  },
  {
    name: 'viewer: seats, roles and what stands in other subgraphs',
    query: `{ viewer { seat { displayName organisation { name responsibilities { code } } roles { role network { slug workingPlans { id } } body { name(locale: "en") { text } threads(first: 3) { edges { node { id } } } } } } seats { id } person { name } } }`,
  },
  {
    name: 'working-plans → networks, members, discussions',
    query: `query ($id: ID!) { workingPlan(id: $id) { title(locale: "en") { text } networks { slug timeZone } threads { id title(locale: "en") { text } startedBy { displayName } }
      objectives { code networks { slug } threads { id } outcomes { code threads { id } activities { code responsible { name country { code } } partners { name }
      expertGroup { name(locale: "en") { text } seats { displayName } } countries { name(locale: "en") { text } } threads { posts(first: 3) { edges { node { author { displayName } } } } } } } } } }`,
    variables: { id: plan },
  },
  {
    name: 'discussions → members, networks, working-plans',
    query: `query ($thread: ID!) { thread(id: $thread) { title(locale: "es") { text } networks { slug foundedOn } startedBy { displayName organisation { name } }
      participants { displayName } posts(first: 5) { edges { node { body(locale: "en") { text } author { displayName } } } }
      anchor { __typename ... on Network { slug name(locale: "en") { text } } ... on Activity { code title(locale: "en") { text } plan { id } responsible { name } } } } }`,
    variables: { thread: 'thread:am-network' },
  },
  {
    name: 'inbox, with @skip and @include, aliases and fragments',
    query: `query ($yes: Boolean = true, $no: Boolean = false) { mine: inbox(first: 10) { edges { node { ...Thread networks @include(if: $no) { id } } } } }
      fragment Thread on Thread { id status who: startedBy @skip(if: $no) { name: displayName } where: networks @include(if: $yes) { slug } }`,
  },
];

/** Each is run at both gateways, as `americas-coordinator`. */
export const mutations: Question[] = [
  { ...kept('plan-live.graphql', 'JoinPlan', { planId: plan }), own: ['clientId'] },
  {
    name: 'startThread, with joins in its answer',
    query: `mutation ($input: StartThreadInput!) { startThread(input: $input) { thread { title(locale: "en") { text } startedBy { displayName organisation { name } } networks { slug name(locale: "en") { text } } }
      problems { __typename ... on ValidationError { message path } ... on ForbiddenError { message } } } }`,
    variables: {
      input: {
        anchor: { id: 'net:americas', typename: 'Network' },
        body: 'Asked through two gateways.',
        clientMutationId: '',
        locale: 'en',
        networkIds: ['net:americas'],
        title: [{ locale: 'en', text: 'The same by either gateway' }],
        visibility: 'PARTNERS',
      },
    },
  },
];

export const updates: Question = kept('network-updates.graphql', 'NetworkUpdates', {});
