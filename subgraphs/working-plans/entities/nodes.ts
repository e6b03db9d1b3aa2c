import { Arg, Ctx, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, type ThematicArea, ThematicAreaEnum, VisibilityEnum } from '../../../kit/types.ts';
import type { PlansContext } from '../context.ts';
import { isCountryLike, isIdLike } from '../document/outline.ts';
import type { ActivityTree, ObjectiveTree, OutcomeTree, PlanNode } from '../document/read.ts';
import type { Loaders } from '../loaders.ts';
import { mayReadInternals } from '../policy.ts';
import type { ActivityHead, FoundHead, PlanHead } from '../projection/read.ts';
import { ActivityStatusEnum, type ActivityStatusName } from '../statuses.ts';
import { bodyOf, type PlanView } from '../view.ts';
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
    return this.node.activities.map((activity) => Activity.inView(this.view, activity));
  }
}

/** An activity in its plan's live document; null once it is deleted there. */
type Opened = { view: PlanView; node: ActivityTree } | null;

/**
 * Ids, codes and dates come with it, from the live document or from the projection; its texts and what stands below it are read in the live document when they are
 * asked for, so that a list across plans opens only those it shows texts of.
 */
@ObjectType()
@Directive('@key(fields: "id")')
export class Activity {
  #opened: Promise<Opened> | undefined;

  constructor(
    readonly of: PlanHead,
    readonly head: ActivityHead,
    private readonly open: () => Promise<Opened>,
  ) {}

  static inView(view: PlanView, node: ActivityTree): Activity {
    return new Activity(view.plan, node, async () => ({ view, node }));
  }

  /** As the projection found it. @param loaders open the plan at most once a request */
  static found({ plan, head }: FoundHead, loaders: Loaders): Activity {
    return new Activity(plan, head, async () => {
      const view = await loaders.plan.load(plan.id);
      const place = view?.places.get(head.key);
      return view && place?.activity && place.node === place.activity ? { view, node: place.activity } : null;
    });
  }

  /** It in its plan's live document, opened at most once. */
  live(): Promise<Opened> {
    this.#opened ??= this.open();
    return this.#opened;
  }

