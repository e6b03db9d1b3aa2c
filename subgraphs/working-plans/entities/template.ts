import { Arg, Field, ID, Int, ObjectType } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize, type Provenance, ProvenanceEnum } from '../../../kit/types.ts';
import type { Template } from '../templates.ts';

@ObjectType({ description: 'A plan to start from: `CreatePlanInput.templateId`.' })
export class PlanTemplate {
  constructor(readonly template: Template) {}

  @Field(() => ID)
  id(): string {
    return this.template.id;
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return localize(this.template.title, locale)!;
  }
  @Field(() => LocalizedText)
  description(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return localize(this.template.description, locale)!;
  }
  @Field(() => [LocaleTag], { description: 'A plan made from it has one of these as its source locale.' })
  locales(): string[] {
    return Object.keys(this.template.title).sort();
  }
  @Field(() => Int)
  activitiesTotal(): number {
    const outcomes = this.template.objectives.flatMap((objective) => objective.outcomes);
    return outcomes.reduce((total, { activities }) => total + activities.length, 0);
  }
  @Field(() => ProvenanceEnum)
  provenance(): Provenance {
    return this.template.provenance;
  }
  @Field(() => String, { nullable: true })
  sourceUrl(): string | null {
    return this.template.sourceUrl;
  }
}
