import { Field, ID, InputType, Int } from 'type-graphql';
import type { Role, Visibility } from '../../kit/context.ts';
import { CountryCode, LocaleTag, PartialDate } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import {
  type MembershipStatus,
  MembershipStatusEnum,
  type SponsorAnswer,
  SponsorAnswerEnum,
} from './entities/membership.ts';
import {
  type ProfileField,
  ProfileFieldEnum,
  type StakeholderType,
  StakeholderTypeEnum,
} from './entities/organisation.ts';
import { type DisplayMode, DisplayModeEnum, RoleEnum } from './entities/seat.ts';

@InputType()
export class ApplyInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => ID, {
    nullable: true,
    description: "One's own organisation, which is here already: its record stays as it is. Absent: one is recorded.",
  })
  organisationId?: string | null;
  @Field(() => String, { nullable: true, description: 'Needed for an organisation that is not here yet.' })
  organisationName?: string | null;
  @Field(() => StakeholderTypeEnum, { nullable: true, description: 'As organisationName.' })
  stakeholderType?: StakeholderType | null;
  @Field(() => CountryCode, { nullable: true, description: 'As organisationName.' })
  country?: string | null;
  @Field(() => String, { description: 'Why, in at most 4,000 characters.' })
  motivation!: string;
  @Field(() => [String], { nullable: true, description: 'At most 20.' })
  thematicTags?: string[] | null;
  @Field(() => [LocaleTag], { nullable: true, description: 'At most 20.' })
  languages?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'An ACTIVE member of the same network.' })
  sponsorOrganisationId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'ACTIVE members of the network that are asked to vouch for the applicant: two must confirm. At most 5.',
  })
  sponsorOrganisationIds?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'What you are called; needed of who does something here for the first time.',
  })
  yourName?: string | null;
}

@InputType()
export class InviteInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => String)
  organisationName!: string;
  @Field(() => StakeholderTypeEnum)
  stakeholderType!: StakeholderType;
  @Field(() => CountryCode)
  country!: string;
  @Field(() => [LocaleTag], { nullable: true })
  languages?: string[] | null;
  @Field(() => [String], { nullable: true })
  thematicTags?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The subject that the sign-in issuer knows the invited person by, who may then sign in and accept.',
  })
  subject?: string | null;
  @Field(() => String, { nullable: true, description: 'For those who handle the application.' })
  note?: string | null;
}

@InputType()
export class AcceptInvitationInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => String)
  motivation!: string;
  @Field(() => [ID], { nullable: true, description: 'As in ApplyInput.' })
  sponsorOrganisationIds?: string[] | null;
  @Field(() => String, { nullable: true, description: 'As in ApplyInput.' })
  yourName?: string | null;
}

@InputType()
export class AnswerReviewInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => String, { description: 'The answer, in at most 4,000 characters.' })
  text!: string;
  @Field(() => String, { nullable: true, description: 'The motivation, put better; absent, it stays.' })
  motivation?: string | null;
}

@InputType()
export class AppealInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => String, { description: 'Why the application should be looked at again.' })
  text!: string;
}

@InputType()
export class AskSponsorsInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => [ID])
  organisationIds!: string[];
}

@InputType()
export class AnswerSponsorshipInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => SponsorAnswerEnum)
  answer!: SponsorAnswer;
  @Field(() => String, { nullable: true })
  note?: string | null;
}

@InputType()
export class CheckApplicantInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => String, { nullable: true, description: 'What was looked at; for those who handle the application.' })
  note?: string | null;
}

@InputType()
export class ReviewApplicationInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => MembershipStatusEnum)
  to!: MembershipStatus;
  @Field(() => String, {
    nullable: true,
    description:
      'The question, of MORE_INFO; the reason, of a decline by the safety officer. The applicant reads both.',
  })
  note?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      "A decision that the network has concluded on the application's contentHash: ADOPTED to admit, NOT_ADOPTED to decline. Needed where there is a Steering Committee. To end a suspended membership, one that was ADOPTED is always needed.",
  })
  decisionId?: string | null;
  @Field(() => Int, { nullable: true, description: "The membership's version that was looked at." })
  expectedVersion?: number | null;
}

@InputType()
export class FieldVisibilityInput {
  @Field(() => ProfileFieldEnum)
  field!: ProfileField;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
}

