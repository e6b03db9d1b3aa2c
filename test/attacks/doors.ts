import type { Planted } from './canaries.ts';

const holder = 'holder { id name contactChannels { value } }';
const seat = `id displayName alias organisation { id name } ${holder}`;
const organisation =
  'id name shortName website thematicTags about { text } country { code } sourceUrl memberships { id status motivation }';
const thread = `id title { text } anchorQuote startedBy { ${seat} } participants { ${seat} }
  posts { edges { node { body { text } author { ${seat} } mentions { ${seat} } } } }`;
const activity = `id title { text } description { text } statusNote budget { label } risks { description { text } }
  responsible { ${organisation} } partners { id name }`;
const plan = `id title { text } preamble { text } document { update stateVector }
  objectives { title { text } outcomes { statement { text } activities { ${activity} } } }`;
const network = (fields: string) => `{ networks { id ${fields} } }`;

/** Every way by which a client can come to the same records, as operations of the client API. */
export function doors({ threads, plans, organisations }: Planted): Record<string, string> {
  const each = (ids: string[], field: string, fields: string) =>
    `{ ${ids.map((id, n) => `f${n}: ${field}(id: "${id}") { ${fields} }`).join(' ')} }`;
  return {
    viewer: `{ viewer { seat { ${seat} } person { id name } seats { ${seat} holder { seats { holder { id name } } } } } }`,
    'organisation by id': each(organisations, 'organisation', organisation),
    organisations: `{ organisations(first: 100) { totalCount edges { node { ${organisation} } } } }`,
    'organisations by text': '{ organisations(text: "canary") { totalCount edges { node { name } } } }',
    'organisations of a network': `{ organisations(networkId: "net:africa") { edges { node { ${organisation} } } } }`,
    responsibilities: `{ organisations(first: 100) { edges { node { responsibilities { ${activity} } } } } }`,
    applications: `{ membershipApplications(networkId: "net:africa") { motivation organisation { ${organisation} } } }`,
    memberships: network(
      `memberships { edges { node { motivation sponsor { name } organisation { ${organisation} } seats { ${seat} } statusHistory { note bySeat { ${seat} } } } } }`,
    ),
    'memberships applied': network(
      'memberships(status: APPLIED) { totalCount edges { node { motivation organisation { name } } } }',
    ),
    'seats of bodies': network(`bodies { seats { ${seat} roles { role } } }`),
    'thread by id': each(threads, 'thread', thread),
    'thread, through spreads': `query { ${threads.map((id, n) => `t${n}: thread(id: "${id}") { ...T }`).join(' ')} }
      fragment T on Thread { __typename ... on Thread { ...P anchor { __typename ... on Network { threads { edges { node { ...P } } } }
        ... on Body { threads { edges { node { ...P } } } } } } }
      fragment P on Thread { title { text } posts(first: 100) { edges { node { body { text } thread { title { text } } } } } }`,
    inbox: `{ inbox(first: 100) { edges { node { ${thread} } } } }`,
    'threads of networks': network(`threads(first: 100) { edges { node { ${thread} } } }`),
    'threads of bodies': network(`bodies { threads(first: 100) { edges { node { ${thread} } } } }`),
    'threads of plans': `{ workingPlans { threads { ${thread} } objectives { threads { id } outcomes { activities { threads { ${thread} } } } } } }`,
    meetings: network(
      `meetings { threads { title { text } } attendance { organisation { ${organisation} } seat { ${seat} } } }`,
    ),
    'plan by id': each(plans, 'workingPlan', plan),
    plans: `{ workingPlans { ${plan} } }`,
    'plans of networks': network(`workingPlans { ${plan} }`),
    'activities of bodies': network(`bodies { activities { ${activity} plan { title { text } } } }`),
    'activities of countries': network(`countries { activities { ${activity} plan { title { text } } } }`),
    updates:
      '{ networkUpdates(first: 100) { edges { node { type subject data cloudEvent network { threads { edges { node { title { text } } } } } } } } }',
  };
}
