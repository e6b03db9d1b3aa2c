import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { VisibilityEnum } from '../../../kit/types.ts';

@ObjectType()
export class ContactChannel {
  @Field(() => String)
  kind!: string;
  @Field(() => String)
  value!: string;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
}

@ObjectType({
  description:
    'The person in a seat. Null to everyone but that person and the safety officer of a network that the seat belongs to.',
})
@Directive('@key(fields: "id")')
@Entity('person')
export class Person {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Field(() => String)
  @Column('text')
  name!: string;

  /** OIDC `sub`. */
  @Column('text')
  subject!: string;

  @Column('boolean', { name: 'platform_operator' })
  platformOperator!: boolean;

  @Column('jsonb', { name: 'contact_channels' })
  contactChannels!: ContactChannel[];

  /** Networks that any of the person's seats belongs to; filled by the loader. */
  homeNetworkIds!: string[];
}