  @Field(() => ID)
  id(): string {
    return `${this.of.id}/${this.head.key}`;
  }
  @Field(() => String)
  position(): string {
    return this.head.pos;
  }
  @Field(() => WorkingPlan)
  async plan(@Ctx() { loaders }: PlansContext): Promise<WorkingPlan | null> {
    const view = (await this.live())?.view ?? (await loaders.plan.load(this.of.id));
    return view && new WorkingPlan(view);
  }
  @Field(() => String)
  code(): string {
    return this.head.code;
  }
  @Field(() => LocalizedText)
  async title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): Promise<LocalizedText> {
    const live = await this.live();
    return live ? live.view.text(live.node.title, locale) : emptyText(this.of);
  }
  @Field(() => LocalizedText, { nullable: true })
  async description(
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): Promise<LocalizedText | null> {
    const live = await this.live();
    return live?.view.textOrNull(live.node.description, locale) ?? null;
  }
  @Field(() => ActivityStatusEnum)
  async status(@Ctx() { loaders }: PlansContext): Promise<ActivityStatusName> {
    return (await loaders.activityState(this.of.id, this.head.key)).status;
  }
  @Field(() => String, {
    nullable: true,
    description: 'Why it has this status, where someone said so. For readers of the owner networks.',
  })
  async statusNote(@Ctx() { actor, loaders }: PlansContext): Promise<string | null> {
    if (!mayReadInternals(actor, this.of)) return null;
    return (await loaders.activityState(this.of.id, this.head.key)).note;
  }
  @Field(() => Int, { description: 'Of its status; its text has no version: it is typed together.' })
  async version(@Ctx() { loaders }: PlansContext): Promise<number> {
    return (await loaders.activityState(this.of.id, this.head.key)).version;
  }
  @Field(() => Organisation, { nullable: true })
  responsible(): Organisation | null {
    const { responsible } = this.head;
    return isIdLike(responsible) ? stub(Organisation, { id: responsible }) : null;
  }
  @Field(() => Body, { nullable: true })
  expertGroup(): Body | null {
    const id = bodyOf(this.of, this.head.expertGroup);
    return isIdLike(id) ? stub(Body, { id }) : null;
  }
  @Field(() => [Organisation], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  partners(): Organisation[] {
    return this.head.partners.filter(isIdLike).map((id) => stub(Organisation, { id }));
  }
  @Field(() => [String])
  externalPartners(): Promise<string[]> {
    return this.list((node) => node.externalPartners);
  }
  @Field(() => [Country], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  countries(): Country[] {
    return countriesOf(this.head).map((code) => stub(Country, { code }));
  }
  @Field(() => DateOnly, { nullable: true })
  startsOn(): string | null {
    return this.head.startsOn;
  }
  @Field(() => DateOnly, { nullable: true })
  endsOn(): string | null {
    return this.head.endsOn;
  }
  @Field(() => [Milestone])
  @Directive('@listSize(assumedSize: 3)')
  milestones(): Promise<Milestone[]> {
    return this.list((node, view) => node.milestones.map((milestone) => new Milestone(view, milestone)));
  }
  @Field(() => [Indicator])
  @Directive('@listSize(assumedSize: 2)')
  indicators(): Promise<Indicator[]> {
    return this.list((node, view) => node.indicators.map((indicator) => new Indicator(view, indicator)));
  }
  @Field(() => [BudgetLine], { description: 'For readers of the owner networks; others get none.' })
  @Directive('@listSize(assumedSize: 3)')
  async budget(@Ctx() { actor }: PlansContext): Promise<BudgetLine[]> {
    if (!mayReadInternals(actor, this.of)) return [];
    return this.list((node, view) => node.budget.map((line) => new BudgetLine(view, line)));
  }
  @Field(() => [Risk], { description: 'Those that touch safety are for readers of the owner networks.' })
  @Directive('@listSize(assumedSize: 2)')
  risks(@Ctx() { actor }: PlansContext): Promise<Risk[]> {
    const all = mayReadInternals(actor, this.of);
    // A risk that nobody has classified is kept back like one that touches safety.
    return this.list((node, view) =>
      node.risks.filter((risk) => all || risk.safetyRelevant === false).map((risk) => new Risk(view, risk)),
    );
  }
  @Field(() => [String], { description: 'For example UNTOC:25 or TIP:6.' })
  instrumentArticles(): Promise<string[]> {
    return this.list((node) => node.instrumentArticles);
  }
  @Field(() => [String])
  sdgTargets(): Promise<string[]> {
    return this.list((node) => node.sdgTargets);
  }
  @Field(() => [Activity])
  @Directive('@listSize(assumedSize: 2)')
  dependsOn(): Promise<Activity[]> {
    return this.list((node, view) =>
      node.dependsOn.flatMap((key) => {
        const place = view.places.get(key);
        return place?.activity && place.node === place.activity ? [Activity.inView(view, place.activity)] : [];
      }),
    );
  }
  @Field(() => VisibilityEnum, { description: "As the plan's: a confidential part is a plan of its own." })
  visibility(): Visibility {
    return this.of.visibility;
  }

  private async list<T>(read: (node: ActivityTree, view: PlanView) => T[]): Promise<T[]> {
    const live = await this.live();
    return live ? read(live.node, live.view) : [];
  }
}

const emptyText = ({ sourceLocale }: PlanHead): LocalizedText => ({
  locale: sourceLocale,
  text: '',
  machineTranslated: false,
  sourceLocale,
});

/** Well-formed codes only: the document holds what people typed. */
export const countriesOf = (activity: { countries: readonly string[] }): string[] => [
  ...new Set(activity.countries.filter(isCountryLike)),
];
