import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { Base64, Cursor, DateTime, Json } from '../../../kit/scalars.ts';
import { type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
import { type ExpertGroups, type PlanStatus, PlanStatusEnum } from '../entities/plan.ts';

@ObjectType({ description: 'What of a plan is not in its document, for another installation that keeps it too.' })
export class ReplicatedPlan {
  @Field(() => ID)
  id!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => PlanStatusEnum)
  status!: PlanStatus;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
  @Field(() => String)
  sourceLocale!: string;
  @Field(() => Json)
  expertGroups!: ExpertGroups;
  @Field(() => Json, { description: 'Objective node key -> networks that own it; absent: all of the plan’s.' })
  objectiveNetworks!: Record<string, string[]>;
  @Field(() => Int)
  epoch!: number;
  @Field(() => Int)
  version!: number;
  @Field(() => Int, { description: 'The number of its last edit in this installation’s log.' })
  sequence!: number;
  @Field(() => String, {
    description: 'Of the states of its nodes: where it differs, `replicatedStates` are to be read.',
  })
  stateHash!: string;
  @Field(() => String, { description: 'The region that decides its status, version, owners and epoch.' })
  homeRegion!: string;
  @Field(() => ID, { nullable: true })
  amends!: string | null;
  @Field(() => ProvenanceEnum)
  provenance!: Provenance;
  @Field(() => String, { nullable: true })
  sourceUrl!: string | null;
  @Field(() => ID, { nullable: true })
  createdBy!: string | null;
  @Field(() => DateTime)
  createdAt!: Date;
  @Field(() => Cursor, { description: 'Before the first edit of its epoch: `planEdits` after this gives them all.' })
  start!: string;
}

@ObjectType()
export class ReplicatedPlans {
  @Field(() => String, { description: 'This installation.' })
  region!: string;
  @Field(() => Int)
  regionNumber!: number;
  @Field(() => [ReplicatedPlan], { description: 'Those of the key’s networks.' })
  @Directive('@listSize(assumedSize: 200)')
  plans!: ReplicatedPlan[];
}

@ObjectType()
export class ReplicatedClient {
  @Field(() => Int)
  clientId!: number;
  @Field(() => ID, { nullable: true, description: 'Null: the server itself.' })
  seatId!: string | null;
  @Field(() => Int)
  nextClock!: number;
}

@ObjectType({ description: 'What was taken out of a plan, so that copies of it are rid of it elsewhere too.' })
export class ReplicatedRedaction {
  @Field(() => Int, { description: 'The epoch that began with it.' })
  epoch!: number;
  @Field(() => ID)
  seatId!: string;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String)
  reason!: string;
  @Field(() => [String], { description: 'Node key, field and perhaps locale, with spaces between.' })
  places!: string[];
}

@ObjectType({ description: 'A plan’s document with what its log no longer tells. All fields are of one moment.' })
export class ReplicatedDocument {
  @Field(() => Base64, { description: 'Yjs, V2.' })
  update!: string;
  @Field(() => Cursor)
  cursor!: string;
  @Field(() => Int)
  epoch!: number;
  @Field(() => Int)
  sequence!: number;
  @Field(() => [ReplicatedClient])
  @Directive('@listSize(assumedSize: 1000)')
  clients!: ReplicatedClient[];
  @Field(() => [ReplicatedRedaction], { description: 'All there were, oldest first.' })
  @Directive('@listSize(assumedSize: 10)')
  redactions!: ReplicatedRedaction[];
}

@ObjectType({ description: 'Another region that keeps this plan too.' })
export class PlanReplica {
  @Field(() => String)
  region!: string;
  @Field(() => Boolean, { description: 'False: the link is cut, or refused. Both regions go on, and meet again.' })
  connected!: boolean;
  @Field(() => DateTime, { nullable: true, description: 'When anything was last heard of it; null: never yet.' })
  lastHeardAt!: Date | null;
  @Field(() => Int, { description: 'Edits from there that wait here for others which they build on.' })
  waiting!: number;
}
