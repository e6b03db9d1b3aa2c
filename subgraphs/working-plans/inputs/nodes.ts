import { Field, ID, InputType } from 'type-graphql';
import { CountryCode, DateOnly, LocaleTag, Money } from '../../../kit/scalars.ts';
import { LocalizedInput, type ThematicArea, ThematicAreaEnum } from '../../../kit/types.ts';
import { type IndicatorUnit, IndicatorUnitEnum, type RiskLevel, RiskLevelEnum } from '../entities/details.ts';

// A field left out stays as it is; null clears it. A text is given for the locales that change: one with an empty text is cleared.

const upsert = (thing: string, where: string) =>
  `With \`id\`: changes the fields given of ${thing} that is there; null clears one. Without: adds one to ${where}.`;
const afterWhich = 'Where a new one stands: right after this sibling; null: first; left out: last.';

@InputType()
abstract class Mutating {
  @Field(() => ID, {
    description: 'Of your choice, 1 to 200 characters: the same call again does nothing more and answers as before.',
  })
  clientMutationId!: string;
}

@InputType()
abstract class Upserting extends Mutating {
  @Field(() => ID, { nullable: true })
  id?: string | null;
  @Field(() => ID, { nullable: true, description: afterWhich })
  after?: string | null;
}

@InputType({ description: upsert('an objective', 'the plan') })
export class UpsertObjectiveInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  planId?: string | null;
  @Field(() => String, { nullable: true })
  code?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  title?: LocalizedInput[] | null;
  @Field(() => ThematicAreaEnum, { nullable: true, description: 'It makes its lead: a lead cannot set it.' })
  thematicArea?: ThematicArea | null;
  @Field(() => [String], { nullable: true, description: 'For example 16.4.' })
  sdgTargets?: string[] | null;
}

@InputType({ description: upsert('an outcome', 'the objective') })
export class UpsertOutcomeInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  objectiveId?: string | null;
  @Field(() => String, { nullable: true })
  code?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  statement?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true })
  assumptions?: LocalizedInput[] | null;
}

@InputType({ description: upsert('an activity', 'the outcome') })
export class UpsertActivityInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  outcomeId?: string | null;
  @Field(() => String, { nullable: true })
  code?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  title?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true })
  description?: LocalizedInput[] | null;
  @Field(() => ID, { nullable: true, description: 'A body, in place of the one that the theme gives.' })
  expertGroupId?: string | null;
  @Field(() => ID, { nullable: true, description: 'An organisation.' })
  responsibleId?: string | null;
  @Field(() => [ID], { nullable: true, description: 'Organisations.' })
  partnerIds?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'By name, where they are no members.' })
  externalPartners?: string[] | null;
  @Field(() => [CountryCode], { nullable: true })
  countries?: string[] | null;
  @Field(() => DateOnly, { nullable: true })
  startsOn?: string | null;
  @Field(() => DateOnly, { nullable: true, description: 'Not before `startsOn`.' })
  endsOn?: string | null;
  @Field(() => [String], { nullable: true, description: 'Articles of UNTOC, TIP, SOM or FP: UNTOC:25, TIP:6.' })
  instrumentArticles?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'For example 16.4.' })
  sdgTargets?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Other activities of the plan; no circle.' })
  dependsOnIds?: string[] | null;
}

@InputType({ description: upsert('a milestone', 'the activity') })
export class UpsertMilestoneInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  activityId?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  title?: LocalizedInput[] | null;
  @Field(() => DateOnly, { nullable: true })
  dueOn?: string | null;
}

@InputType({ description: upsert('an indicator', 'the outcome or activity') })
export class UpsertIndicatorInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'An outcome or an activity. Needed without `id`.' })
  parentId?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  name?: LocalizedInput[] | null;
  @Field(() => IndicatorUnitEnum, { nullable: true })
  unit?: IndicatorUnit | null;
  @Field(() => String, { nullable: true })
  baseline?: string | null;
  @Field(() => String, { nullable: true })
  target?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  meansOfVerification?: LocalizedInput[] | null;
  @Field(() => [String], { nullable: true })
  disaggregation?: string[] | null;
  @Field(() => String, { nullable: true })
  frequency?: string | null;
}

@InputType({ description: upsert('a budget line', 'the activity') })
export class UpsertBudgetLineInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  activityId?: string | null;
  @Field(() => String, { nullable: true })
  label?: string | null;
  @Field(() => Money, { nullable: true, description: 'From 0, two decimal places at most.' })
  amount?: string | null;
  @Field(() => String, { nullable: true, description: 'ISO 4217: USD.' })
  currency?: string | null;
  @Field(() => String, { nullable: true })
  fundingSource?: string | null;
}

@InputType({ description: upsert('a risk', 'the activity') })
export class UpsertRiskInput extends Upserting {
  @Field(() => ID, { nullable: true, description: 'Needed without `id`.' })
  activityId?: string | null;
  @Field(() => [LocalizedInput], { nullable: true })
  description?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true })
  mitigation?: LocalizedInput[] | null;
  @Field(() => RiskLevelEnum, { nullable: true })
  likelihood?: RiskLevel | null;
  @Field(() => RiskLevelEnum, { nullable: true })
  impact?: RiskLevel | null;
  @Field(() => ID, { nullable: true, description: 'An organisation.' })
  ownerId?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: "False: it touches nobody's safety, and may be read by all who read the plan.",
  })
  safetyRelevant?: boolean | null;
}

@InputType({ description: 'Changes the fields given of the plan itself.' })
export class PlanDetailsInput extends Mutating {
  @Field(() => ID)
  planId!: string;
  @Field(() => [LocalizedInput], { nullable: true, description: 'Never empty in the source locale.' })
  title?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true })
  preamble?: LocalizedInput[] | null;
  @Field(() => DateOnly, { nullable: true })
  periodStart?: string | null;
  @Field(() => DateOnly, { nullable: true, description: 'Not before `periodStart`.' })
  periodEnd?: string | null;
}

@InputType()
export class PlanNodeInput extends Mutating {
  @Field(() => ID)
  nodeId!: string;
}

@InputType()
export class MovePlanNodeInput extends PlanNodeInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Its new parent, of a kind that may carry it; left out: where it is.',
  })
  parentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The sibling to stand right after; null: first; left out: last.',
  })
  after?: string | null;
}

@InputType()
export class PlanLocaleInput extends Mutating {
  @Field(() => ID)
  planId!: string;
  @Field(() => LocaleTag)
  locale!: string;
}
