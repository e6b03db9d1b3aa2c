import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { CountryCode, DateOnly, LocaleTag, PartialDate } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import { type Instrument, InstrumentEnum, type ReviewStage, ReviewStageEnum } from './entities/review.ts';
import {
  type AttendanceMode,
  AttendanceModeEnum,
  type DeadlineKind,
  DeadlineKindEnum,
  type ReviewEventKind,
  ReviewEventKindEnum,
  type ReviewEventStatus,
  ReviewEventStatusEnum,
  type ReviewTopic,
  ReviewTopicEnum,
} from './entities/review-event.ts';
import { type ReviewInputStatus, ReviewInputStatusEnum } from './entities/review-input.ts';

const once = 'Yours to choose: the same one sent again has one effect and one answer.';
const inTheNameOf = 'In whose name: a network that you lead.';

@InputType({ description: 'What a fact about a State is taken from: an address, or a citation where it has none.' })
export class SourceInput {
  @Field(() => String, { nullable: true, description: 'http or https.' })
  url?: string | null;
  @Field(() => String, { nullable: true, description: 'A citation, at most 500 characters; it names no person.' })
  note?: string | null;
  @Field(() => DateOnly, { nullable: true, description: 'When you looked at it; today, if left out.' })
  checkedOn?: string | null;
}

@InputType({ description: 'A cluster is found by its code. All of it is replaced.' })
export class UpsertReviewClusterInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: inTheNameOf })
  networkId!: string;
  @Field(() => String, { description: 'A Roman number, as in II.' })
  code!: string;
  @Field(() => Int, { nullable: true, description: 'Of a cluster that is there already: its version.' })
  expectedVersion?: number | null;
  @Field(() => [LocalizedInput], { description: 'At most 200 characters in each language.' })
  title!: LocalizedInput[];
  @Field(() => [String], { description: 'As in `UNTOC:5`; at most 100.' })
  articles!: string[];
  @Field(() => Int, { nullable: true, description: 'Its place among the phases of the review, from 1.' })
  phase?: number | null;
  @Field(() => SourceInput, { description: 'With an address.' })
  source!: SourceInput;
}

@InputType({ description: 'A review that is not tracked here yet.' })
export class RecordCountryReviewInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: `${inTheNameOf} One that lists the country, if any network does.` })
  networkId!: string;
  @Field(() => CountryCode, { description: 'The State under review.' })
  country!: string;
  @Field(() => InstrumentEnum, { description: 'The Convention, or the Protocol.' })
  instrument!: Instrument;
  @Field(() => String, { description: 'As in I.' })
  clusterCode!: string;
  @Field(() => ReviewStageEnum, { description: 'Where it stands now.' })
  stage!: ReviewStage;
  @Field(() => PartialDate, { nullable: true, description: 'Since when, as precisely as the source says.' })
  since?: string | null;
  @Field(() => Int, { nullable: true, description: 'Its group, 1 to 3.' })
  reviewGroup?: number | null;
  @Field(() => PartialDate, { nullable: true, description: 'When the review of its group began.' })
  startedOn?: string | null;
  @Field(() => [CountryCode], { nullable: true, description: 'Two at most, and not the State itself.' })
  reviewingStates?: string[] | null;
  @Field(() => String, { nullable: true, description: 'An office, never a person; at most 200 characters.' })
  governmentFocalPointOffice?: string | null;
  @Field(() => SourceInput, { description: 'What the stage is taken from.' })
  source!: SourceInput;
}

@InputType({ description: 'What is left out stays as it is. For the stage: setReviewStage.' })
export class UpdateCountryReviewInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: inTheNameOf })
  networkId!: string;
  @Field(() => ID, { description: 'The review.' })
  id!: string;
  @Field(() => Int, { description: 'Refuses the change if the review has moved on.' })
  expectedVersion!: number;
  @Field(() => Int, { nullable: true, description: 'Its group, 1 to 3.' })
  reviewGroup?: number | null;
  @Field(() => PartialDate, { nullable: true, description: 'When the review of its group began.' })
  startedOn?: string | null;
  @Field(() => [CountryCode], { nullable: true, description: 'Replaces them all.' })
  reviewingStates?: string[] | null;
  @Field(() => String, { nullable: true, description: 'An office, never a person; an empty text removes it.' })
  governmentFocalPointOffice?: string | null;
  @Field(() => DateOnly, { nullable: true, description: 'You looked: the stage is still what is recorded.' })
  checkedOn?: string | null;
}

