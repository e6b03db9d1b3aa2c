import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { Seat } from './stubs.ts';

@ObjectType({
  description: 'A tab in which somebody has the plan open, as the server knows it. Nothing of it is stored.',
})
export class PlanPresence {
  @Field(() => ID, {
    simple: true,
    description: 'Of this tab alone, made by the server of its seat and its `tab`: no other seat can have it.',
  })
  clientKey!: string;
  @Field(() => Seat, { simple: true, nullable: true, description: 'Whose tab, as the server has verified it.' })
  seat!: Seat | null;
  @Field(() => ID, { simple: true, nullable: true, description: 'Which node it is at; null: nowhere in particular.' })
  nodeId!: string | null;
  @Field(() => String, { simple: true, nullable: true })
  field!: string | null;
  @Field(() => String, { simple: true, nullable: true })
  locale!: string | null;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description:
      'Where a selection begins: a Yjs relative position in base64. It may name text that you have not got yet.',
  })
  anchor!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'Where it ends; null: where it begins.' })
  head!: string | null;
  @Field(() => Cursor, {
    simple: true,
    nullable: true,
    description:
      'The last edit that this tab has: equal positions are equal texts, so compare it with those of your own `planEdits`.',
  })
  at!: string | null;
  @Field(() => String, { simple: true, description: 'The installation that it is connected to.' })
  region!: string;
  @Field(() => DateTime, { simple: true })
  since!: Date;
}

@ObjectType({ description: 'Who has the plan open now, readers included; each message is the whole list.' })
export class PlanPeople {
  @Field(() => Int, { simple: true, description: 'How many tabs.' })
  totalCount!: number;
  @Directive('@listSize(assumedSize: 200)')
  @Field(() => [PlanPresence], {
    simple: true,
    description: 'At most 200 of them, the longest here first; your own too.',
  })
  people!: PlanPresence[];
}
