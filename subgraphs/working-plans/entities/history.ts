import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Cursor, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, PageInfo } from '../../../kit/types.ts';
import { Seat } from './stubs.ts';

export const planActions = ['CREATE', 'EDIT', 'MOVE', 'DELETE', 'RESTORE'] as const;
export type PlanAction = (typeof planActions)[number];
export const PlanActionEnum = defineEnum('PlanAction', planActions, 'DELETE hides a node, RESTORE shows it again.');

@ObjectType({ description: 'What was done to one field, or to a node as a whole.' })
export class PlanTouch {
  @Field(() => ID, { description: "The node; the plan's own id for its title, preamble and period." })
  nodeId!: string;
  @Field(() => PlanActionEnum)
  action!: PlanAction;
  @Field(() => String, { nullable: true })
  field!: string | null;
  @Field(() => LocaleTag, { nullable: true })
  locale!: string | null;
}

@ObjectType({ description: 'What one seat did without a pause of five minutes, and without another coming between.' })
export class PlanHistoryEntry {
  @Field(() => Seat, { nullable: true, description: 'Null for what the server wrote.' })
  seat!: Seat | null;
  @Field(() => String, { description: 'The installation that accepted it.' })
  region!: string;
  @Field(() => DateTime)
  startedAt!: Date;
  @Field(() => DateTime)
  endedAt!: Date;
  @Field(() => Int, { description: 'Edits of the log; one may hold many keystrokes.' })
  edits!: number;
  @Field(() => [PlanTouch], { description: 'Each once, at most 100.' })
  @Directive('@listSize(assumedSize: 5)')
  touched!: PlanTouch[];
}

@ObjectType()
export class PlanHistoryEdge {
  @Field(() => PlanHistoryEntry)
  node!: PlanHistoryEntry;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class PlanHistoryConnection {
  @Field(() => [PlanHistoryEdge])
  edges!: PlanHistoryEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'A stretch of a text that one seat has written.' })
export class AuthoredText {
  @Field(() => String)
  text!: string;
  @Field(() => Seat, { nullable: true, description: 'Null for shipped text and what the server wrote.' })
  seat!: Seat | null;
}

@ObjectType()
export class DeletedText {
  @Field(() => String)
  field!: string;
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String)
  text!: string;
}

@ObjectType({
  description: 'A node that was deleted: hidden with all below it, and kept. Restore it with restorePlanNode.',
})
export class DeletedNode {
  @Field(() => ID)
  nodeId!: string;
  @Field(() => String)
  kind!: string;
  @Field(() => String)
  code!: string;
  @Field(() => Seat, { nullable: true })
  deletedBy!: Seat | null;
  @Field(() => DateTime)
  deletedAt!: Date;
  @Field(() => Boolean, {
    description: 'Somebody wrote into it, or below it, after it was deleted: they may not have known.',
  })
  writtenAfter!: boolean;
  @Field(() => [DeletedText], { description: 'Its own texts, where there are any.' })
  @Directive('@listSize(assumedSize: 5)')
  texts!: DeletedText[];
}

@ObjectType({ description: 'One difference between two moments of a plan.' })
export class PlanChange {
  @Field(() => ID)
  nodeId!: string;
  @Field(() => String)
  kind!: string;
  @Field(() => PlanActionEnum, { description: 'CREATE: only in the later one. DELETE: only in the earlier one.' })
  action!: PlanAction;
  @Field(() => String, {
    nullable: true,
    description: 'For EDIT; `order` when what is below the node stands in another order.',
  })
  field!: string | null;
  @Field(() => LocaleTag, { nullable: true })
  locale!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Text as it is, other values as JSON; of a MOVE the node it stood below.',
  })
  before!: string | null;
  @Field(() => String, { nullable: true })
  after!: string | null;
}

@ObjectType()
export class PlanDiff {
  @Field(() => ID)
  planId!: string;
  @Field(() => Int)
  from!: number;
  @Field(() => Int, { nullable: true, description: 'Null: the plan as it is now.' })
  to!: number | null;
  @Field(() => [PlanChange], { description: 'In the order of the later one, what is gone at the end; at most 5,000.' })
  @Directive('@listSize(assumedSize: 50)')
  changes!: PlanChange[];
}
