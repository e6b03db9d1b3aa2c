import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { Cursor, DateTime, Json, PartialDate } from '../../../kit/scalars.ts';
import { type Localized, PageInfo, VisibilityEnum } from '../../../kit/types.ts';
import { Body } from './body.ts';
import { CharterProposal } from './charter.ts';
import { Activity, Decision, Meeting, Organisation, WorkingPlan } from './foreign.ts';
import { Guidelines } from './guidelines.ts';
import { Network } from './network.ts';
import { type UpdateType, UpdateTypeEnum } from './update.ts';

export const TimelineSubject = createUnionType({
  name: 'TimelineSubject',
  description: 'What an entry of a history is about.',
  types: () =>
    [Network, Body, Guidelines, CharterProposal, Organisation, WorkingPlan, Activity, Meeting, Decision] as const,
});

@ObjectType({ description: "One thing in a network's history." })
export class TimelineEntry {
  @Field(() => ID, { description: 'Of the update that told it; the founding has one of its own.' })
  id!: string;
  position!: number;
  /** Where it stands: the first moment of a date that is less precise. */
  at!: Date;
  @Field(() => PartialDate, { description: 'When it happened, in UTC: a day, or for the founding what is known.' })
  date!: string;
  @Field(() => DateTime, { nullable: true, description: 'The moment, where it is known: null for the founding.' })
  occurredAt!: Date | null;
  @Field(() => UpdateTypeEnum, { nullable: true, description: 'Of the update that told it; null for the founding.' })
  type!: UpdateType | null;
  titles!: Localized;
  subject!: string | null;
  @Field(() => VisibilityEnum, { description: 'Who else may see it.' })
  visibility!: Visibility;
  @Field(() => Json, { description: 'As in `NetworkUpdate.data`: ids, changed fields and versions.' })
  data!: Record<string, unknown>;
}

@ObjectType({ description: 'An entry in its place.' })
export class TimelineEdge {
  @Field(() => TimelineEntry, { description: 'The entry.' })
  node!: TimelineEntry;
  @Field(() => Cursor, { description: 'Goes on after it, to what is older.' })
  cursor!: string;
}

@ObjectType({ description: 'What happened, newest first.' })
export class TimelineConnection {
  @Field(() => [TimelineEdge], { description: 'This page; it may be short, and empty, although there is more.' })
  edges!: TimelineEdge[];
  @Field(() => PageInfo, { description: 'Whether there is more: go on after `endCursor`.' })
  pageInfo!: PageInfo;
}
