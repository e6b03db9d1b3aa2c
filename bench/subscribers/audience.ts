import type { Visibility } from '../../kit/context.ts';
import type { FeedEvent } from '../../kit/feed/publish.ts';

const [americas, africa] = ['net:americas', 'net:africa'] as const;
/** Where updates are written, and what each network calls itself in `source`. */
export const slugs: Record<string, string> = { [americas]: 'net4u-americas', [africa]: 'net4u-africa' };

/** Somebody with rights of their own; many subscribers sign in as each. */
export interface Party {
  name: string;
  /** A partner with a key that is made for the measurement, to whom this is granted. Absent: a persona, or the sample partner. */
  partner?: { networkIds: string[]; maxVisibility: Visibility };
  /** What it may see in each network, written down by hand: what is delivered is compared with this, and not with what any program says of it. */
  sees: Record<string, readonly Visibility[]>;
  /** Whose group's updates it may see. */
  bodyId?: string;
}

const open = ['PUBLIC', 'PARTNERS'] as const;
const outside = [...open, 'ALL_NETWORKS'] as const;
const inside = [...outside, 'NETWORK', 'GROUP'] as const;

export const parties: readonly Party[] = [
  { name: 'partner', sees: { [americas]: open, [africa]: open } },
  {
    name: 'partner:bench-americas',
    partner: { networkIds: [americas], maxVisibility: 'PARTNERS' },
    sees: { [americas]: open },
  },
  {
    name: 'partner:bench-public',
    partner: { networkIds: [americas, africa], maxVisibility: 'PUBLIC' },
    sees: { [americas]: ['PUBLIC'], [africa]: ['PUBLIC'] },
  },
  { name: 'americas-editor', sees: { [americas]: inside, [africa]: outside }, bodyId: 'body:am-4' },
  { name: 'americas-rep', sees: { [americas]: inside, [africa]: outside }, bodyId: 'body:am-1' },
  { name: 'africa-rep', sees: { [americas]: outside, [africa]: inside } },
  { name: 'un-liaison', sees: { [americas]: inside, [africa]: inside } },
  { name: 'observer', sees: { [americas]: ['PUBLIC'], [africa]: ['PUBLIC'] } },
];

/** As the graph's NetworkUpdateFilter. */
export interface Filter {
  networks?: string[];
  types?: string[];
  thematicAreas?: string[];
  countries?: string[];
}

const plans = ['PLAN_SUBMITTED', 'PLAN_ADOPTED', 'ACTIVITY_STATUS_CHANGED'];
const meetings = ['MEETING_SCHEDULED', 'MINUTES_ADOPTED'];

export const filters: readonly Filter[] = [
  {},
  { networks: [americas] },
  { networks: [africa] },
  { types: plans },
  { types: meetings },
  { types: ['MEMBER_JOINED'] },
  { types: ['KNOWLEDGE_PUBLISHED', 'STATEMENT_PUBLISHED'] },
  { types: ['REVIEW_STAGE_CHANGED'] },
  { thematicAreas: ['FIREARMS'] },
  { thematicAreas: ['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS'] },
  { thematicAreas: ['EMERGING_CRIMES'] },
  { countries: ['CR'] },
  { countries: ['UG', 'KE'] },
  { countries: ['AR', 'BR', 'CO', 'EC'] },
  { networks: [americas], types: plans },
  { networks: [africa], thematicAreas: ['GENERAL_UNTOC'] },
  { networks: [americas], countries: ['CR', 'EC'] },
  { types: meetings, countries: ['UG', 'NG'] },
  { networks: [africa], types: ['THREAD_STARTED'], thematicAreas: ['FIREARMS', 'GENERAL_UNTOC'] },
  { networks: [americas, africa], types: ['PLAN_ADOPTED', 'STATEMENT_PUBLISHED'] },
];

/** An update as the log has it: what decides whom it is for. */
export type Told = Pick<FeedEvent, 'type' | 'visibility' | 'bodyIds' | 'thematicAreas' | 'countries'> & {
  networkId: string;
};

const meets = (wanted: readonly string[] | undefined, found: readonly string[] = []): boolean =>
  wanted === undefined || found.some((one) => wanted.includes(one));

/** Whether who signs in as this party with this filter is to get the update. */
export function isFor({ sees, bodyId }: Party, filter: Filter, told: Told): boolean {
  const { networkId, visibility, bodyIds = [] } = told;
  return (
    sees[networkId]?.includes(visibility) === true &&
    (visibility !== 'GROUP' || (bodyId !== undefined && bodyIds.includes(bodyId))) &&
    meets(filter.networks, [networkId]) &&
    meets(filter.types, [told.type]) &&
    meets(filter.thematicAreas, told.thematicAreas) &&
    meets(filter.countries, told.countries)
  );
}
