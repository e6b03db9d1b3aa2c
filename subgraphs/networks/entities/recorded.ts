import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, PrimaryColumn } from 'typeorm';
import { DateOnly } from '../../../kit/scalars.ts';
import { type Provenance, ProvenanceEnum } from '../../../kit/types.ts';

// What records of the Review Mechanism, of partners and of programmes have in common. No type of the graph.

@ObjectType()
export abstract class Recorded {
  @Field(() => ID, { description: 'Never changes.' })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => ProvenanceEnum, { description: 'Where the record comes from.' })
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => Int, { description: 'Goes up with each change: give it as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@ObjectType()
export abstract class Sourced extends Recorded {
  @Field(() => String, { nullable: true, description: 'The public page that says so.' })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;
}

@ObjectType()
export abstract class Checked extends Sourced {
  @Field(() => DateOnly, { nullable: true, description: 'When the source was last looked at.' })
  @Column('text', { name: 'checked_on', nullable: true })
  checkedOn!: string | null;
}
