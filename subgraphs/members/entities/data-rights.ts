import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../../kit/scalars.ts';
import { MutationProblem } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

@ObjectType({
  description:
    'What the platform has of the person, and what the person wrote, as a JSON file. It is made by a job and kept for two days.',
})
export class DataExport {
  @Field(() => ID)
  id!: string;
  @Field(() => DateTime)
  requestedAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'Null while it is being made: some seconds.' })
  readyAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When the file is deleted.' })
  expiresAt!: Date | null;
  @Field(() => Int, { nullable: true, description: 'Its size in bytes.' })
  size!: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'Path at the gateway, to be fetched with the bearer token of the same person. Null until it is ready.',
  })
  url!: string | null;
}

@ObjectType({
  description:
    "The erasure of the person: name, account, contacts, sessions and settings go; the seats become vacant and keep their aliases, and what was said in them stays the seats'. It cannot be undone.",
})
export class Erasure {
  @Field(() => ID)
  id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'To be sent back as `confirm` before confirmBefore; null once it was, or is too late.',
  })
  confirmationCode!: string | null;
  @Field(() => DateTime)
  confirmBefore!: Date;
  @Field(() => DateTime, { nullable: true, description: 'From then on nobody can sign in as the person.' })
  confirmedAt!: Date | null;
}

@ObjectType()
export class DataExportPayload {
  @Field(() => DataExport, { nullable: true })
  dataExport!: DataExport | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}

@ObjectType()
export class ErasurePayload {
  @Field(() => Erasure, { nullable: true })
  erasure!: Erasure | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
