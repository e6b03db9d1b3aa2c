import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../../kit/scalars.ts';
import { MutationProblem } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

@ObjectType({
  description:
    "An export of a network's directory with contacts, as CSV: asked for by one person who leads the network, agreed to by another.",
})
@Entity('directory_export')
export class DirectoryExport {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => String, { description: 'What it is for, as who asked for it said.' })
  @Column('text')
  reason!: string;

  @Column('text', { name: 'requested_by_seat_id' })
  requestedBySeatId!: string;

  @Column('text', { name: 'requested_by_person_id' })
  requestedByPersonId!: string;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  @Column('text', { name: 'approved_by_seat_id', nullable: true })
  approvedBySeatId!: string | null;

  @Column('text', { name: 'approved_by_person_id', nullable: true })
  approvedByPersonId!: string | null;

  @Field(() => DateTime, { nullable: true })
  @Column('timestamptz', { name: 'approved_at', nullable: true })
  approvedAt!: Date | null;

  @Field(() => DateTime, {
    description: 'Seven days after it was asked for; once it is agreed to, 24 hours after that.',
  })
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

@ObjectType()
export class DirectoryExportPayload {
  @Field(() => DirectoryExport, { nullable: true })
  export!: DirectoryExport | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
