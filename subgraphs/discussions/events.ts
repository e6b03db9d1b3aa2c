import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { Decision } from './entities/decision.ts';
import type { KnowledgeItem } from './entities/knowledge.ts';
import type { Meeting } from './entities/meeting.ts';
import type { Minutes } from './entities/minutes.ts';
import type { Statement } from './entities/statement.ts';
import type { AnchorTypename, Thread } from './entities/thread.ts';

/** `data` of THREAD_STARTED. A thread of several networks is said once in each; its posts are not said at all. */
export interface ThreadStarted {
  threadId: string;
  anchor: { typename: AnchorTypename; id: string };
}

/** `data` of MEETING_SCHEDULED, MEETING_CANCELLED and MEETING_HELD. */
export interface MeetingSaid {
  meetingId: string;
  kind: Meeting['kind'];
}

/** `data` of MEETING_CHANGED. */
export interface MeetingChanged extends MeetingSaid {
  /** Fields of `Meeting`. */
  changed: string[];
  version: number;
}

/** `data` of MINUTES_ADOPTED: the number of the minutes' version, and the decisions that adopted it. */
export interface MinutesAdopted {
  meetingId: string;
  number: number;
  contentHash: string;
  decisionIds: string[];
}

/** `data` of STATEMENT_CIRCULATED, STATEMENT_PUBLISHED and STATEMENT_WITHDRAWN. */
export interface StatementSaid {
  statementId: string;
  contentHash: string | null;
  version: number;
}

/** `data` of GOOD_PRACTICE_PUBLISHED and KNOWLEDGE_PUBLISHED. */
export interface KnowledgePublished {
  knowledgeItemId: string;
  kind: KnowledgeItem['kind'];
  articles: string[];
  version: number;
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

type Circled = Pick<Meeting, 'networkIds' | 'visibility' | 'bodyId'>;
const circleOf = ({ networkIds, visibility, bodyId }: Circled) => ({
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

const meetingSaid = (meeting: Meeting, type: string, eventType: string, data: object, occurredAt: Date): FeedEvent => ({
  ...circleOf(meeting),
  ...{ type, eventType, occurredAt },
  subject: `meeting/${meeting.id}`,
  data: { meetingId: meeting.id, kind: meeting.kind, ...data },
});

/** @param changed columns of what was changed, as fields of the graph are called */
export function meetingChanged(meeting: Meeting, changed: string[], version: number): FeedEvent {
  const names: Record<string, string> = {
    titles: 'title',
    hostCountryCode: 'hostCountry',
    joinText: 'joinInfo',
    coOrganiserIds: 'coOrganisers',
    externals: 'externalParticipants',
    webLinks: 'links',
  };
  const data: Omit<MeetingChanged, keyof MeetingSaid> = {
    changed: changed.map((name) => names[name] ?? name),
    version,
  };
  return meetingSaid(meeting, 'MEETING_CHANGED', 'org.net4u.meeting.changed.v1', data, new Date());
}

export const meetingCancelled = (meeting: Meeting): FeedEvent =>
  meetingSaid(meeting, 'MEETING_CANCELLED', 'org.net4u.meeting.cancelled.v1', {}, new Date());

export const meetingHeld = (meeting: Meeting, at: Date): FeedEvent =>
  meetingSaid(meeting, 'MEETING_HELD', 'org.net4u.meeting.held.v1', {}, at);

/** Minutes that say who said what are spoken of only where they are read. */
export function minutesAdopted(meeting: Meeting, minutes: Minutes, decisionIds: string[], at: Date): FeedEvent {
  const { number, contentHash, attributed } = minutes;
  const within = meeting.visibility === 'GROUP' ? ('GROUP' as const) : ('NETWORK' as const);
  const data: MinutesAdopted = { meetingId: meeting.id, number, contentHash, decisionIds };
  return {
    ...circleOf({ ...meeting, visibility: attributed ? within : meeting.visibility }),
    type: 'MINUTES_ADOPTED',
    eventType: 'org.net4u.minutes.adopted.v1',
    subject: `meeting/${meeting.id}`,
    data: { ...data },
    occurredAt: at,
  };
}

const statementSaid = (statement: Statement, type: string, eventType: string, version: number, at: Date): FeedEvent => {
  const data: StatementSaid = { statementId: statement.id, contentHash: statement.contentHash, version };
  return {
    ...circleOf(statement),
    ...{ type, eventType },
    subject: `statement/${statement.id}`,
    data: { ...data },
    occurredAt: at,
  };
};

/** @param statement as it is after the step: its visibility is who hears of it */
export const statementCirculated = (statement: Statement, version: number, at: Date): FeedEvent =>
  statementSaid(statement, 'STATEMENT_CIRCULATED', 'org.net4u.statement.circulated.v1', version, at);
export const statementPublished = (statement: Statement, version: number, at: Date): FeedEvent =>
  statementSaid(statement, 'STATEMENT_PUBLISHED', 'org.net4u.statement.published.v1', version, at);
export const statementWithdrawn = (statement: Statement, version: number, at: Date): FeedEvent =>
  statementSaid(statement, 'STATEMENT_WITHDRAWN', 'org.net4u.statement.withdrawn.v1', version, at);

/** A good practice is told under a name of its own: partners wait for those. */
export function knowledgePublished(item: KnowledgeItem, version: number, at: Date): FeedEvent {
  const { id, kind, articles, thematicAreas, countryCodes } = item;
  const practice = kind === 'GOOD_PRACTICE';
  const data: KnowledgePublished = { knowledgeItemId: id, kind, articles, version };
  return {
    ...circleOf(item),
    type: practice ? 'GOOD_PRACTICE_PUBLISHED' : 'KNOWLEDGE_PUBLISHED',
    eventType: practice ? 'org.net4u.good-practice.published.v1' : 'org.net4u.knowledge.published.v1',
    subject: `knowledge/${id}`,
    thematicAreas,
    countries: countryCodes,
    data: { ...data },
    occurredAt: at,
  };
}