@InputType({
  description: 'Stages are passed in their order. To lead one back, say that it is a correction, with an address.',
})
export class SetReviewStageInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: inTheNameOf })
  networkId!: string;
  @Field(() => ID, { description: 'The review.' })
  id!: string;
  @Field(() => Int, { description: 'Refuses the change if the review has moved on.' })
  expectedVersion!: number;
  @Field(() => ReviewStageEnum, { description: 'Where it stands now.' })
  stage!: ReviewStage;
  @Field(() => PartialDate, { nullable: true, description: 'Since when, as precisely as the source says.' })
  since?: string | null;
  @Field(() => SourceInput, { description: 'What it is taken from.' })
  source!: SourceInput;
  @Field(() => Boolean, { defaultValue: false, description: 'What was recorded before was wrong.' })
  correction?: boolean;
}

@InputType({
  description: 'One line of the input kit: found by review, network and article. What is left out stays as it is.',
})
export class UpsertReviewInputInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The network whose kit it is.' })
  networkId!: string;
  @Field(() => ID, { description: 'The review it is for.' })
  reviewId!: string;
  @Field(() => String, { description: "One of the cluster's, as in `UNTOC:5`." })
  article!: string;
  @Field(() => Int, { nullable: true, description: 'Of a line that is there already: its version.' })
  expectedVersion?: number | null;
  @Field(() => ReviewInputStatusEnum, { nullable: true, description: 'COLLECTING, if a new line says nothing else.' })
  status?: ReviewInputStatus | null;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description:
      'At most 10,000 characters in each language; the first ever is the language of record. Languages that are left out stay; an empty list removes all.',
  })
  text?: LocalizedInput[] | null;
  @Field(() => ID, { nullable: true, description: 'The organisation that sees to it.' })
  organisationId?: string | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description: 'NETWORK, unless it is given. Never GROUP or SEAT_ONLY.',
  })
  visibility?: Visibility | null;
}

@InputType({ description: 'A last day for something.' })
export class ReviewDeadlineInput {
  @Field(() => DeadlineKindEnum, { description: 'Not ENGAGEMENT.' })
  kind!: DeadlineKind;
  @Field(() => DateOnly, { description: 'The last day.' })
  dueOn!: string;
  @Field(() => String, { nullable: true, description: "IANA name; the event's, if left out." })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: 'http or https.' })
  sourceUrl?: string | null;
}

@InputType({ description: 'Without an id: a new event. With one: all of it is replaced.' })
export class UpsertReviewEventInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: inTheNameOf })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'The event to replace.' })
  id?: string | null;
  @Field(() => Int, { nullable: true, description: 'With an id: its version.' })
  expectedVersion?: number | null;
  @Field(() => ReviewEventKindEnum, { description: 'What sort of event.' })
  kind!: ReviewEventKind;
  @Field(() => [ReviewTopicEnum], { nullable: true, description: 'What it is about.' })
  topics?: ReviewTopic[] | null;
  @Field(() => ReviewEventStatusEnum, { description: 'Whether it is expected, announced, held or off.' })
  status!: ReviewEventStatus;
  @Field(() => [LocalizedInput], { description: 'At most 300 characters in each language.' })
  title!: LocalizedInput[];
  @Field(() => PartialDate, { description: 'As precise as the source gives it.' })
  startsOn!: string;
  @Field(() => PartialDate, { nullable: true, description: 'Its last day, where that is another one.' })
  endsOn?: string | null;
  @Field(() => String, { defaultValue: 'Europe/Vienna', description: 'IANA name.' })
  timeZone?: string;
  @Field(() => String, { nullable: true, description: 'Hours at that place; at most 100 characters.' })
  hours?: string | null;
  @Field(() => AttendanceModeEnum, { nullable: true, description: 'How one may take part.' })
  mode?: AttendanceMode | null;
  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  place?: string | null;
  @Field(() => [LocaleTag], { nullable: true, description: 'Languages it is held in; at most 20.' })
  languages?: string[] | null;
  @Field(() => String, { nullable: true, description: 'In the words of the source; at most 300 characters.' })
  participantsStated?: string | null;
  @Field(() => [ReviewDeadlineInput], { nullable: true, description: 'At most 20.' })
  deadlines?: ReviewDeadlineInput[] | null;
  @Field(() => SourceInput, { description: 'With an address, unless it is only EXPECTED.' })
  source!: SourceInput;
}
