import type { Actor } from '../../kit/context.ts';
import type { RecordedEvent } from '../../kit/feed/read.ts';
import { hasRole, maySee } from '../../kit/visibility.ts';
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
export const maySeeEvent = (actor: Actor, event: RecordedEvent): boolean =>
  (actor.kind !== 'PARTNER' || actor.partner?.networkIds.includes(event.networkId) === true) &&
  maySee(actor, { visibility: event.visibility, networkIds: [event.networkId], bodyIds: event.bodyIds });

/** A partner is known to itself, to those who issue and revoke its keys, and to the operator. */
export const maySeePartner = (actor: Actor, partner: Partner): boolean =>
  actor.kind === 'PARTNER'
    ? actor.partner?.id === partner.id
    : hasRole(actor, ['PLATFORM_OPERATOR']) ||
      hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'], partner.networkIds);

/** Keys and rights versions are the gateway's business alone. */
export const mayResolveKeys = (actor: Actor): boolean => actor.kind === 'GATEWAY';
