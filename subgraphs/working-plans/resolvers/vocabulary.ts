import { Arg, Directive, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { DateOnly, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import { type InstrumentRecord, instruments } from '../vocabulary/instruments.ts';
import { type GoalRecord, goals, targetsOf } from '../vocabulary/sdgs.ts';

@ObjectType({ description: 'An article of a treaty, as activities are tagged with it.' })
export class InstrumentArticle {
  @Field(() => ID, { description: 'As in `Activity.instrumentArticles`: UNTOC:31.' })
  tag!: string;
  @Field(() => Int)
  number!: number;
  @Field(() => LocalizedText, { description: 'Shortened; in English.' })
  title!: LocalizedText;
}

@ObjectType({ description: 'The Convention, or one of its Protocols.' })
export class Instrument {
  constructor(readonly record: InstrumentRecord) {}

  @Field(() => ID, { description: 'UNTOC; TIP: trafficking in persons; SOM: smuggling of migrants; FP: firearms.' })
  code(): string {
    return this.record.code;
  }
  @Field(() => LocalizedText)
  name(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return localize(this.record.name, locale)!;
  }
  @Field(() => String, { description: 'Of the General Assembly.' })
  resolution(): string {
    return this.record.resolution;
  }
  @Field(() => DateOnly)
  adoptedOn(): string {
    return this.record.adoptedOn;
  }
  @Field(() => DateOnly)
  inForceOn(): string {
    return this.record.inForceOn;
  }
  @Field(() => [InstrumentArticle])
  @Directive('@listSize(assumedSize: 27)')
  articles(): InstrumentArticle[] {
    return this.record.articles.map((title, index) =>
      Object.assign(new InstrumentArticle(), {
        tag: `${this.record.code}:${index + 1}`,
        number: index + 1,
        title: localize({ en: title }, 'en'),
      }),
    );
  }
}

@ObjectType({ description: 'A Sustainable Development Goal.' })
export class SdgGoal {
  constructor(readonly record: GoalRecord) {}

  @Field(() => Int)
  number(): number {
    return this.record.number;
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return localize(this.record.title, locale)!;
  }
  @Field(() => [String], { description: 'Codes of its targets, as in `Objective.sdgTargets`: 16.4, 16.a.' })
  @Directive('@listSize(assumedSize: 10)')
  targets(): string[] {
    return targetsOf(this.record);
  }
}

/** What activities and objectives are tagged with; the same for everybody. */
@Resolver()
export class VocabularyResolver {
  @Query(() => [Instrument], { description: 'The treaties whose articles activities are tagged with.' })
  @Directive('@listSize(assumedSize: 4)')
  instruments(): Instrument[] {
    return instruments.map((record) => new Instrument(record));
  }

  @Query(() => [SdgGoal], {
    description: 'The Sustainable Development Goals, whose targets objectives and activities are tagged with.',
  })
  @Directive('@listSize(assumedSize: 17)')
  sdgGoals(): SdgGoal[] {
    return goals.map((record) => new SdgGoal(record));
  }
}
