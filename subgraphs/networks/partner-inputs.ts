import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { VisibilityEnum } from '../../kit/types.ts';
import { type PartnerStatus, PartnerStatusEnum } from './entities/partner.ts';

const once = 'Yours to choose: the same one sent again does nothing more. The key itself is told the first time only.';

@InputType()
export class IssuePartnerKeyInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID)
  partnerId!: string;
  @Field(() => String, { description: 'What the key is for, so that it can be told from others: 1 to 100 characters.' })
  label!: string;
  @Field(() => Int, { defaultValue: 365, description: 'How long it is good, 1 to 365.' })
  days?: number;
  @Field(() => [String], {
    nullable: true,
    description:
      'What it may do, of the scopes of its partner; left out, all of that. Without `updates:read` it reads no updates.',
  })
  scopes?: string[] | null;
}

@InputType()
export class RotatePartnerKeyInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => Int, { defaultValue: 7, description: 'How long the old keys go on, 0 to 30.' })
  overlapDays?: number;
}

@InputType()
export class RevokePartnerKeyInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Whose keys end.' })
  partnerId!: string;
  @Field(() => ID, { nullable: true, description: 'The one to end; left out, all of them.' })
  keyId?: string | null;
}

@InputType()
export class AdmitPartnerInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => String, { description: 'Whose systems they are: an organisation, never a person. 1 to 200 characters.' })
  name!: string;
  @Field(() => [ID], { description: 'What it reads: 1 to 20 networks.' })
  networkIds!: string[];
  @Field(() => VisibilityEnum, {
    defaultValue: 'PARTNERS',
    description: 'The most closed visibility that it reads: PARTNERS, or PUBLIC alone.',
  })
  maxVisibility?: Visibility;
}

@InputType()
export class SetPartnerStatusInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  partnerId!: string;
  @Field(() => PartnerStatusEnum, {
    description:
      'SUSPENDED: no key of it is good, and nothing is pushed, until it is ACTIVE again. REVOKED: for good, with all its keys.',
  })
  status!: PartnerStatus;
}
