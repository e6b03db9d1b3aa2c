import { Field, ID, InputType } from 'type-graphql';
import { CountryCode, DateOnly } from '../../../kit/scalars.ts';
import { LocalizedInput } from '../../../kit/types.ts';

@InputType({ description: 'With `id`: changes the fields given. Without: adds an activity to the outcome.' })
export class UpsertActivityInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  outcomeId!: string;
  @Field(() => ID, { nullable: true })
  id!: string | null;
  @Field(() => String, { nullable: true })
  code!: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  title!: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true })
  description!: LocalizedInput[] | null;
  @Field(() => ID, { nullable: true })
  responsibleId!: string | null;
  @Field(() => [CountryCode], { nullable: true })
  countries!: string[] | null;
  @Field(() => DateOnly, { nullable: true })
  startsOn!: string | null;
  @Field(() => DateOnly, { nullable: true })
  endsOn!: string | null;
  @Field(() => [String], { nullable: true })
  instrumentArticles!: string[] | null;
  @Field(() => ID, { nullable: true, description: 'The activity to stand right after; absent: last.' })
  after!: string | null;
}
