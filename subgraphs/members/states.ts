import { type Machine, statesAfter } from '../../kit/machine.ts';

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

const admission = ['two sponsors have confirmed', 'the check is recorded', 'a decision of the committee'] as const;
const refusal = ['a decision of the committee, or the reason of a safety officer'] as const;

/** The life of a membership in the hands of those who handle it. Leaving is the member's own act: they suspend, and end by decision. */
export const membershipMachine: Machine<MembershipStatus> = {
  INVITED: { APPLIED: ['the invitation names nobody'] },
  APPLIED: { UNDER_REVIEW: [] },
  UNDER_REVIEW: { MORE_INFO: ['a question'], ACTIVE: admission, DECLINED: refusal },
  MORE_INFO: { UNDER_REVIEW: [], ACTIVE: admission, DECLINED: refusal },
  DECLINED: {},
  ACTIVE: { SUSPENDED: [] },
  SUSPENDED: { ACTIVE: [], ENDED: ['a decision of the network or its committee'] },
  WITHDRAWN: {},
  ENDED: {},
};

/** In those of the applicant, and of the member: accepting an invitation, answering a question, appealing, leaving. */
export const applicantMachine: Machine<MembershipStatus> = {
  INVITED: { APPLIED: ['a motivation'], WITHDRAWN: [] },
  APPLIED: { WITHDRAWN: [] },
  UNDER_REVIEW: { WITHDRAWN: [] },
  MORE_INFO: { UNDER_REVIEW: ['an answer'], WITHDRAWN: [] },
  DECLINED: { UNDER_REVIEW: ['within 30 days', 'once'] },
  ACTIVE: { WITHDRAWN: [] },
  SUSPENDED: {},
  WITHDRAWN: {},
  ENDED: {},
};

/** In nobody's: an invitation that is not answered is over by itself. */
export const timeMachine: Machine<MembershipStatus> = {
  INVITED: { WITHDRAWN: ['nobody has answered for 30 days'] },
  APPLIED: {},
  UNDER_REVIEW: {},
  MORE_INFO: {},
  DECLINED: {},
  ACTIVE: {},
  SUSPENDED: {},
  WITHDRAWN: {},
  ENDED: {},
};

const stepsOf = (machine: Machine<MembershipStatus>): Steps =>
  Object.fromEntries(membershipStatuses.map((from) => [from, statesAfter(machine, from)])) as unknown as Steps;

/** Steps of those who handle memberships. */
export const membershipSteps: Steps = stepsOf(membershipMachine);
/** Steps of the applicant, and of the member. */
export const applicantSteps: Steps = stepsOf(applicantMachine);
/** Steps that time takes. */
export const timeSteps: Steps = stepsOf(timeMachine);

/** States in which an application waits for somebody. */
export const openStatuses: readonly MembershipStatus[] = ['INVITED', 'APPLIED', 'UNDER_REVIEW', 'MORE_INFO'];

/** Steps after which the organisation's seats have other rights in the network than before. */
export const changesRights = (from: MembershipStatus | null, to: MembershipStatus): boolean =>
  from === 'ACTIVE' || from === 'SUSPENDED' || to === 'ACTIVE';

/** Sponsors an application needs, where the network has as many members. */
export const sponsorsNeeded = 2;
/** How long after it was declined an application may be appealed. Milliseconds; 30 days. */
export const appealWithin = 30 * 24 * 60 * 60 * 1000;
/** How long an invitation may be accepted. Milliseconds; 30 days. */
export const invitedFor = 30 * 24 * 60 * 60 * 1000;
/** How long the data of an application is kept that was declined or withdrawn. Milliseconds; 90 days. */
export const keptFor = 90 * 24 * 60 * 60 * 1000;
