import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { ThematicArea } from '../../kit/types.ts';
import type { ExternalPartner } from './entities/alliance.ts';
import type { Body } from './entities/body.ts';
import type { CharterProposal } from './entities/charter.ts';
import type { ReviewEngagement } from './entities/engagement.ts';
import type { Guidelines } from './entities/guidelines.ts';
import type { Network, NetworkStatus } from './entities/network.ts';
import type { CountryReview } from './entities/review.ts';
import type { ReviewEvent } from './entities/review-event.ts';

/** CloudEvents `type` of what this subgraph says, by its `UpdateType`. */
export const eventTypes = {
  NETWORK_CREATED: 'org.net4u.network.created.v1',
  NETWORK_CHANGED: 'org.net4u.network.changed.v1',
  BODY_CHANGED: 'org.net4u.body.changed.v1',
  GUIDELINES_CIRCULATED: 'org.net4u.guidelines.circulated.v1',
  GUIDELINES_ADOPTED: 'org.net4u.guidelines.adopted.v1',
  CHARTER_PROPOSED: 'org.net4u.charter.proposed.v1',
  REVIEW_STAGE_CHANGED: 'org.net4u.review.stage-changed.v1',
  ENGAGEMENT_RECORDED: 'org.net4u.engagement.recorded.v1',
  REVIEW_EVENT_CHANGED: 'org.net4u.review-event.changed.v1',
  EXTERNAL_PARTNER_CHANGED: 'org.net4u.external-partner.changed.v1',
} as const;

/** CloudEvents `type` of what an endpoint is tested with; it is in no log. */
export const webhookTested = 'org.net4u.webhook.test.v1';

/** `data` of NETWORK_CREATED and NETWORK_CHANGED. `changed` names GraphQL fields; `status` is there where it has changed. */
export interface NetworkEventData extends Record<string, unknown> {
  networkId: string;
  slug: string;
  version: number;
  changed?: string[];
  status?: NetworkStatus;
}

/** `data` of BODY_CHANGED; version 1 is a new body. */
export interface BodyEventData extends Record<string, unknown> {
  bodyId: string;
  networkId: string;
  version: number;
  changed: string[];
}

export function networkEvent(
  type: 'NETWORK_CREATED' | 'NETWORK_CHANGED',
  network: Network,
  changed?: string[],
): FeedEvent {
  const { id, slug, version, status } = network;
  const data: NetworkEventData = {
    ...{ networkId: id, slug, version },
    ...(changed && { changed }),
    ...(changed?.includes('status') && { status }),
  };
  return {
    networkIds: [id],
    type,
    eventType: eventTypes[type],
    subject: `network/${id}`,
    visibility: 'PUBLIC',
    countries: network.countryCodes,
    data,
  };
}

export function bodyEvent(body: Body, changed: string[]): FeedEvent {
  const data: BodyEventData = { bodyId: body.id, networkId: body.networkId, version: body.version, changed };
  return {
    networkIds: [body.networkId],
    type: 'BODY_CHANGED',
    eventType: eventTypes.BODY_CHANGED,
    subject: `body/${body.id}`,
    visibility: 'PUBLIC',
    thematicAreas: body.thematicArea ? [body.thematicArea] : [],
    data,
  };
}

/** `data` of REVIEW_STAGE_CHANGED. `from` is null of a review that is new here. */
export interface ReviewStageEventData extends Record<string, unknown> {
  reviewId: string;
  country: string;
  clusterCode: string;
  from: string | null;
  to: string;
  since: string | null;
  correction: boolean;
  version: number;
}

export function reviewStageEvent(
  review: CountryReview,
  networkIds: readonly string[],
  { from, correction }: { from: string | null; correction: boolean },
): FeedEvent {
  const { id, countryCode, clusterCode, stage, stageSince, version } = review;
  const data: ReviewStageEventData = {
    ...{ reviewId: id, country: countryCode, clusterCode, from, to: stage, since: stageSince, correction, version },
  };
  return {
    networkIds,
    type: 'REVIEW_STAGE_CHANGED',
    eventType: eventTypes.REVIEW_STAGE_CHANGED,
    subject: `countryreview/${id}`,
    visibility: 'PUBLIC',
    countries: [countryCode],
    data,
  };
}

/** `data` of ENGAGEMENT_RECORDED: of a new one (version 1), and of each change. */
export interface EngagementEventData extends Record<string, unknown> {
  engagementId: string;
  track: string;
  kind: string;
  status: string;
  version: number;
  changed: string[];
}

export const engagementSubject = (id: string): string => `reviewengagement/${id}`;

