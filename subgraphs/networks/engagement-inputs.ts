import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { CountryCode, DateOnly } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import {
  type EngagementKind,
  EngagementKindEnum,
  type EngagementStatus,
  EngagementStatusEnum,
  type ReviewTrack,
  ReviewTrackEnum,
} from './entities/engagement.ts';

const once = 'Yours to choose: the same one sent again has one effect and one answer.';

@InputType({ description: 'Something a network does, or did, towards a government or the Conference.' })
export class RecordEngagementInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The network that engages.' })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'The body it belongs to; for GROUP visibility it is needed.' })
  bodyId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The country review it is about.' })
  reviewId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The dialogue or session it is for.' })
  eventId?: string | null;
  @Field(() => CountryCode, { nullable: true, description: "The State; the review's, if there is one." })
  country?: string | null;
  @Field(() => ReviewTrackEnum, { description: 'Which track of the review it belongs to.' })
  track!: ReviewTrack;
  @Field(() => EngagementKindEnum, {
    description: 'What is done. What is for a dialogue or the Conference belongs to that track.',
  })
  kind!: EngagementKind;
  @Field(() => EngagementStatusEnum, { description: 'Where it stands now: an engagement may be recorded late.' })
  status!: EngagementStatus;
  @Field(() => DateOnly, { nullable: true, description: 'When it came to that status; today, if left out.' })
  on?: string | null;
  @Field(() => DateOnly, { nullable: true, description: "The last day, in the network's time zone." })
  dueOn?: string | null;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description: 'At most 4,000 characters in each language; the first is the language of record.',
  })
  summary?: LocalizedInput[] | null;
  @Field(() => String, { nullable: true, description: 'The office, never a person; at most 200 characters.' })
  office?: string | null;
  @Field(() => [LocalizedInput], { nullable: true, description: 'What was answered; at most 4,000 characters.' })
  answer?: LocalizedInput[] | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description:
      'Who may read the answer: the network (or the group), unless it is given. Never more than may see the engagement.',
  })
  answerVisibility?: Visibility | null;
  @Field(() => [ID], { nullable: true, description: 'Organisations that take part for the network; at most 50.' })
  organisationIds?: string[] | null;
  @Field(() => String, { nullable: true, description: 'A public page about it.' })
  sourceUrl?: string | null;
  @Field(() => VisibilityEnum, { description: 'Beyond NETWORK only by those who lead the network. Never SEAT_ONLY.' })
  visibility!: Visibility;
}

@InputType({ description: 'What is left out stays as it is. For the status: setEngagementStatus.' })
export class UpdateEngagementInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The engagement.' })
  id!: string;
  @Field(() => Int, { description: 'Refuses the change if the engagement has moved on.' })
  expectedVersion!: number;
  @Field(() => ID, { nullable: true, description: 'The country review it is about.' })
  reviewId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The dialogue or session it is for.' })
  eventId?: string | null;
  @Field(() => DateOnly, { nullable: true, description: "The last day, in the network's time zone." })
  dueOn?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'It is due on no day.' })
  noDueDate?: boolean | null;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description:
      'Languages that are left out stay; they are stale once the language of record says something else. An empty list removes all.',
  })
  summary?: LocalizedInput[] | null;
  @Field(() => String, { nullable: true, description: 'The office, never a person; an empty text removes it.' })
  office?: string | null;
  @Field(() => [LocalizedInput], { nullable: true, description: 'What was answered, in the same way.' })
  answer?: LocalizedInput[] | null;
  @Field(() => VisibilityEnum, { nullable: true, description: 'Who may read the answer.' })
  answerVisibility?: Visibility | null;
  @Field(() => [ID], { nullable: true, description: 'Replaces them all; at most 50.' })
  organisationIds?: string[] | null;
  @Field(() => String, { nullable: true, description: 'A public page about it; an empty text removes it.' })
  sourceUrl?: string | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description: 'A narrower one is that of the updates, too, that were said of it.',
  })
  visibility?: Visibility | null;
}

@InputType({ description: 'The next status of an engagement, or the right one.' })
export class SetEngagementStatusInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The engagement.' })
  id!: string;
  @Field(() => Int, { description: 'Refuses the change if the engagement has moved on.' })
  expectedVersion!: number;
  @Field(() => EngagementStatusEnum, { description: 'Its next status.' })
  status!: EngagementStatus;
  @Field(() => DateOnly, { nullable: true, description: 'When that was; today, if left out.' })
  on?: string | null;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description: 'A word on it; at most 1,000 characters. One withdrawn needs it: why.',
  })
  note?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true, description: 'What was answered; at most 4,000 characters.' })
  answer?: LocalizedInput[] | null;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'What was recorded before was wrong: any status may follow, and a note says why.',
  })
  correction?: boolean;
}
