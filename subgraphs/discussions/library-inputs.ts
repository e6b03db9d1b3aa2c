import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { CountryCode, DateOnly, LocaleTag } from '../../kit/scalars.ts';
import { type ThematicArea, ThematicAreaEnum, VisibilityEnum } from '../../kit/types.ts';
import {
  type KnowledgeKind,
  KnowledgeKindEnum,
  type ReadingVerdict,
  ReadingVerdictEnum,
} from './entities/knowledge.ts';
import { WebLinkInput } from './meeting-inputs.ts';

@InputType()
export class KnowledgeTextInput {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String, { description: 'At most 300 characters.' })
  title!: string;
  @Field(() => String, { description: 'At most 2,000 characters.' })
  summary!: string;
  @Field(() => String, { nullable: true, description: 'Plain text, at most 50,000 characters.' })
  body?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a machine translated it and nobody has read it.' })
  machine!: boolean;
}

/** What an item says of itself besides its text. */
@InputType()
class KnowledgeFactsInput {
  @Field(() => [String], { nullable: true, description: 'At most 20, of at most 50 characters; kept in lower case.' })
  tags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'UNTOC:31, TIP:9, SOM:15, FP:14; at most 20.' })
  articles?: string[] | null;
  @Field(() => [ThematicAreaEnum], { nullable: true })
  thematicAreas?: ThematicArea[] | null;
  @Field(() => [CountryCode], { nullable: true, description: 'Where it was done; at most 60.' })
  countries?: string[] | null;
  @Field(() => [WebLinkInput], { nullable: true, description: 'At most 20.' })
  links?: WebLinkInput[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Activities of working plans that it comes from or serves; at most 50.',
  })
  activityIds?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether readers are told whose it is; true.' })
  named?: boolean | null;
  @Field(() => DateOnly, { nullable: true, description: 'When somebody should look whether it still holds.' })
  reviewOn?: string | null;
}

@InputType()
export class AddKnowledgeInput extends KnowledgeFactsInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same item.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => ID, { nullable: true, description: 'For GROUP visibility.' })
  bodyId?: string | null;
  @Field(() => KnowledgeKindEnum)
  kind!: KnowledgeKind;
  @Field(() => VisibilityEnum, { defaultValue: 'NETWORK', description: 'Once it is published.' })
  visibility!: Visibility;
  @Field(() => LocaleTag, { description: 'The language of record: one of those of `texts`.' })
  originalLocale!: string;
  @Field(() => [KnowledgeTextInput], { description: 'At most 10 languages.' })
  texts!: KnowledgeTextInput[];
}

@InputType()
export class EditKnowledgeInput extends KnowledgeFactsInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  knowledgeItemId!: string;
  @Field(() => Int, { description: '`KnowledgeItem.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => [KnowledgeTextInput], {
    nullable: true,
    description:
      'The languages that you write. A changed original leaves every translation that is not given with it STALE.',
  })
  texts?: KnowledgeTextInput[] | null;
  @Field(() => VisibilityEnum, { nullable: true, description: 'Of one that is not published.' })
  visibility?: Visibility | null;
}

@InputType()
export class KnowledgeStepInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  knowledgeItemId!: string;
  @Field(() => Int, { description: '`KnowledgeItem.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType()
export class ReviewKnowledgeInput extends KnowledgeStepInput {
  @Field(() => DateOnly, { nullable: true, description: 'When to look again.' })
  reviewOn?: string | null;
}

@InputType()
export class GiveReadingInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  knowledgeItemId!: string;
  @Field(() => Int, {
    description: '`KnowledgeItem.sourceRevision` as you read it: refused when the text has changed.',
  })
  sourceRevision!: number;
  @Field(() => ReadingVerdictEnum)
  verdict!: ReadingVerdict;
  @Field(() => String, { nullable: true, description: 'Needed for SUGGESTS_CHANGES. At most 5,000 characters.' })
  note?: string | null;
}

@InputType()
export class RecordReuseInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  knowledgeItemId!: string;
  @Field(() => ID, { description: 'The network in which your organisation put it to use.' })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'The activity in which it did.' })
  activityId?: string | null;
  @Field(() => String, { nullable: true, description: 'What you made of it. At most 2,000 characters.' })
  note?: string | null;
}

@InputType()
export class WithdrawReuseInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  knowledgeItemId!: string;
}

@InputType({ description: 'What is left out leaves all in.' })
export class KnowledgeFilter {
  @Field(() => KnowledgeKindEnum, { nullable: true })
  kind?: KnowledgeKind | null;
  @Field(() => String, { nullable: true })
  tag?: string | null;
  @Field(() => String, { nullable: true, description: 'UNTOC:31' })
  article?: string | null;
  @Field(() => ThematicAreaEnum, { nullable: true })
  thematicArea?: ThematicArea | null;
  @Field(() => CountryCode, { nullable: true })
  country?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'true: those whose `reviewOn` has come.' })
  needsReview?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description: 'Words, as typed into a search box; found in any language, at most 200 characters.',
  })
  text?: string | null;
}

@InputType()
export class RedactRecordInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => String, {
    description: 'Meeting (with its minutes), Statement, KnowledgeItem or Decision (with its reasons).',
  })
  typename!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => String, {
    description: 'What is to go, in every text and language of it, whatever its case: 2 to 200 characters.',
  })
  words!: string;
  @Field(() => String, { description: 'For the audit log, without the words themselves. At most 300 characters.' })
  reason!: string;
}
