import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { DateOnly, LocaleTag } from '../../kit/scalars.ts';
import { VisibilityEnum } from '../../kit/types.ts';

const mutationId = 'Yours to choose: the same one sent again does nothing more.';

@InputType({ description: 'A new text, or a new edition of one that is in force.' })
export class DraftGuidelinesInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Whose guidelines they are to be.' })
  networkId!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The adopted edition that this one is to take the place of: what is left out is taken over from it.',
  })
  supersedes?: string | null;
  @Field(() => LocaleTag, { nullable: true, description: 'The language of record. Needed for a new text.' })
  recordLocale?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 200 characters. Needed for a new text.' })
  title?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Plain text, at most 60,000 characters; a line that begins with `#` is a heading. Needed for a new text.',
  })
  body?: string | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description:
      'Once adopted: PUBLIC, PARTNERS, ALL_NETWORKS or NETWORK. Left out: as the edition before, or ALL_NETWORKS.',
  })
  visibility?: Visibility | null;
  @Field(() => String, { nullable: true, description: 'Where the text was published, if it was.' })
  sourceUrl?: string | null;
}

/** What every change of guidelines names: which, and how they were when the change was chosen. */
@InputType()
class GuidelinesChangeInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the guidelines.' })
  id!: string;
  @Field(() => Int, { description: '`Guidelines.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType({ description: 'What is left out stays as it is. The text changes in DRAFT only.' })
export class UpdateGuidelinesInput extends GuidelinesChangeInput {
  @Field(() => LocaleTag, {
    nullable: true,
    description: 'The language of record; title and body come with it, in that language.',
  })
  recordLocale?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  title?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 60,000 characters.' })
  body?: string | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description:
      'PUBLIC, PARTNERS, ALL_NETWORKS or NETWORK. Of adopted guidelines: by a coordinator or the steering committee.',
  })
  visibility?: Visibility | null;
  @Field(() => String, { nullable: true, description: 'Where the text was published; an empty text removes it.' })
  sourceUrl?: string | null;
}

@InputType({ description: 'A translation of the text as it is; it takes the place of an earlier one.' })
export class TranslateGuidelinesInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the guidelines.' })
  id!: string;
  @Field(() => String, {
    description: '`Guidelines.contentHash` of the text you translated: refused when that has changed.',
  })
  contentHash!: string;
  @Field(() => LocaleTag, { description: 'The language you translated into.' })
  locale!: string;
  @Field(() => String, { description: 'At most 200 characters.' })
  title!: string;
  @Field(() => String, { description: 'At most 60,000 characters.' })
  body!: string;
}

@InputType({ description: 'Puts a draft to the members.' })
export class CirculateGuidelinesInput extends GuidelinesChangeInput {
  @Field(() => DateOnly, { nullable: true, description: 'The day by which they are asked to have commented.' })
  consultationEndsOn?: string | null;
}

@InputType({ description: 'Takes a text back from consultation, to change it; or gives it up.' })
export class TakeBackGuidelinesInput extends GuidelinesChangeInput {
  @Field(() => String, { nullable: true, description: 'Why: shown to the members; at most 1,000 characters.' })
  note?: string | null;
}

@InputType({ description: 'Puts guidelines into force, by the decision that adopted them.' })
export class AdoptGuidelinesInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the guidelines.' })
  id!: string;
  @Field(() => ID, { description: "The network's decision about these Guidelines." })
  decisionId!: string;
  @Field(() => String, { description: '`Guidelines.contentHash`, as the decision names it.' })
  contentHash!: string;
}

@InputType({ description: 'A text to compare.' })
export class GuidelinesTextInput {
  @Field(() => ID, { description: 'Of the guidelines, yours or those of another network.' })
  id!: string;
  @Field(() => Int, { nullable: true, description: 'A text as it was circulated; left out: the text as it is.' })
  revision?: number | null;
}
