import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { LocaleTag } from '../../kit/scalars.ts';
import { VisibilityEnum } from '../../kit/types.ts';

@InputType()
export class StatementTextInput {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String, { description: 'At most 300 characters.' })
  title!: string;
  @Field(() => String, { description: 'Plain text, at most 20,000 characters.' })
  body!: string;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether a machine translated it and nobody has read it; such a text is never part of what is decided on.',
  })
  machine!: boolean;
}

@InputType()
export class DraftStatementInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same statement.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => VisibilityEnum, {
    defaultValue: 'PUBLIC',
    description: 'Once it is published: PUBLIC, PARTNERS or ALL_NETWORKS.',
  })
  visibility!: Visibility;
  @Field(() => LocaleTag, { description: 'The language of record: one of those of `texts`.' })
  originalLocale!: string;
  @Field(() => [StatementTextInput], { description: 'At most 10 languages.' })
  texts!: StatementTextInput[];
  @Field(() => String, { nullable: true, description: 'At most 300 characters.' })
  forum?: string | null;
  @Field(() => ID, { nullable: true, description: 'The ReviewEngagement that it belongs to.' })
  reviewEngagementId?: string | null;
}

/** What every step of a statement names: which one, and how it was when the step was chosen. */
@InputType()
export class StatementStepInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  statementId!: string;
  @Field(() => Int, { description: '`Statement.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType()
export class ReviseStatementInput extends StatementStepInput {
  @Field(() => [StatementTextInput], {
    description: 'The languages that you write; what is not given with a changed original is STALE from then on.',
  })
  texts!: StatementTextInput[];
  @Field(() => [LocaleTag], { nullable: true, description: 'Languages to be taken out; never that of record.' })
  dropLocales?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Left out: as it is.' })
  forum?: string | null;
  @Field(() => VisibilityEnum, {
    nullable: true,
    description: 'Once it is published; left out: as it is. Of a text that was circulated none that is wider.',
  })
  visibility?: Visibility | null;
}

@InputType()
export class TranslateStatementInput extends StatementStepInput {
  @Field(() => StatementTextInput, { description: 'In a language that the circulated text has not.' })
  text!: StatementTextInput;
}

@InputType()
export class ConsentStatementInput extends StatementStepInput {
  @Field(() => String, { description: 'Of the circulated text: it is refused when that has changed.' })
  contentHash!: string;
  @Field(() => [ID], {
    description: 'Adopted decisions on this statement and this hash, which together are of all its networks.',
  })
  decisionIds!: string[];
}

@InputType()
export class PublishStatementInput extends StatementStepInput {
  @Field(() => String, { description: 'Of the text consented to.' })
  contentHash!: string;
}

@InputType()
export class WithdrawStatementInput extends StatementStepInput {
  @Field(() => String, { description: 'At most 1,000 characters; shown to all who could read the statement.' })
  reason!: string;
}

@InputType()
export class CheckStatementInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  statementId!: string;
  @Field(() => String, { description: 'Of the text that was read.' })
  contentHash!: string;
  @Field(() => Boolean, { description: 'Whether it endangers nobody.' })
  passed!: boolean;
  @Field(() => String, {
    nullable: true,
    description: 'Needed where it has not passed; for readers of its networks. At most 1,000 characters; no names.',
  })
  note?: string | null;
}

@InputType()
export class StatementStanceInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  statementId!: string;
  @Field(() => String, { description: 'Of the text that your organisation stands by, or not.' })
  contentHash!: string;
}

@InputType()
export class WithdrawStanceInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  statementId!: string;
}
