import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { MembershipStatus } from './states.ts';

/** What members says to the feed: CloudEvents types by UpdateType. The subject is `membership/<id>`. */
export const memberEvents = {
  MEMBER_JOINED: 'org.net4u.member.joined.v1',
  MEMBER_LEFT: 'org.net4u.member.left.v1',
  MEMBER_CHANGED: 'org.net4u.member.changed.v1',
} as const;

/** `data` of all three. MEMBER_CHANGED: read the organisation again, what partners may see of it has changed. */
export type MemberEventData = {
  membershipId: string;
  organisationId: string;
  status: MembershipStatus;
  /** The membership's; of MEMBER_CHANGED, the organisation's. */
  version: number;
};

export function memberEvent(
  type: keyof typeof memberEvents,
  networkId: string,
  data: MemberEventData,
  country: string | null,
  occurredAt: Date,
): FeedEvent {
  return {
    networkIds: [networkId],
    type,
    eventType: memberEvents[type],
    subject: `membership/${data.membershipId}`,
    visibility: 'PARTNERS',
    countries: country ? [country] : [],
    data,
    occurredAt,
  };
}