@InputType({ description: 'What is left out stays as it is; an empty text or list removes what is there.' })
export class UpdateOrganisationInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Int)
  expectedVersion!: number;
  @Field(() => String, { nullable: true })
  name?: string | null;
  @Field(() => StakeholderTypeEnum, { nullable: true })
  stakeholderType?: StakeholderType | null;
  @Field(() => CountryCode, { nullable: true })
  country?: string | null;
  @Field(() => String, { nullable: true })
  shortName?: string | null;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description: 'Languages that are left out stay as they are, and are stale if the source text has changed.',
  })
  about?: LocalizedInput[] | null;
  @Field(() => LocaleTag, { nullable: true, description: 'The language of record of `about`.' })
  aboutSource?: string | null;
  @Field(() => String, { nullable: true, description: 'http or https.' })
  website?: string | null;
  @Field(() => String, { nullable: true, description: 'The mailbox of a role; no personal address.' })
  contactMailbox?: string | null;
  @Field(() => [LocaleTag], { nullable: true, description: 'At most 20.' })
  languages?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'At most 20 words or short phrases.' })
  thematicTags?: string[] | null;
  @Field(() => [FieldVisibilityInput], { nullable: true, description: 'Fields that are left out stay as they are.' })
  fieldVisibility?: FieldVisibilityInput[] | null;
}

@InputType()
export class CreateSeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  organisationId!: string;
  @Field(() => String, { description: 'What the seat is called within the organisation; no name of a person.' })
  alias!: string;
  @Field(() => DisplayModeEnum, { nullable: true, description: 'SEAT_ALIAS where absent.' })
  displayMode?: DisplayMode | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateSeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
  @Field(() => Int)
  expectedVersion!: number;
  @Field(() => String, { nullable: true })
  alias?: string | null;
  @Field(() => DisplayModeEnum, { nullable: true })
  displayMode?: DisplayMode | null;
  @Field(() => LocaleTag, { nullable: true })
  preferredLocale?: string | null;
  @Field(() => String, { nullable: true, description: 'IANA, as in Africa/Kampala.' })
  timeZone?: string | null;
  @Field(() => [String], { nullable: true, description: 'What may be asked here; at most 20 words or short phrases.' })
  expertise?: string[] | null;
  @Field(() => VisibilityEnum, { nullable: true })
  expertiseVisibility?: Visibility | null;
}

@InputType()
export class SeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
}

@InputType()
export class OfferSeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
  @Field(() => String, {
    description:
      'The subject that the sign-in issuer knows the person by, who may then sign in and accept. For 30 days.',
  })
  subject!: string;
}

@InputType()
export class AnswerOfferInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  offerId!: string;
  @Field(() => Boolean)
  accept!: boolean;
  @Field(() => String, { nullable: true, description: 'As in ApplyInput.' })
  yourName?: string | null;
}

@InputType()
export class FreezeSeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
  @Field(() => String, { description: 'Kept in the audit log.' })
  reason!: string;
}

@InputType()
export class AskToFreezeSeatInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'True: that the seat be given its rights back.' })
  lift?: boolean;
  @Field(() => String, { description: 'Kept in the audit log, for the safety officers of the network.' })
  reason!: string;
}

@InputType()
export class TriggerSafetyLockInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID, { description: 'Its organisation is hidden.' })
  seatId!: string;
  @Field(() => Boolean, { nullable: true, description: 'The seat is stopped too: its sessions end, it has no rights.' })
  freezeSeat?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Kept in the audit log.' })
  reason?: string | null;
}

@InputType()
export class AssignRoleInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  seatId!: string;
  @Field(() => RoleEnum)
  role!: Role;
  @Field(() => ID)
  networkId!: string;
  @Field(() => ID, { nullable: true })
  bodyId?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'Absent: from now on.' })
  startsOn?: string | null;
  @Field(() => PartialDate, {
    nullable: true,
    description: 'The last day, month or year, included. Absent: until revoked.',
  })
  endsOn?: string | null;
  @Field(() => ID, { nullable: true })
  decisionId?: string | null;
}

@InputType()
export class RequestDirectoryExportInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => String, { description: 'What it is for; kept in the audit log.' })
  reason!: string;
}

@InputType()
export class ApproveDirectoryExportInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
}
