import { createUnionType, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { type NoticeKind, type NoticeTargetName, noticeKinds } from '../../../kit/notices/write.ts';
import { Cursor, DateOnly, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, MutationProblem, PageInfo } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

export const NoticeKindEnum = defineEnum(
  'NoticeKind',
  noticeKinds,
  "MENTION: a post names your seat. ASSIGNED: an activity's responsible organisation is yours. DECISION_WAITS: a round is open, or closes soon, and your " +
    'organisation has not spoken. LATE: the day of an activity or milestone of yours is over where you are.',
);

/** Types of other subgraphs that notices are about: their key. */
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Post {
  @Field(() => ID)
  id!: string;
}
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Decision {
  @Field(() => ID)
  id!: string;
}
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Activity {
  @Field(() => ID)
  id!: string;
}
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Milestone {
  @Field(() => ID)
  id!: string;
}
const targets = { Post, Decision, Activity, Milestone };
export const NoticeTarget = createUnionType({
  name: 'NoticeTarget',
  types: () => [Post, Decision, Activity, Milestone] as const,
});
export const targetStub = (type: NoticeTargetName, id: string) => Object.assign(new targets[type](), { id });

@ObjectType({ description: 'Something that your seat is told of. What you may no longer read is not told.' })
export class Notice {
  @Field(() => ID)
  id!: string;
  @Field(() => NoticeKindEnum)
  kind!: NoticeKind;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => DateOnly, { nullable: true, description: 'The day that is over, of what is late.' })
  dueOn!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the round closes, of a decision that waits.' })
  dueAt!: Date | null;
  @Field(() => DateTime, { nullable: true })
  readAt!: Date | null;
  @Field(() => Boolean, { description: 'What it asks for is done, or no longer asked: it does not count as unread.' })
  isSettled!: boolean;
  @Field(() => String, { nullable: true, description: 'The beginning of what was written, at most 280 characters.' })
  excerpt!: string | null;
  @Field(() => LocaleTag, { nullable: true })
  excerptLocale!: string | null;

  targetType!: NoticeTargetName;
  targetId!: string;
  aboutId!: string;
  titles!: Localized | null;
  sourceLocale!: string;
}

@ObjectType()
export class NoticeEdge {
  @Field(() => Notice)
  node!: Notice;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType({ description: 'Unread ones first, the newest first.' })
export class NoticeConnection {
  @Field(() => [NoticeEdge])
  edges!: NoticeEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
  @Field(() => Int, { description: 'Neither read nor settled, of all pages.' })
  unread!: number;
}

@ObjectType()
export class NoticesChange {
  @Field(() => Int, { description: 'Notices of your seat that are neither read nor settled.' })
  unread!: number;
}

@ObjectType()
export class NoticesPayload {
  @Field(() => Int, { nullable: true, description: 'How many are unread now.' })
  unread!: number | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
