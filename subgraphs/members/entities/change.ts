import { Field, ID, ObjectType } from 'type-graphql';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import type { Membership } from './membership.ts';

@ObjectType({ description: 'A membership has taken a step: an application, an admission, a suspension, an end.' })
export class MembershipChange {
  @Field(() => Cursor, { description: 'Resumes after this change.' })
  cursor!: string;
  @Field(() => ID)
  membershipId!: string;
  @Field(() => DateTime, { nullable: true, description: 'Null where the source gives no day.' })
  at!: Date | null;
  /** As it stood when this was delivered; `membership` asks the policy. */
  now!: Membership | null;
}
