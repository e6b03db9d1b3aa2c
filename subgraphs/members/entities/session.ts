import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../../kit/scalars.ts';
import { MutationProblem } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

@ObjectType({ description: 'A sign-in of the person, on a device. Addresses and versions are not kept.' })
export class Session {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { description: 'What the client says it is, in a few words: "Firefox on Android".' })
  device!: string;
  @Field(() => DateTime)
  firstSeenAt!: Date;
  @Field(() => DateTime, { description: 'To the minute.' })
  lastSeenAt!: Date;
  @Field(() => DateTime, { description: 'When its newest token ends.' })
  expiresAt!: Date;
  @Field(() => Boolean, { description: 'True for the session that asks.' })
  current!: boolean;
}

@ObjectType()
export class SessionsPayload {
  @Field(() => Int, { nullable: true, description: 'How many of the sessions that were meant are ended now.' })
  revoked!: number | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
