import { Field, ID, InputType, Int } from 'type-graphql';
import { type DigestFrequency, DigestFrequencyEnum } from './entities/notifications.ts';

@InputType()
export class RevokeSessionsInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => [ID], { nullable: true, description: "Ids of the person's own sessions." })
  sessionIds?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Every session of the person, this one too, and every token issued until now, also one never used here.',
  })
  all?: boolean | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class SetNotificationsInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => Int, { description: 'The version that was read; ConflictError if it is no longer the current one.' })
  expectedVersion!: number;
  @Field(() => DigestFrequencyEnum, { nullable: true })
  digest?: DigestFrequency | null;
  @Field(() => Int, { nullable: true, description: '0 to 23.' })
  digestHourLocal?: number | null;
  @Field(() => String, { nullable: true, description: 'IANA name, e.g. America/Bogota.' })
  timeZone?: string | null;
  @Field(() => Boolean, { nullable: true })
  includeContent?: boolean | null;
  @Field(() => Boolean, { nullable: true })
  mentionsImmediate?: boolean | null;
}

@InputType()
export class RequestDataExportInput {
  @Field(() => ID)
  clientMutationId!: string;
}

@InputType()
export class RequestErasureInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'Absent: asks, and is given a confirmation code. With that code, within 15 minutes: does it, for good.',
  })
  confirm?: string | null;
}

@InputType()
export class EraseAuditReasonInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => ID)
  entryId!: string;
}

@InputType()
export class OpenBreakGlassInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => String, {
    description: 'What has happened and what is looked for, 20 to 1,000 characters: the network reads it.',
  })
  reason!: string;
  @Field(() => Int, { nullable: true, defaultValue: 60, description: '5 to 240.' })
  minutes?: number | null;
}

@InputType()
export class CloseBreakGlassInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  breakGlassId!: string;
}

@InputType()
export class MarkNoticesReadInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => [ID], { nullable: true, description: 'At most 100.' })
  noticeIds?: string[] | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'All that there are.' })
  all?: boolean | null;
}

@InputType()
export class SetMailAddressInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Null: nothing is mailed any more, and the address is forgotten.',
  })
  address?: string | null;
}

@InputType()
export class ConfirmMailAddressInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => String, { description: 'As it was mailed; it is taken for an hour, five tries.' })
  code!: string;
}

@InputType()
export class AskToRedactInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID, { description: 'One that the record is of.' })
  networkId!: string;
  @Field(() => String, {
    description: 'Post, Thread, Meeting, Statement, KnowledgeItem, Decision or WorkingPlan.',
  })
  typename!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => String, {
    description: 'Kept in the audit log, for the safety officers of the network; without the words that are to go.',
  })
  reason!: string;
}
