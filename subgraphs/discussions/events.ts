import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { Decision } from './entities/decision.ts';
import type { Meeting } from './entities/meeting.ts';
import type { AnchorTypename, Thread } from './entities/thread.ts';

/** `data` of THREAD_STARTED. A thread of several networks is said once in each; its posts are not said at all. */
export interface ThreadStarted {
  threadId: string;
  anchor: { typename: AnchorTypename; id: string };
}

/** `data` of MEETING_SCHEDULED and MEETING_HELD. */
export interface MeetingSaid {
  meetingId: string;
  kind: Meeting['kind'];
}

/**
 * `data` of DECISION_CONCLUDED, said in each network that took it: working-plans reads it there. `subject` is what was decided on, and
 * `contentHash` its exact text at that moment: SHA-256 in hex.
 */
export interface DecisionConcluded {
  decisionId: string;
  networkIds: string[];
  subject: { typename: AnchorTypename; id: string };
  contentHash: string;
  outcome: 'ADOPTED' | 'NOT_ADOPTED' | 'WITHDRAWN' | 'EXPIRED';
}

const circleOf = ({ networkIds, visibility, bodyId }: Thread | Meeting | Decision) => ({
  networkIds,
  visibility,
  bodyIds: bodyId === null ? [] : [bodyId],
});

export function threadStarted(thread: Thread): FeedEvent {
  const data: ThreadStarted = {
    threadId: thread.id,
    anchor: { typename: thread.anchorTypename, id: thread.anchorId },
  };
  return {
    ...circleOf(thread),
    type: 'THREAD_STARTED',
    eventType: 'org.net4u.thread.started.v1',
    subject: `thread/${thread.id}`,
    data: { ...data },
    occurredAt: thread.createdAt,
  };
}

/** A meeting that enters the records when it is over was not scheduled here: it is said to have been held, at its time. */
export function meetingEntered(meeting: Meeting): FeedEvent {
  const held = meeting.status === 'CLOSED';
  const data: MeetingSaid = { meetingId: meeting.id, kind: meeting.kind };
  return {
    ...circleOf(meeting),
    type: held ? 'MEETING_HELD' : 'MEETING_SCHEDULED',
    eventType: held ? 'org.net4u.meeting.held.v1' : 'org.net4u.meeting.scheduled.v1',
    subject: `meeting/${meeting.id}`,
    data: { ...data },
    occurredAt: (held && (meeting.endsAt ?? meeting.startsAt)) || meeting.createdAt,
  };
}

/** Said once in each of the decision's networks, to whoever may read the decision. */
export function decisionConcluded(decision: Decision, outcome: DecisionConcluded['outcome'], at: Date): FeedEvent {
  const data: DecisionConcluded = {
    decisionId: decision.id,
    networkIds: [...decision.networkIds],
    subject: { typename: decision.subjectTypename, id: decision.subjectId },
    contentHash: decision.contentHash,
    outcome,
  };
  return {
    ...circleOf(decision),
    type: 'DECISION_CONCLUDED',
    eventType: 'org.net4u.decision.concluded.v1',
    subject: `decision/${decision.id}`,
    data: { ...data },
    occurredAt: at,
  };
}
