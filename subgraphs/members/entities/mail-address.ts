import { Directive, Field, ObjectType } from 'type-graphql';
import { DateTime } from '../../../kit/scalars.ts';
import { MutationProblem } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

@ObjectType({
  description:
    'Where the person wants to be mailed. Nobody else sees it, and nothing but a code is mailed to it before it is confirmed.',
})
export class MailAddress {
  @Field(() => String, { nullable: true, description: 'Confirmed: notices are mailed here.' })
  address!: string | null;
  @Field(() => DateTime, { nullable: true })
  confirmedAt!: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Not confirmed yet: `confirmMailAddress` takes the code that was mailed to it.',
  })
  pending!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Until when the code is taken.' })
  confirmBefore!: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when no mail could be delivered to the address; it is tried again.',
  })
  failingSince!: Date | null;
}

@ObjectType()
export class MailAddressPayload {
  @Field(() => MailAddress, { nullable: true, description: 'Null when there is none any more.' })
  mailAddress!: MailAddress | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
