import { type Actor, type Role, type Visibility, visibilities } from '../../kit/context.ts';
import type { RecordedEvent } from '../../kit/feed/read.ts';
import { hasRole, maySee } from '../../kit/visibility.ts';
import type { CharterProposal } from './entities/charter.ts';
import type { Guidelines } from './entities/guidelines.ts';
import type { Partner } from './entities/partner.ts';

/** The scope a partner's key needs for the feed. */
export const feedScope = 'updates:read';

/** Networks, their bodies and countries are public: everyone who is signed in, and every partner, reads them. */
export const maySeeNetworks = (actor: Actor): boolean => actor.kind !== 'GATEWAY';

export const mayCreateNetwork = (actor: Actor): boolean =>
  actor.kind === 'SYSTEM' || (actor.kind !== 'PARTNER' && hasRole(actor, ['PLATFORM_OPERATOR']));

/** A network and its bodies are changed by those who lead it; nobody outside it does, the operator included. */
export const mayChangeNetwork = (actor: Actor, networkId: string): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind === 'SEAT' && hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE'], [networkId]));

export const mayReadFeed = (actor: Actor): boolean =>
  actor.kind === 'PARTNER' ? actor.partner?.scopes.includes(feedScope) === true : actor.kind !== 'GATEWAY';

/** Asked for every event and every reader, live or in a page. */
export const maySeeEvent = (
  actor: Actor,
  event: Pick<RecordedEvent, 'networkId' | 'visibility' | 'bodyIds'>,
): boolean =>
  (actor.kind !== 'PARTNER' || actor.partner?.networkIds.includes(event.networkId) === true) &&
  maySee(actor, { visibility: event.visibility, networkIds: [event.networkId], bodyIds: event.bodyIds });

const keyKeepers: readonly Role[] = ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'];

/** A partner is known to itself, to those who issue and revoke its keys, and to the operator. */
export const maySeePartner = (actor: Actor, partner: Pick<Partner, 'id' | 'networkIds'>): boolean =>
  actor.kind === 'PARTNER'
    ? actor.partner?.id === partner.id
    : hasRole(actor, ['PLATFORM_OPERATOR']) || hasRole(actor, keyKeepers, partner.networkIds);

/** All whom `maySeePartner` lets an actor see, as facts for a statement: all, those of these networks, or one alone. */
export function partnersSeenBy(actor: Actor): 'all' | { networkIds: string[] } | { id: string } {
  if (actor.kind === 'PARTNER') return { id: actor.partner?.id ?? '' };
  if (hasRole(actor, ['PLATFORM_OPERATOR'])) return 'all';
  const networkIds = actor.roles.flatMap(({ role, networkId }) =>
    keyKeepers.includes(role) && networkId !== null ? [networkId] : [],
  );
  return { networkIds: [...new Set(networkIds)] };
}

/** Issues a partner a key: the steering committees of all networks that it reads. */
export const mayIssueKey = (actor: Actor, { networkIds }: Pick<Partner, 'networkIds'>): boolean =>
  actor.kind === 'SEAT' &&
  networkIds.length > 0 &&
  networkIds.every((id) => hasRole(actor, ['STEERING_COMMITTEE'], [id]));

/** Ends a key: whoever in any of its networks answers for who reads it, and the operator. */
export const mayRevokeKey = (actor: Actor, { networkIds }: Pick<Partner, 'networkIds'>): boolean =>
  actor.kind !== 'PARTNER' && (hasRole(actor, ['PLATFORM_OPERATOR']) || hasRole(actor, keyKeepers, networkIds));

/** Takes a new key in place of the one it comes with. */
export const mayRotateKey = (actor: Actor, { id }: Pick<Partner, 'id'>): boolean =>
  actor.kind === 'PARTNER' && actor.partner?.id === id;

/** That there are keys, until when, and how far the partner has read: who may end them, and the partner itself. */
export const maySeeKeys = (actor: Actor, partner: Pick<Partner, 'id' | 'networkIds'>): boolean =>
  mayRevokeKey(actor, partner) || mayRotateKey(actor, partner);

/** Has a partner's updates pushed somewhere, and says where: the partner itself, by a key that may read them, and those who issue its keys. */
export const mayKeepWebhooks = (actor: Actor, partner: Pick<Partner, 'id' | 'networkIds'>): boolean =>
  (mayRotateKey(actor, partner) && mayReadFeed(actor)) || mayIssueKey(actor, partner);

/** Stops them: whoever may end its keys, too; and whoever may stop them sees them. */
export const mayStopWebhooks = (actor: Actor, partner: Pick<Partner, 'id' | 'networkIds'>): boolean =>
  mayKeepWebhooks(actor, partner) || mayRevokeKey(actor, partner);

/** Keys and rights versions are the gateway's business alone. */
export const mayResolveKeys = (actor: Actor): boolean => actor.kind === 'GATEWAY';

// The review tracker and engagements.

const leaders: readonly Role[] = ['COORDINATOR', 'STEERING_COMMITTEE'];
const recorders: readonly Role[] = [...leaders, 'EXPERT_GROUP_LEAD', 'MEMBER_EDITOR'];

/**
 * Country reviews, clusters, the calendar and programmes are public facts, kept by those who lead a network, in its name. What
 * is about a country is kept by the networks that list it, if any does.
 */
export const mayKeepFacts = (actor: Actor, networkId: string, listing: readonly string[] = []): boolean =>
  mayChangeNetwork(actor, networkId) &&
  (actor.kind === 'SYSTEM' || listing.length === 0 || listing.includes(networkId));

