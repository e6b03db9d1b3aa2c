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

export type Steps = Readonly<Record<MembershipStatus, readonly MembershipStatus[]>>;

/** Steps of those who handle memberships. */
export const membershipSteps: Steps = {
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

/** Steps of the applicant, and of the member: accepting an invitation, answering a question, appealing, leaving. */
export const applicantSteps: Steps = {
  INVITED: ['APPLIED', 'WITHDRAWN'],
  APPLIED: ['WITHDRAWN'],
  UNDER_REVIEW: ['WITHDRAWN'],
  MORE_INFO: ['UNDER_REVIEW', 'WITHDRAWN'],
  DECLINED: ['UNDER_REVIEW'],
  ACTIVE: ['WITHDRAWN'],
  SUSPENDED: [],
  WITHDRAWN: [],
  ENDED: [],
};

/** States in which an application waits for somebody. */
export const openStatuses: readonly MembershipStatus[] = ['INVITED', 'APPLIED', 'UNDER_REVIEW', 'MORE_INFO'];

/** Steps after which the organisation's seats have other rights in the network than before. */
export const changesRights = (from: MembershipStatus | null, to: MembershipStatus): boolean =>
  from === 'ACTIVE' || from === 'SUSPENDED' || to === 'ACTIVE';

/** Sponsors an application needs, where the network has as many members. */
export const sponsorsNeeded = 2;
/** How long after it was declined an application may be appealed. Milliseconds; 30 days. */
export const appealWithin = 30 * 24 * 60 * 60 * 1000;
/** How long the data of an application is kept that was declined or withdrawn. Milliseconds; 90 days. */
export const keptFor = 90 * 24 * 60 * 60 * 1000;
