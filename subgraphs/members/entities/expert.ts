import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import { PageInfo } from '../../../kit/types.ts';
import { Organisation } from './organisation.ts';
import { Seat } from './seat.ts';

@ObjectType({ description: 'A member that knows about what was asked for.' })
export class Expert {
  @Field(() => Organisation)
  organisation!: Organisation;
  @Field(() => [Seat], { description: 'Seats whose own expertise fits, best first: mention them in a thread to ask.' })
  @Directive('@listSize(assumedSize: 3)')
  seats!: Seat[];
  @Field(() => [String], { description: 'The tags and expertise that fit, as they are written there.' })
  matched!: string[];
}

@ObjectType()
export class ExpertEdge {
  @Field(() => Expert)
  node!: Expert;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class ExpertConnection {
  @Field(() => [ExpertEdge])
  edges!: ExpertEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
  @Field(() => Int)
  totalCount!: number;
}