export function engagementEvent(
  engagement: ReviewEngagement,
  changed: string[],
  thematicAreas: readonly ThematicArea[],
): FeedEvent {
  const { id, networkId, bodyId, track, kind, status, version, visibility, countryCode } = engagement;
  const data: EngagementEventData = { engagementId: id, track, kind, status, version, changed };
  return {
    networkIds: [networkId],
    type: 'ENGAGEMENT_RECORDED',
    eventType: eventTypes.ENGAGEMENT_RECORDED,
    subject: engagementSubject(id),
    visibility,
    bodyIds: bodyId === null ? [] : [bodyId],
    thematicAreas,
    countries: countryCode === null ? [] : [countryCode],
    data,
  };
}

/** `data` of REVIEW_EVENT_CHANGED: of an event to come, in every network that works. */
export interface ReviewEventData extends Record<string, unknown> {
  eventId: string;
  kind: string;
  status: string;
  startsOn: string;
  version: number;
  changed: string[];
}

export function reviewEventEvent(event: ReviewEvent, networkIds: readonly string[], changed: string[]): FeedEvent {
  const { id, kind, status, startsOn, version } = event;
  const data: ReviewEventData = { eventId: id, kind, status, startsOn, version, changed };
  return {
    networkIds,
    type: 'REVIEW_EVENT_CHANGED',
    eventType: eventTypes.REVIEW_EVENT_CHANGED,
    subject: `reviewevent/${id}`,
    visibility: 'PUBLIC',
    data,
  };
}

/** `data` of EXTERNAL_PARTNER_CHANGED; version 1 is a new one. */
export interface ExternalPartnerEventData extends Record<string, unknown> {
  externalPartnerId: string;
  kind: string;
  version: number;
  changed: string[];
}

export const externalPartnerSubject = (id: string): string => `externalpartner/${id}`;

export function externalPartnerEvent(partner: ExternalPartner, changed: string[]): FeedEvent {
  const { id, networkId, kind, version, visibility, countryCodes } = partner;
  const data: ExternalPartnerEventData = { externalPartnerId: id, kind, version, changed };
  return {
    networkIds: [networkId],
    type: 'EXTERNAL_PARTNER_CHANGED',
    eventType: eventTypes.EXTERNAL_PARTNER_CHANGED,
    subject: externalPartnerSubject(id),
    visibility,
    countries: countryCodes,
    data,
  };
}

/** `data` of GUIDELINES_CIRCULATED; said to the network alone. */
export interface GuidelinesCirculated extends Record<string, unknown> {
  guidelinesId: string;
  networkId: string;
  edition: number;
  revision: number;
  contentHash: string;
  consultationEndsOn: string | null;
  version: number;
}

export const guidelinesSubject = (id: string): string => `guidelines/${id}`;

export function guidelinesCirculated(guidelines: Guidelines, revision: number): FeedEvent {
  const { id, networkId, edition, contentHash, consultationEndsOn, version } = guidelines;
  const data: GuidelinesCirculated = {
    ...{ guidelinesId: id, networkId, edition, revision, contentHash, consultationEndsOn, version },
  };
  return {
    networkIds: [networkId],
    type: 'GUIDELINES_CIRCULATED',
    eventType: eventTypes.GUIDELINES_CIRCULATED,
    subject: guidelinesSubject(id),
    visibility: 'NETWORK',
    data,
  };
}

/** `data` of GUIDELINES_ADOPTED; said to whom the guidelines are visible. */
export interface GuidelinesAdopted extends Record<string, unknown> {
  guidelinesId: string;
  networkId: string;
  edition: number;
  contentHash: string;
  decisionId: string | null;
  /** The edition that is SUPERSEDED by this, if there was one. */
  supersedes: string | null;
  version: number;
}

export function guidelinesAdopted(guidelines: Guidelines): FeedEvent {
  const { id, networkId, edition, contentHash, adoptedByDecisionId, supersedesId, version } = guidelines;
  const data: GuidelinesAdopted = {
    ...{ guidelinesId: id, networkId, edition, contentHash, version },
    ...{ decisionId: adoptedByDecisionId, supersedes: supersedesId },
  };
  return {
    networkIds: [networkId],
    type: 'GUIDELINES_ADOPTED',
    eventType: eventTypes.GUIDELINES_ADOPTED,
    subject: guidelinesSubject(id),
    visibility: guidelines.visibility,
    data,
  };
}

/** `data` of CHARTER_PROPOSED; said to the network alone. That it was applied is NETWORK_CHANGED. */
export interface CharterProposed extends Record<string, unknown> {
  proposalId: string;
  networkId: string;
  contentHash: string;
}

export function charterProposed({ id, networkId, contentHash }: CharterProposal): FeedEvent {
  const data: CharterProposed = { proposalId: id, networkId, contentHash };
  return {
    networkIds: [networkId],
    type: 'CHARTER_PROPOSED',
    eventType: eventTypes.CHARTER_PROPOSED,
    subject: `charter/${id}`,
    visibility: 'NETWORK',
    data,
  };
}
