import { Arg, Ctx, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, type ThematicArea, ThematicAreaEnum, VisibilityEnum } from '../../../kit/types.ts';
import type { PlansContext } from '../context.ts';
import type { ActivityTree, ObjectiveTree, OutcomeTree, PlanNode } from '../document/read.ts';
import { mayReadInternals } from '../policy.ts';
import { ActivityStatusEnum, type ActivityStatusName } from '../statuses.ts';
import type { PlanView } from '../view.ts';
import { BudgetLine, Indicator, Milestone, Risk } from './details.ts';
import { Body, Country, Network, Organisation, stub } from './stubs.ts';
import { WorkingPlan } from './working-plan.ts';

/** What every node of the tree has. Not in the schema itself. */
abstract class PlanPart<N extends PlanNode> {
  constructor(
    readonly view: PlanView,
    readonly node: N,
  ) {}
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Objective extends PlanPart<ObjectiveTree> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => String, { description: 'A fractional index: siblings are sorted by it, then by id.' })
  position(): string {
    return this.node.pos;
  }
  @Field(() => WorkingPlan)
  plan(): WorkingPlan {
    return new WorkingPlan(this.view);
  }
  @Field(() => [Network], {
    nullable: true,
    description: "Whose editors may type in it: all of the plan's networks unless fewer are named.",
  })
  @Directive('@listSize(assumedSize: 2)')
  networks(): Network[] {
    return this.view.networksOf(this.node).map((id) => stub(Network, { id }));
  }
  @Field(() => String)
  code(): string {
    return this.node.code;
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.title, locale);
  }
  @Field(() => ThematicAreaEnum, { nullable: true })
  thematicArea(): ThematicArea | null {
    return this.node.thematicArea;
  }
  @Field(() => [String])
  sdgTargets(): string[] {
    return this.node.sdgTargets;
  }
  @Field(() => [Outcome])
  @Directive('@listSize(assumedSize: 3)')
  outcomes(): Outcome[] {
    return this.node.outcomes.map((outcome) => new Outcome(this.view, outcome));
  }
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Outcome extends PlanPart<OutcomeTree> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => String)
  position(): string {
    return this.node.pos;
  }
  @Field(() => WorkingPlan)
  plan(): WorkingPlan {
    return new WorkingPlan(this.view);
  }
  @Field(() => String)
  code(): string {
    return this.node.code;
  }
  @Field(() => LocalizedText)
  statement(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.statement, locale);
  }
  @Field(() => LocalizedText, { nullable: true })
  assumptions(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText | null {
    return this.view.textOrNull(this.node.assumptions, locale);
  }
  @Field(() => [Indicator])
  @Directive('@listSize(assumedSize: 2)')
  indicators(): Indicator[] {
    return this.node.indicators.map((indicator) => new Indicator(this.view, indicator));
  }
  @Field(() => [Activity])
  @Directive('@listSize(assumedSize: 5)')
  activities(): Activity[] {
    return this.node.activities.map((activity) => new Activity(this.view, activity));
  }
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Activity extends PlanPart<ActivityTree> {
  @Field(() => ID)
  id(): string {
    return this.view.idOf(this.node);
  }
  @Field(() => String)
  position(): string {
    return this.node.pos;
  }
  @Field(() => WorkingPlan)
  plan(): WorkingPlan {
    return new WorkingPlan(this.view);
  }
  @Field(() => String)
  code(): string {
    return this.node.code;
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.node.title, locale);
  }
  @Field(() => LocalizedText, { nullable: true })
  description(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText | null {
    return this.view.textOrNull(this.node.description, locale);
  }
  @Field(() => ActivityStatusEnum)
  async status(@Ctx() { loaders }: PlansContext): Promise<ActivityStatusName> {
    return (await loaders.activityState(this.view.plan.id, this.node.key)).status;
  }
  @Field(() => String, {
    nullable: true,
    description: 'Why it has this status, where someone said so. For readers of the owner networks.',
  })
  async statusNote(@Ctx() { actor, loaders }: PlansContext): Promise<string | null> {
    if (!mayReadInternals(actor, this.view.plan)) return null;
    return (await loaders.activityState(this.view.plan.id, this.node.key)).note;
  }
  @Field(() => Int, { description: 'Of its status; its text has no version: it is typed together.' })
  async version(@Ctx() { loaders }: PlansContext): Promise<number> {
    return (await loaders.activityState(this.view.plan.id, this.node.key)).version;
  }
  @Field(() => Organisation, { nullable: true })
  responsible(): Organisation | null {
    return this.node.responsible ? stub(Organisation, { id: this.node.responsible }) : null;
  }
  @Field(() => Body, { nullable: true })
  expertGroup(): Body | null {
    const id = this.view.bodyOf(this.node);
    return id === null ? null : stub(Body, { id });
  }
  @Field(() => [Organisation], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  partners(): Organisation[] {
    return this.node.partners.map((id) => stub(Organisation, { id }));
  }
  @Field(() => [String])
  externalPartners(): string[] {
    return this.node.externalPartners;
  }
  @Field(() => [Country], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  countries(): Country[] {
    return countriesOf(this.node).map((code) => stub(Country, { code }));
  }
  @Field(() => DateOnly, { nullable: true })
  startsOn(): string | null {
    return this.node.startsOn;
  }
  @Field(() => DateOnly, { nullable: true })
  endsOn(): string | null {
    return this.node.endsOn;
  }
  @Field(() => [Milestone])
  @Directive('@listSize(assumedSize: 3)')
  milestones(): Milestone[] {
    return this.node.milestones.map((milestone) => new Milestone(this.view, milestone));
  }
  @Field(() => [Indicator])
  @Directive('@listSize(assumedSize: 2)')
  indicators(): Indicator[] {
    return this.node.indicators.map((indicator) => new Indicator(this.view, indicator));
  }
  @Field(() => [BudgetLine], { description: 'For readers of the owner networks; others get none.' })
  @Directive('@listSize(assumedSize: 3)')
  budget(@Ctx() { actor }: PlansContext): BudgetLine[] {
    if (!mayReadInternals(actor, this.view.plan)) return [];
    return this.node.budget.map((line) => new BudgetLine(this.view, line));
  }
  @Field(() => [Risk], { description: 'Those that touch safety are for readers of the owner networks.' })
  @Directive('@listSize(assumedSize: 2)')
  risks(@Ctx() { actor }: PlansContext): Risk[] {
    const all = mayReadInternals(actor, this.view.plan);
    // A risk that nobody has classified is kept back like one that touches safety.
    return this.node.risks
      .filter((risk) => all || risk.safetyRelevant === false)
      .map((risk) => new Risk(this.view, risk));
  }
  @Field(() => [String], { description: 'For example UNTOC:25 or TIP:6.' })
  instrumentArticles(): string[] {
    return this.node.instrumentArticles;
  }
  @Field(() => [String])
  sdgTargets(): string[] {
    return this.node.sdgTargets;
  }
  @Field(() => [Activity])
  @Directive('@listSize(assumedSize: 2)')
  dependsOn(): Activity[] {
    return this.node.dependsOn.flatMap((key) => {
      const place = this.view.places.get(key);
      return place?.activity && place.node === place.activity ? [new Activity(this.view, place.activity)] : [];
    });
  }
  @Field(() => VisibilityEnum, { description: "As the plan's: a confidential part is a plan of its own." })
  visibility(): Visibility {
    return this.view.plan.visibility;
  }
}

/** Well-formed codes only: the document holds what people typed. */
export const countriesOf = (activity: ActivityTree): string[] => [
  ...new Set(activity.countries.filter((code) => /^[A-Z]{2}$/.test(code))),
];
