import { createUnionType, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { Cursor, DateTime, Json } from '../../../kit/scalars.ts';
import { defineEnum, PageInfo, VisibilityEnum } from '../../../kit/types.ts';

export const updateTypes = [
  'NETWORK_CREATED',
  'NETWORK_CHANGED',
  'BODY_CHANGED',
  'GUIDELINES_CIRCULATED',
  'GUIDELINES_ADOPTED',
  'CHARTER_PROPOSED',
  'MEMBER_JOINED',
  'MEMBER_LEFT',
  'MEMBER_CHANGED',
  'PLAN_CREATED',
  'PLAN_SUBMITTED',
  'PLAN_CHANGES_REQUESTED',
  'PLAN_ADOPTED',
  'PLAN_ARCHIVED',
  'PLAN_VERSION_CREATED',
  'PLAN_TEXT_REDACTED',
  'ACTIVITY_STATUS_CHANGED',
  'MILESTONE_REACHED',
  'MEETING_SCHEDULED',
  'MEETING_CHANGED',
  'MEETING_CANCELLED',
  'MEETING_HELD',
  'MINUTES_ADOPTED',
  'DECISION_CONCLUDED',
  'STATEMENT_CIRCULATED',
  'STATEMENT_PUBLISHED',
  'STATEMENT_WITHDRAWN',
  'GOOD_PRACTICE_PUBLISHED',
  'KNOWLEDGE_PUBLISHED',
  'REVIEW_STAGE_CHANGED',
  'ENGAGEMENT_RECORDED',
  'REVIEW_EVENT_CHANGED',
  'EXTERNAL_PARTNER_CHANGED',
  'THREAD_STARTED',
  'TOMBSTONE',
] as const;
export type UpdateType = (typeof updateTypes)[number];
export const UpdateTypeEnum = defineEnum('UpdateType', updateTypes);

@ObjectType({
  description: "One entry of a network's ordered, replayable log. Maps one to one onto a CloudEvents 1.0 event.",
})
export class NetworkUpdate {
  @Field(() => ID, { description: 'ULID. Unique with `source`: drop what you have handled before.' })
  id!: string;
  @Field(() => Cursor, { description: 'Resumes after this update.' })
  cursor!: string;
  @Field(() => String, {
    description: "Its place in its network's order, from 1, without holes. Other networks count apart.",
  })
  sequence!: string;
  @Field(() => UpdateTypeEnum)
  type!: UpdateType;
  @Field(() => String, { description: 'As in `org.net4u.plan.adopted.v1`.' })
  eventType!: string;
  @Field(() => String, { description: '`/networks/<slug>`' })
  source!: string;
  @Field(() => String, { nullable: true, description: 'What it is about, as in `workingplan/<id>`.' })
  subject!: string | null;
  @Field(() => DateTime)
  occurredAt!: Date;
  @Field(() => DateTime)
  recordedAt!: Date;
  networkId!: string;
  /** W3C, of the request that it came of: in its CloudEvent. */
  traceparent!: string | null;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
  @Field(() => String, { nullable: true })
  dataSchema!: string | null;
  @Field(() => Json, { description: 'Ids, changed fields and versions; never names of people.' })
  data!: Record<string, unknown>;
}

@ObjectType()
export class NetworkUpdateEdge {
  @Field(() => NetworkUpdate)
  node!: NetworkUpdate;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class NetworkUpdateConnection {
  @Field(() => [NetworkUpdateEdge])
  edges!: NetworkUpdateEdge[];
  @Field(() => PageInfo, { description: '`endCursor` is there also when no update is: ask after it next time.' })
  pageInfo!: PageInfo;
}

@ObjectType({
  description: 'Nothing new for you. The cursor moves past what others see or you did not ask for: keep it.',
})
export class Heartbeat {
  @Field(() => DateTime)
  at!: Date;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType({
  description:
    'Your cursor cannot be resumed. This stream goes on from now: take a snapshot, or subscribe again after `oldestAvailable`.',
})
export class ResyncRequired {
  @Field(() => String, {
    description: 'CURSOR_TOO_OLD: older than 30 days. EPOCH_CHANGED: made before a restore from backup.',
  })
  reason!: string;
  @Field(() => Cursor)
  oldestAvailable!: string;
  @Field(() => String, { description: 'A GraphQL document for the present state.' })
  snapshotQuery!: string;
}

@ObjectType({ description: 'The last message: subscribe again after `cursor`.' })
export class StreamClosing {
  @Field(() => String)
  reason!: string;
  @Field(() => Int)
  retryAfterMs!: number;
  @Field(() => Cursor)
  cursor!: string;
}

export const NetworkUpdateMessage = createUnionType({
  name: 'NetworkUpdateMessage',
  types: () => [NetworkUpdate, Heartbeat, ResyncRequired, StreamClosing] as const,
});