/** Who an engagement, or what else a network keeps beside its public facts, is for. */
export interface Circle {
  networkId: string;
  visibility: Visibility;
  bodyId: string | null;
}

export const maySeeOf = (actor: Actor, { networkId, visibility, bodyId }: Circle): boolean =>
  actor.kind !== 'GATEWAY' &&
  maySee(actor, { visibility, networkIds: [networkId], bodyIds: bodyId === null ? [] : [bodyId] });

/** Who took part and who wrote it down is for those whom it is for by nature, also where the thing itself is public. */
export const maySeeInside = (actor: Actor, circle: Circle): boolean =>
  maySeeOf(actor, circle) &&
  maySeeOf(actor, { ...circle, visibility: circle.visibility === 'GROUP' ? 'GROUP' : 'NETWORK' });

/** The answer has an audience of its own, never a wider one than the engagement. */
export const maySeeAnswer = (actor: Actor, engagement: Circle & { answerVisibility: Visibility }): boolean =>
  maySeeOf(actor, engagement) && maySeeOf(actor, { ...engagement, visibility: engagement.answerVisibility });

/**
 * Leaders, group leads and editors of the network record what it does towards governments. Beyond the network only its leaders
 * show it; what is for a group alone is recorded from a seat in that group.
 */
export function mayRecord(actor: Actor, circle: Circle): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !maySeeOf(actor, circle)) return false;
  if (circle.visibility === 'NETWORK' || circle.visibility === 'GROUP')
    return hasRole(actor, recorders, [circle.networkId]);
  return hasRole(actor, leaders, [circle.networkId]);
}

/** Leaders of the network, the lead of the group that it belongs to, and the organisation that recorded it. */
export function mayChangeRecord(actor: Actor, record: Circle & { recordedByOrganisationId: string | null }): boolean {
  if (actor.kind !== 'SEAT' || !mayRecord(actor, record)) return false;
  const { networkId, bodyId, recordedByOrganisationId } = record;
  if (hasRole(actor, leaders, [networkId])) return true;
  const leadsGroup = actor.roles.some(
    (g) => g.role === 'EXPERT_GROUP_LEAD' && g.bodyId !== null && g.bodyId === bodyId && g.networkId === networkId,
  );
  return leadsGroup || (actor.organisationId !== undefined && actor.organisationId === recordedByOrganisationId);
}

/** All that an actor may see of what `maySeeOf` guards, as facts for a statement. */
export interface Reach {
  /** Readable whatever the network. */
  open: Visibility[];
  /** Readable in one network: `[networkId, visibility]`. */
  closed: [string, Visibility][];
  /** Groups whose records are readable: `[networkId, bodyId]`. */
  groups: [string, string][];
}

/** Asks `maySeeOf` about each level, network and body the actor has to do with, so that statements and rows follow one rule. */
export function reachOf(actor: Actor): Reach {
  const known = [...actor.roles.map((g) => g.networkId), ...(actor.partner?.networkIds ?? [])];
  const networkIds = [...new Set(known)].filter((id) => id !== null).sort();
  const open = visibilities.filter((visibility) => maySeeOf(actor, { visibility, networkId: '', bodyId: null }));
  const shut = visibilities.filter((visibility) => visibility !== 'GROUP' && !open.includes(visibility));
  return {
    open,
    closed: networkIds.flatMap((networkId) =>
      shut
        .filter((visibility) => maySeeOf(actor, { visibility, networkId, bodyId: null }))
        .map((visibility): [string, Visibility] => [networkId, visibility]),
    ),
    groups: actor.roles
      .filter(
        ({ networkId, bodyId }) =>
          networkId !== null && bodyId !== null && maySeeOf(actor, { visibility: 'GROUP', networkId, bodyId }),
      )
      .map(({ networkId, bodyId }): [string, string] => [networkId as string, bodyId as string]),
  };
}

// Guidelines, mission and objectives.

/** Who works on the texts of a network; its representatives say what they think in the consultation. */
export const mayDraft = (actor: Actor, networkId: string): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind === 'SEAT' && hasRole(actor, ['MEMBER_EDITOR', 'COORDINATOR', 'STEERING_COMMITTEE'], [networkId]));

/** An adopted text is as visible as it was made; until then, and if it is given up, it is its network's own. */
export const maySeeGuidelines = (
  actor: Actor,
  { status, visibility, networkId }: Pick<Guidelines, 'status' | 'visibility' | 'networkId'>,
): boolean =>
  actor.kind !== 'GATEWAY' &&
  maySee(actor, {
    visibility: status === 'ADOPTED' || status === 'SUPERSEDED' ? visibility : 'NETWORK',
    networkIds: [networkId],
  });

/** The texts that led to a charter are its network's own; the charter itself is public, as the network is. */
export const maySeeCharterProposal = (actor: Actor, { networkId }: Pick<CharterProposal, 'networkId'>): boolean =>
  maySee(actor, { visibility: 'NETWORK', networkIds: [networkId] });

/** Into another network: by who leads both, or the operator. Out of it: by who leads either. */
export const maySetParent = (actor: Actor, networkId: string, from: string | null, to: string | null): boolean => {
  if (mayCreateNetwork(actor)) return true;
  if (to !== null) return mayChangeNetwork(actor, networkId) && mayChangeNetwork(actor, to);
  return mayChangeNetwork(actor, networkId) || (from !== null && mayChangeNetwork(actor, from));
};
