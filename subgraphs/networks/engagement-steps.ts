import type { EngagementKind, EngagementStatus, ReviewTrack } from './entities/engagement.ts';

const next: Record<EngagementStatus, readonly EngagementStatus[]> = {
  PLANNED: ['SUBMITTED', 'WITHDRAWN'],
  SUBMITTED: ['ACKNOWLEDGED', 'ACCEPTED', 'DECLINED', 'WITHDRAWN'],
  ACKNOWLEDGED: ['ACCEPTED', 'DECLINED', 'WITHDRAWN'],
  ACCEPTED: ['DELIVERED', 'WITHDRAWN'],
  DECLINED: [],
  DELIVERED: [],
  WITHDRAWN: [],
};

/** What may be held without anybody's leave. */
export const heldKinds: readonly EngagementKind[] = ['BRIEFING_TO_FOCAL_POINT', 'SIDE_EVENT', 'PILOT_INITIATIVE'];

/** Not at its end. */
export const openStatuses: readonly EngagementStatus[] = ['PLANNED', 'SUBMITTED', 'ACKNOWLEDGED', 'ACCEPTED'];

export function canFollow(kind: EngagementKind, from: EngagementStatus, to: EngagementStatus): boolean {
  if (to === 'DELIVERED' && heldKinds.includes(kind)) return openStatuses.includes(from);
  return next[from].includes(to);
}

/** The track that a kind can only belong to; undefined for those that may belong to any. */
export const trackOf: Partial<Record<EngagementKind, ReviewTrack>> = {
  INPUT_TO_QUESTIONNAIRE: 'COUNTRY_REVIEW',
  CONSTRUCTIVE_DIALOGUE_APPLICATION: 'CONSTRUCTIVE_DIALOGUE',
  CONSTRUCTIVE_DIALOGUE_STATEMENT: 'CONSTRUCTIVE_DIALOGUE',
  COP_STATEMENT: 'GENERAL_REVIEW',
};

export interface EngagementDays {
  submittedOn: string | null;
  answeredOn: string | null;
  deliveredOn: string | null;
}

/** The days an engagement has when it comes to a status: those of later statuses, which a correction took back, are gone. */
export function daysAt(status: EngagementStatus, on: string, before: EngagementDays): EngagementDays {
  const { submittedOn, answeredOn } = before;
  switch (status) {
    case 'PLANNED':
      return { submittedOn: null, answeredOn: null, deliveredOn: null };
    case 'SUBMITTED':
      return { submittedOn: on, answeredOn: null, deliveredOn: null };
    case 'ACKNOWLEDGED':
      return { submittedOn, answeredOn: null, deliveredOn: null };
    case 'ACCEPTED':
    case 'DECLINED':
      return { submittedOn, answeredOn: on, deliveredOn: null };
    case 'DELIVERED':
      return { submittedOn, answeredOn, deliveredOn: on };
    case 'WITHDRAWN':
      return before;
  }
}
