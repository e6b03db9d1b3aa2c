import { Arg, Ctx, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, LocaleTag, StateVector } from '../../../kit/scalars.ts';
import { LocalizedText, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
import { openDocument } from '../commands/open-document.ts';
import type { PlansContext } from '../context.ts';
import { mayOpenDocument } from '../policy.ts';
import type { PlanView } from '../view.ts';
import { PlanDocument } from './live.ts';
import { Objective } from './nodes.ts';
import { type PlanStatus, PlanStatusEnum } from './plan.ts';
import { Network, stub } from './stubs.ts';

@ObjectType({ description: 'A plan of one network, or a joint plan of several. Its text is typed together, live.' })
@Directive('@key(fields: "id")')
export class WorkingPlan {
  constructor(readonly view: PlanView) {}

  @Field(() => ID)
  id(): string {
    return this.view.plan.id;
  }
  @Field(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 2)')
  networks(): Network[] {
    return this.view.plan.networkIds.map((id) => stub(Network, { id }));
  }
  @Field(() => LocalizedText)
  title(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText {
    return this.view.text(this.view.tree.title, locale);
  }
  @Field(() => LocalizedText, { nullable: true })
  preamble(@Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null): LocalizedText | null {
    return this.view.textOrNull(this.view.tree.preamble, locale);
  }
  @Field(() => DateOnly, { nullable: true })
  periodStart(): string | null {
    return this.view.tree.periodStart;
  }
  @Field(() => DateOnly, { nullable: true })
  periodEnd(): string | null {
    return this.view.tree.periodEnd;
  }
  @Field(() => PlanStatusEnum)
  status(): PlanStatus {
    return this.view.plan.status;
  }
  @Field(() => VisibilityEnum, { description: 'Once adopted; before that it is for its networks.' })
  visibility(): Visibility {
    return this.view.plan.visibility;
  }
  @Field(() => LocaleTag)
  sourceLocale(): string {
    return this.view.plan.sourceLocale;
  }
  @Field(() => [LocaleTag])
  locales(): string[] {
    return this.view.tree.locales;
  }
  @Field(() => [Objective])
  @Directive('@listSize(assumedSize: 5)')
  objectives(): Objective[] {
    return this.view.tree.objectives.map((objective) => new Objective(this.view, objective));
  }
  @Field(() => PlanDocument, {
    nullable: true,
    description: 'What a live editor opens with; null for readers from outside the owner networks.',
  })
  document(
    @Arg('since', () => StateVector, {
      nullable: true,
      description: 'What you have: the answer holds what is missing.',
    })
    since: string | null,
    @Ctx() { actor }: PlansContext,
  ): PlanDocument | null {
    return mayOpenDocument(actor, this.view.plan) ? openDocument(this.view.room, since) : null;
  }
  @Field(() => Int)
  documentEpoch(): number {
    return this.view.plan.epoch;
  }
  @Field(() => Int, { description: 'Of its status and rights; its text has no version: it is typed together.' })
  version(): number {
    return this.view.plan.version;
  }
  @Field(() => ProvenanceEnum)
  provenance(): Provenance {
    return this.view.plan.provenance;
  }
  @Field(() => String, { nullable: true })
  sourceUrl(): string | null {
    return this.view.plan.sourceUrl;
  }
}
