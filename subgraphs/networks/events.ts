import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { Body } from './entities/body.ts';
import type { Network } from './entities/network.ts';

/** CloudEvents `type` of what this subgraph says, by its `UpdateType`. */
export const eventTypes = {
  NETWORK_CREATED: 'org.net4u.network.created.v1',
  NETWORK_CHANGED: 'org.net4u.network.changed.v1',
  BODY_CHANGED: 'org.net4u.body.changed.v1',
} as const;

/** `data` of NETWORK_CREATED and NETWORK_CHANGED. `changed` names GraphQL fields. */
export interface NetworkEventData extends Record<string, unknown> {
  networkId: string;
  slug: string;
  version: number;
  changed?: string[];
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
  const { id, slug, version } = network;
  const data: NetworkEventData = { networkId: id, slug, version, ...(changed && { changed }) };
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
