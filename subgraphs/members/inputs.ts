import { Field, ID, InputType } from 'type-graphql';
import type { Role } from '../../kit/context.ts';
import { CountryCode, LocaleTag, PartialDate } from '../../kit/scalars.ts';
import { type MembershipStatus, MembershipStatusEnum } from './entities/membership.ts';
import { type StakeholderType, StakeholderTypeEnum } from './entities/organisation.ts';
import { RoleEnum } from './entities/seat.ts';

@InputType()
export class ApplyInput {
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
  @Field(() => String)
  motivation!: string;
  @Field(() => [String])
  thematicTags!: string[];
  @Field(() => [LocaleTag])
  languages!: string[];
  @Field(() => ID, { nullable: true, description: 'An ACTIVE member of the same network.' })
  sponsorOrganisationId?: string | null;
}

@InputType()
export class ReviewApplicationInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => MembershipStatusEnum)
  to!: MembershipStatus;
  @Field(() => String, { nullable: true })
  note?: string | null;
  @Field(() => ID, { nullable: true })
  decisionId?: string | null;
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
