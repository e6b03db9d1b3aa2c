import { Arg, Ctx, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateOnly, LocaleTag, Money } from '../../../kit/scalars.ts';
import { defineEnum, LocalizedText } from '../../../kit/types.ts';
import type { PlansContext } from '../context.ts';
import { ENUMS } from '../document/fields.ts';
import { isIdLike } from '../document/outline.ts';
import type { PlanNode } from '../document/read.ts';
import { MilestoneStatusEnum, type MilestoneStatusName } from '../statuses.ts';
import type { PlanView } from '../view.ts';
import { Organisation, stub } from './stubs.ts';

export const RiskLevelEnum = defineEnum('RiskLevel', ENUMS.RiskLevel);
export const IndicatorUnitEnum = defineEnum('IndicatorUnit', ENUMS.IndicatorUnit);
export type RiskLevel = (typeof ENUMS.RiskLevel)[number];
export type IndicatorUnit = (typeof ENUMS.IndicatorUnit)[number];

abstract class Detail<N extends PlanNode> {
  constructor(
    readonly view: PlanView,
    readonly node: N,
  ) {}
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Milestone extends Detail<PlanNode<'milestone'>> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.title, locale);
  }
  @Field(() => DateOnly, { nullable: true })
  dueOn(): string | null {
    return this.node.dueOn;
  }
  @Field(() => MilestoneStatusEnum)
  async status(@Ctx() { loaders }: PlansContext): Promise<MilestoneStatusName> {
    return (await loaders.milestoneState(this.view.plan.id, this.node.key)).status;
  }
  @Field(() => DateOnly, { nullable: true })
  async reachedOn(@Ctx() { loaders }: PlansContext): Promise<string | null> {
    return (await loaders.milestoneState(this.view.plan.id, this.node.key)).reachedOn;
  }
  @Field(() => [String])
  async evidence(@Ctx() { loaders }: PlansContext): Promise<string[]> {
    return (await loaders.milestoneState(this.view.plan.id, this.node.key)).evidence;
  }
  @Field(() => Int, { description: 'Of its status, `reachedOn` and evidence.' })
  async version(@Ctx() { loaders }: PlansContext): Promise<number> {
    return (await loaders.milestoneState(this.view.plan.id, this.node.key)).version;
  }
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Indicator extends Detail<PlanNode<'indicator'>> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => LocalizedText)
  name(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.name, locale);
  }
  @Field(() => IndicatorUnitEnum, { nullable: true })
  unit(): IndicatorUnit | null {
    return this.node.unit;
  }
  @Field(() => String, { nullable: true })
  baseline(): string | null {
    return this.node.baseline;
  }
  @Field(() => String, { nullable: true })
  target(): string | null {
    return this.node.target;
  }
  @Field(() => String, { nullable: true, description: 'What was measured; it may be set after the plan is adopted.' })
  async actual(@Ctx() { loaders }: PlansContext): Promise<string | null> {
    return (await loaders.indicatorState(this.view.plan.id, this.node.key)).actual;
  }
  @Field(() => Int, { description: 'Of `actual`.' })
  async version(@Ctx() { loaders }: PlansContext): Promise<number> {
    return (await loaders.indicatorState(this.view.plan.id, this.node.key)).version;
  }
  @Field(() => LocalizedText, { nullable: true })
  meansOfVerification(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText | null {
    return this.view.textOrNull(this.node.meansOfVerification, locale);
  }
  @Field(() => [String])
  disaggregation(): string[] {
    return this.node.disaggregation;
  }
  @Field(() => String, { nullable: true })
  frequency(): string | null {
    return this.node.frequency;
  }
}

@ObjectType()
export class BudgetLine extends Detail<PlanNode<'budgetLine'>> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => String)
  label(): string {
    return this.node.label ?? '';
  }
  @Field(() => Money, { nullable: true })
  amount(): string | null {
    return this.node.amount?.toFixed(2) ?? null;
  }
  @Field(() => String, { nullable: true })
  currency(): string | null {
    return this.node.currency;
  }
  @Field(() => String, { nullable: true })
  fundingSource(): string | null {
    return this.node.fundingSource;
  }
}

@ObjectType()
export class Risk extends Detail<PlanNode<'risk'>> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => LocalizedText)
  description(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.description, locale);
  }
  @Field(() => RiskLevelEnum, { nullable: true })
  likelihood(): RiskLevel | null {
    return this.node.likelihood;
  }
  @Field(() => RiskLevelEnum, { nullable: true })
  impact(): RiskLevel | null {
    return this.node.impact;
  }
  @Field(() => LocalizedText, { nullable: true })
  mitigation(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText | null {
    return this.view.textOrNull(this.node.mitigation, locale);
  }
  @Field(() => Organisation, { nullable: true })
  owner(): Organisation | null {
    const { owner } = this.node;
    return isIdLike(owner) ? stub(Organisation, { id: owner }) : null;
  }
  @Field(() => Boolean, { description: "True until someone has said that it does not touch anyone's safety." })
  safetyRelevant(): boolean {
    return this.node.safetyRelevant !== false;
  }
}
