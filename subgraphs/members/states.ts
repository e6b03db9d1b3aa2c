/** The life of a membership, as a table: from each state, the states that may follow. */
export const membershipStatuses = [
  'INVITED',
  'APPLIED',
  'UNDER_REVIEW',
  'MORE_INFO',
  'DECLINED',
  'ACTIVE',
  'SUSPENDED',
  'WITHDRAWN',
  'ENDED',
] as const;
export type MembershipStatus = (typeof membershipStatuses)[number];

export const membershipSteps: Readonly<Record<MembershipStatus, readonly MembershipStatus[]>> = {
  INVITED: ['APPLIED'],
  APPLIED: ['UNDER_REVIEW'],
  UNDER_REVIEW: ['MORE_INFO', 'ACTIVE', 'DECLINED'],
  MORE_INFO: ['UNDER_REVIEW', 'ACTIVE', 'DECLINED'],
  DECLINED: [],
  ACTIVE: ['SUSPENDED', 'WITHDRAWN'],
  SUSPENDED: ['ACTIVE', 'ENDED'],
  WITHDRAWN: [],
  ENDED: [],
};

/** States in which an application waits for somebody. */
export const openStatuses: readonly MembershipStatus[] = ['INVITED', 'APPLIED', 'UNDER_REVIEW', 'MORE_INFO'];

/** Steps after which the organisation's seats have other rights in the network than before. */
export const changesRights = (from: MembershipStatus | null, to: MembershipStatus): boolean =>
  from === 'ACTIVE' || from === 'SUSPENDED' || to === 'ACTIVE';
