import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { Base64, Cursor, DateTime, StateVector } from '../../../kit/scalars.ts';
import { Seat } from './stubs.ts';

@ObjectType({ description: 'A plan as its editors open it. All four fields are of one moment.' })
export class PlanDocument {
  @Field(() => Base64, { description: "The whole document, or what is missing since `since`, in Yjs's V2 encoding." })
  update!: string;
  @Field(() => Cursor, { description: 'Follow `planEdits` after this.' })
  cursor!: string;
  @Field(() => Int)
  epoch!: number;
  @Field(() => StateVector)
  stateVector!: string;
}

@ObjectType()
export class PlanSession {
  @Field(() => Int, {
    description:
      'Yjs client id for one tab, issued for this seat and plan and never again. Set `doc.clientID` after loading.',
  })
  clientId!: number;
  @Field(() => Int, { description: 'The clock of the next struct that the server takes of this id; 0 for a new one.' })
  nextClock!: number;
  @Field(() => Int)
  epoch!: number;
  @Field(() => Boolean, { description: 'Whether it is the id that was to be resumed.' })
  resumed!: boolean;
}

@InputType({ description: 'The client id that a tab had before, to go on with a document kept on the device.' })
export class ResumeInput {
  @Field(() => Int)
  clientId!: number;
  @Field(() => Int, { description: "The id's next clock after all that was acknowledged." })
  nextClock!: number;
  @Field(() => Int, {
    nullable: true,
    description:
      "The document's own next clock, with what is still to be pushed. Where an answer was lost, the server may stand anywhere between; absent: only at `nextClock`.",
  })
  outboxEnd?: number | null;
}

@ObjectType()
export class PlanEditsSaved {
  @Field(() => Cursor, { description: 'The edit is committed and stands here in the log.' })
  cursor!: string;
}

@ObjectType({ description: 'One edit of the log, in the order in which all readers get them; your own come back too.' })
export class PlanEdits {
  @Field(() => Cursor)
  cursor!: string;
  @Field(() => Base64, { description: "In Yjs's V1 encoding." })
  update!: string;
  @Field(() => Seat, { nullable: true, description: 'Whose edit; null for what the server wrote.' })
  seat!: Seat | null;
  @Field(() => String, { description: 'The installation that accepted it.' })
  region!: string;
  @Field(() => Int, { description: 'Its number in the log of that installation.' })
  originSequence!: number;
  @Field(() => DateTime)
  at!: Date;
}

@ObjectType({ description: 'A redaction started a new epoch: drop the local document and open the plan again.' })
export class PlanReset {
  @Field(() => Int)
  epoch!: number;
  @Field(() => String)
  reason!: string;
}

export const PlanEvent = createUnionType({ name: 'PlanEvent', types: () => [PlanEdits, PlanReset] as const });
