import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import pg from 'pg';
import type { World } from '../world.ts';

const records = JSON.parse(readFileSync('seed/members.json', 'utf8')) as {
  persons: { id: string; name: string; subject: string; contactChannels: { value: string }[] }[];
};
export const { persons } = records;

/** A text that stands in one record only, and the personas who may find it. */
export interface Canary {
  text: string;
  readers: string[];
}
export const americas = ['americas-coordinator', 'americas-editor', 'americas-rep', 'expert-lead', 'un-liaison'];
export const africa = [
  ...['africa-coordinator', 'africa-editor', 'africa-rep', 'steering-member'],
  ...['safety-officer', 'un-liaison'],
];
export const outsiders = ['observer', 'operator', 'partner'];
export const everyone = [...new Set([...americas, ...africa, ...outsiders])];

/** What the doors are opened with. */
export interface Planted {
  canaries: Canary[];
  threads: string[];
  plans: string[];
  organisations: string[];
}

/**
 * Puts a text of its own into records of each kind, by the personas who may, and locks one organisation (org:s12, of which
 * no persona is a seat).
 */
export async function plantCanaries(world: World): Promise<Planted> {
  let serial = 0;
  const act = async (persona: string, field: string, type: string, input: object, pick: string) => {
    const query = `mutation ($i: ${type}!) { ${field}(input: $i) { ${pick} problems { ... on UserError { message } } } }`;
    const i = { clientMutationId: `canary-${++serial}`, ...input };
    const { data, errors } = await (await world.people.as(persona)).ask(query, { i });
    expect([errors, data?.[field].problems]).toEqual([undefined, []]);
    return data[field];
  };
  const thread = async (persona: string, networkIds: string[], visibility: string, text: string, bodyId?: string) => {
    const anchor = bodyId ? { typename: 'Body', id: bodyId } : { typename: 'Network', id: networkIds[0] };
    const title = [{ locale: 'en', text: `title of ${text}` }];
    const input = { networkIds, visibility, anchor, title, body: text, locale: 'en' };
    return (await act(persona, 'startThread', 'StartThreadInput', input, 'thread { id }')).thread.id as string;
  };
  const plan = {
    networkIds: ['net:africa'],
    title: [{ locale: 'en', text: 'canary-draft' }],
    periodStart: '2027-01-01',
    periodEnd: '2027-12-31',
    sourceLocale: 'en',
    visibility: 'PUBLIC', // what it is to become: a draft is for its networks
  };
  const application = {
    networkId: 'net:africa',
    organisationName: 'canary-applicant',
    stakeholderType: 'ACADEMIA',
    country: 'UG',
    motivation: 'canary-motivation',
    thematicTags: ['canary-tag'],
    languages: ['en'],
  };
  const threads = [
    await thread('americas-rep', ['net:americas'], 'NETWORK', 'canary-am-network'),
    await thread('africa-rep', ['net:africa'], 'NETWORK', 'canary-af-network'),
    await thread('expert-lead', ['net:americas'], 'GROUP', 'canary-am-group', 'body:am-5'),
    await thread('africa-rep', ['net:africa'], 'PARTNERS', 'canary-af-partners'),
    await thread('un-liaison', ['net:americas', 'net:africa'], 'ALL_NETWORKS', 'canary-all'),
  ];
  const { plan: draft } = await act('africa-editor', 'createPlan', 'CreatePlanInput', plan, 'plan { id }');
  const applied = await act(
    'africa-coordinator',
    'applyForMembership',
    'ApplyInput',
    application,
    'membership { organisation { id } }',
  );
  const owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  // as open as can be: what keeps them is the person, not the channel
  await owner.query(
    `UPDATE members.person SET contact_channels = replace(contact_channels::text, 'SEAT_ONLY', 'PUBLIC')::jsonb`,
  );
  await owner.query("UPDATE members.organisation SET safety_locked = true WHERE id = 'org:s12'");
  await owner.end();

  const handlers = ['africa-coordinator', 'steering-member', 'safety-officer'];
  const members = [...americas, ...africa];
  const canaries = [
    { text: 'canary-am-network', readers: americas },
    { text: 'canary-af-network', readers: africa },
    { text: 'canary-am-group', readers: ['expert-lead'] },
    { text: 'canary-af-partners', readers: [...members, 'partner'] },
    { text: 'canary-all', readers: members },
    { text: 'canary-draft', readers: africa },
    { text: 'canary-applicant', readers: handlers },
    { text: 'canary-motivation', readers: handlers },
    { text: 'Sample Organisation Africa-3', readers: ['safety-officer'] }, // behind the lock
    { text: 'Joint working plan of the two networks', readers: members }, // a draft, too
  ];
  return {
    canaries,
    threads,
    plans: ['plan:joint-2027', draft.id],
    organisations: ['org:s12', 'org:s10', applied.membership.organisation.id],
  };
}

/** Names and addresses of persons in a text, by the person's id. */
export const personsIn = (text: string): string[] =>
  persons
    .filter(({ name, contactChannels }) =>
      [name, ...contactChannels.map((c) => c.value)].some((known) => text.includes(`"${known}"`)),
    )
    .map(({ id }) => id);
