import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { CountryCode, DateTime, LocaleTag } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import {
  type ExternalRole,
  ExternalRoleEnum,
  type MeetingKind,
  MeetingKindEnum,
  type Rsvp,
  RsvpEnum,
} from './entities/meeting.ts';

@InputType()
export class AgendaItemInput {
  @Field(() => ID, { nullable: true, description: 'Of an item that is there, to keep it; left out, it is a new one.' })
  id?: string | null;
  @Field(() => [LocalizedInput])
  title!: LocalizedInput[];
  @Field(() => Int, { nullable: true })
  minutesAllotted?: number | null;
  @Field(() => ID, { nullable: true, description: 'The seat that presents it.' })
  presenterSeatId?: string | null;
  @Field(() => ID, { nullable: true, description: 'A thread in which it is talked about, and that you may read.' })
  threadId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Within the meeting; for meetings of several days.' })
  startsAt?: Date | null;
}

@InputType()
export class ExternalParticipantInput {
  @Field(() => ExternalRoleEnum)
  role!: ExternalRole;
  @Field(() => [LocalizedInput], {
    description:
      'The office: “Office of the public prosecutor”. Not a person: no name, title or address. At most 200 characters.',
  })
  office!: LocalizedInput[];
  @Field(() => CountryCode, { nullable: true })
  country?: string | null;
}

@InputType()
export class WebLinkInput {
  @Field(() => String, { description: 'https or http.' })
  url!: string;
  @Field(() => [LocalizedInput])
  title!: LocalizedInput[];
  @Field(() => String, {
    nullable: true,
    description: 'What it shows, in words; needed of recordings. At most 2,000 characters.',
  })
  textAlternative?: string | null;
}

/** What may be left open in a draft and changed until the meeting opens. */
@InputType()
class MeetingDetailsInput {
  @Field(() => DateTime, { nullable: true })
  endsAt?: Date | null;
  @Field(() => String, { nullable: true })
  place?: string | null;
  @Field(() => String, { nullable: true })
  hostCity?: string | null;
  @Field(() => CountryCode, { nullable: true })
  hostCountry?: string | null;
  @Field(() => Boolean, { nullable: true })
  interpretation?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'How to take part from afar; for readers of its networks or its group alone. At most 2,000 characters.',
  })
  joinInfo?: string | null;
  @Field(() => [ID], { nullable: true, description: 'Organisations that hold it with you; at most 20.' })
  coOrganiserIds?: string[] | null;
  @Field(() => [ExternalParticipantInput], { nullable: true, description: 'At most 50.' })
  externalParticipants?: ExternalParticipantInput[] | null;
  @Field(() => [WebLinkInput], { nullable: true, description: 'Related events and sources; at most 20.' })
  links?: WebLinkInput[] | null;
}

@InputType()
export class ScheduleMeetingInput extends MeetingDetailsInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same meeting.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => ID, { nullable: true })
  bodyId?: string | null;
  @Field(() => MeetingKindEnum)
  kind!: MeetingKind;
  @Field(() => [LocalizedInput])
  title!: LocalizedInput[];
  @Field(() => DateTime)
  startsAt!: Date;
  @Field(() => String, { nullable: false, description: 'IANA name: Africa/Kampala.' })
  timeZone!: string | null;
  @Field(() => [LocaleTag])
  languages!: string[];
  @Field(() => VisibilityEnum, { defaultValue: 'NETWORK' })
  visibility!: Visibility;
  @Field(() => [AgendaItemInput], { nullable: true, description: 'At most 50.' })
  agenda?: AgendaItemInput[] | null;
}

@InputType()
export class DraftMeetingInput extends MeetingDetailsInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same meeting.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => ID, { nullable: true })
  bodyId?: string | null;
  @Field(() => MeetingKindEnum)
  kind!: MeetingKind;
  @Field(() => [LocalizedInput])
  title!: LocalizedInput[];
  @Field(() => DateTime, { nullable: true })
  startsAt?: Date | null;
  @Field(() => String, { nullable: true, description: 'IANA name: Africa/Kampala.' })
  timeZone?: string | null;
  @Field(() => [LocaleTag], { nullable: true })
  languages?: string[] | null;
  @Field(() => VisibilityEnum, { defaultValue: 'NETWORK', description: 'Once it is announced.' })
  visibility!: Visibility;
  @Field(() => [AgendaItemInput], { nullable: true, description: 'At most 50.' })
  agenda?: AgendaItemInput[] | null;
}

@InputType()
export class ChangeMeetingInput extends MeetingDetailsInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  meetingId!: string;
  @Field(() => Int, { description: '`Meeting.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => [LocalizedInput], { nullable: true, description: 'The whole title, in every language.' })
  title?: LocalizedInput[] | null;
  @Field(() => DateTime, { nullable: true })
  startsAt?: Date | null;
  @Field(() => String, { nullable: true })
  timeZone?: string | null;
  @Field(() => [LocaleTag], { nullable: true })
  languages?: string[] | null;
}

/** What every step of a meeting names: which one, and how it was when the step was chosen. */
@InputType()
export class MeetingStepInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  meetingId!: string;
  @Field(() => Int, { description: '`Meeting.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType()
export class ChangeAgendaInput extends MeetingStepInput {
  @Field(() => [AgendaItemInput], { description: 'The whole agenda, in order; at most 50.' })
  agenda!: AgendaItemInput[];
}

@InputType()
export class SetMeetingMaterialsInput extends MeetingStepInput {
  @Field(() => [ID], { description: 'Items of the library that you may read; at most 50.' })
  knowledgeItemIds!: string[];
  @Field(() => [WebLinkInput], {
    nullable: true,
    description: 'Recordings, related events; at most 20. Left out: as they are.',
  })
  links?: WebLinkInput[] | null;
}

@InputType()
export class CancelMeetingInput extends MeetingStepInput {
  @Field(() => String, {
    nullable: true,
    description: 'At most 1,000 characters; shown to all who may see the meeting.',
  })
  reason?: string | null;
}

@InputType()
export class AttendanceInput {
  @Field(() => ID, { nullable: true })
  organisationId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'In place of an organisation: “Participant 7”. At most 80 characters, and no address.',
  })
  alias?: string | null;
  @Field(() => RsvpEnum, {
    nullable: true,
    description: 'INVITED before the meeting opens, ATTENDED or ABSENT from then on; null takes the entry out.',
  })
  rsvp?: Rsvp | null;
}

@InputType()
export class RecordAttendanceInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  meetingId!: string;
  @Field(() => [AttendanceInput], { description: 'At most 300; those not named stay as they are.' })
  attendance!: AttendanceInput[];
}

@InputType()
export class WriteMinutesInput extends MeetingStepInput {
  @Field(() => [LocalizedInput], {
    description: 'The whole minutes in each language: plain text, at most 100,000 characters.',
  })
  text!: LocalizedInput[];
  @Field(() => LocaleTag, { description: 'The language of record: one of those of `text`.' })
  originalLocale!: string;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the text says who said what. Such minutes stay within the networks or the group.',
  })
  attributed!: boolean;
}

@InputType()
export class AdoptMinutesInput extends MeetingStepInput {
  @Field(() => String, { description: 'Of the newest minutes: they are refused when they have changed.' })
  contentHash!: string;
  @Field(() => [ID], {
    description: 'Adopted decisions on this meeting and this hash, which together are of all its networks.',
  })
  decisionIds!: string[];
}
