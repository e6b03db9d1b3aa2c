import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { type AuditAction, auditActions } from '../../../kit/audit/append.ts';
import type { StoredEntry } from '../../../kit/audit/hash.ts';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, MutationProblem, PageInfo } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

export const AuditActionEnum = defineEnum(
  'AuditAction',
  auditActions,
  'What was done. More may come: treat one that you do not know as an act that you cannot describe.',
);

@ObjectType({
  description:
    "One act in a network's audit log. Entries are chained by their hashes: whoever keeps one can tell later whether the log before it was altered.",
})
export class AuditEntry {
  @Field(() => ID)
  id!: string;
  @Field(() => Int, { description: "Its place in the network's chain, from 1 on, without holes." })
  position!: number;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String, {
    description:
      'SEAT, PERSON (an operator, or someone without a seat), or SYSTEM (a job, a command line, the records that ship).',
  })
  actorKind!: string;
  @Field(() => AuditActionEnum)
  action!: AuditAction;
  @Field(() => String, { description: 'GraphQL type of what it was done to, e.g. Seat.' })
  targetType!: string;
  @Field(() => ID)
  targetId!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What the target alone does not say, in machine words: a role, two states, a hash.',
  })
  detail!: string | null;
  @Field(() => String, { description: 'SHA-256 in hex of the entry before it; 64 zeros in the first.' })
  previousHash!: string;
  @Field(() => String, { description: 'SHA-256 in hex of this entry and, by previousHash, of all before it.' })
  hash!: string;

  stored!: StoredEntry;
}

@ObjectType({
  description: 'Where a chain stands. Kept elsewhere, it shows later whether the chain was altered or cut off.',
})
export class AuditHead {
  @Field(() => Int)
  position!: number;
  @Field(() => String)
  hash!: string;
}

@InputType({ description: "A place in a network's chain." })
export class AuditPlaceInput {
  @Field(() => ID)
  networkId!: string;
  @Field(() => Int)
  position!: number;
}

@ObjectType()
export class AuditMark {
  @Field(() => ID)
  networkId!: string;
  @Field(() => Int)
  position!: number;
  @Field(() => String, { nullable: true, description: 'Null: no entry stands there.' })
  hash!: string | null;
}

@ObjectType({ description: 'For another installation, which notices by it when a log was rewritten.' })
export class AuditHeads {
  @Field(() => [AuditMark], { description: 'Where the chain of each network of the key stands.' })
  @Directive('@listSize(assumedSize: 10)')
  heads!: AuditMark[];
  @Field(() => [AuditMark], { description: 'What stands at the places that were asked for, of networks of the key.' })
  @Directive('@listSize(assumedSize: 10)')
  known!: AuditMark[];
}

@ObjectType()
export class AuditEdge {
  @Field(() => AuditEntry)
  node!: AuditEntry;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class AuditConnection {
  @Field(() => [AuditEdge])
  edges!: AuditEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
  @Field(() => AuditHead, {
    nullable: true,
    description: 'Null where nothing has been written, or nothing is to be read.',
  })
  head!: AuditHead | null;
}

@ObjectType()
export class AskPayload {
  @Field(() => ID, { nullable: true, description: 'Of the network that was asked for; null if there are problems.' })
  networkId!: string | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}

@ObjectType()
export class AuditPayload {
  @Field(() => AuditEntry, { nullable: true })
  entry!: AuditEntry | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
