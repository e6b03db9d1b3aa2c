import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor } from '../../../kit/scalars.ts';
import type { PlansContext } from '../context.ts';
import { contentOf, withoutInternals } from '../document/canonical.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { PlanChangesRequest, PlanVersion, PlanVersionConnection, type VersionRecord } from '../entities/version.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { isPublished, mayOpenDocument } from '../policy.ts';
import { findPlan } from './find.ts';

/** Who reads a plan from outside its networks knows its adopted versions only. */
const mayKnow = (inside: boolean, { kind }: VersionRecord) => inside || kind === 'ADOPTED';

/** A version by its id, `planId@number`; null for one that is not there or not for this reader. */
export async function findVersionReference(
  id: string,
  { actor, loaders, life }: PlansContext,
): Promise<PlanVersion | null> {
  const at = id.lastIndexOf('@');
  const number = Number(id.slice(at + 1));
  if (at < 1 || !Number.isInteger(number) || number < 1 || number > 2_147_483_647) return null;
  const planId = id.slice(0, at);
  const view = await loaders.plan.load(planId);
  const record = view && (await life.version.load({ planId, number }));
  const inside = view !== null && mayOpenDocument(actor, view.plan);
  return record && mayKnow(inside, record) ? new PlanVersion(record, inside) : null;
}

@Resolver(() => PlanVersion)
export class PlanVersionResolver {
  @FieldResolver(() => String, {
    description:
      'RFC 8785 JSON of the whole text: all locales, nodes in their order; without statuses, actuals and what was deleted. For readers from outside the owner networks without budgets and without risks that touch safety, so that it does not have the `contentHash`.',
  })
  async content(@Root() { record, inside }: PlanVersion, @Ctx() { life }: PlansContext): Promise<string> {
    const { planId, number } = record;
    const content = (await life.content.load({ planId, number }))!;
    return inside ? content : withoutInternals(content);
  }
}

@Resolver(() => WorkingPlan)
export class PlanLifeResolver {
  @FieldResolver(() => PlanVersionConnection, {
    description: 'Newest first. For readers from outside the owner networks the adopted ones.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async versions(
    @Root() { view: { plan } }: WorkingPlan,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { actor, plans, life }: PlansContext,
  ): Promise<PlanVersionConnection> {
    const size = checkFirst(first);
    const cursors = plans.versionCursors(plan.id);
    const inside = mayOpenDocument(actor, plan);
    const records = await life.pages.load({
      planId: plan.id,
      adoptedOnly: !inside,
      after: after ? cursors.decode(after) : null,
      limit: size + 1,
    });
    const versions = records.map((record) => new PlanVersion(record, inside));
    return toConnection(versions, size, after, cursors, ({ record }) => record.number);
  }

  @FieldResolver(() => PlanVersion, {
    nullable: true,
    description:
      'One version by its number; null where there is none. For readers from outside the owner networks one that was adopted.',
  })
  async planVersion(
    @Root() { view: { plan } }: WorkingPlan,
    @Arg('number', () => Int, { description: '`PlanVersion.number`.' }) number: number,
    @Ctx() context: PlansContext,
  ): Promise<PlanVersion | null> {
    return findVersionReference(`${plan.id}@${number}`, context);
  }

  @FieldResolver(() => String, {
    description:
      'SHA-256, in hex, of its text as it is now (as `PlanVersion.content` has it): what a decision to adopt it is about.',
  })
  contentHash(@Root() { view }: WorkingPlan): string {
    return contentOf(view.tree).hash;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Of a plan that has been adopted: whether its text is that of its adopted version, on which its networks decided. A redaction makes it another, and so does an edit that another region had accepted before it heard of the review. Null: not adopted, or its versions are not kept here.',
  })
  async isAsAdopted(@Root() { view }: WorkingPlan, @Ctx() { life }: PlansContext): Promise<boolean | null> {
    if (!isPublished(view.plan)) return null;
    const [adopted] = await life.pages.load({ planId: view.plan.id, adoptedOnly: true, after: null, limit: 1 });
    return adopted ? adopted.contentHash === contentOf(view.tree).hash : null;
  }

  @FieldResolver(() => WorkingPlan, {
    nullable: true,
    description: 'The plan whose place it takes once it is adopted.',
  })
  async amends(@Root() { view: { plan } }: WorkingPlan, @Ctx() { loaders }: PlansContext): Promise<WorkingPlan | null> {
    return plan.amends === null ? null : findPlan(loaders, plan.amends);
  }

  @FieldResolver(() => WorkingPlan, {
    nullable: true,
    description:
      'The newest plan that amends it, if you may read that: the draft under way, or the one that took its place.',
  })
  async amendedBy(
    @Root() { view: { plan } }: WorkingPlan,
    @Ctx() { loaders, life }: PlansContext,
  ): Promise<WorkingPlan | null> {
    for (const { id } of await life.amendments.load(plan.id)) {
      const amendment = await findPlan(loaders, id);
      if (amendment) return amendment;
    }
    return null;
  }

  @FieldResolver(() => [PlanChangesRequest], {
    description: 'Why it was given back to its editors, newest first. For readers of the owner networks.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async changesRequests(
    @Root() { view: { plan } }: WorkingPlan,
    @Ctx() { actor, life }: PlansContext,
  ): Promise<PlanChangesRequest[]> {
    if (!mayOpenDocument(actor, plan)) return [];
    return (await life.changesRequests.load(plan.id)).map(({ note, requestedBy, requestedAt }) =>
      Object.assign(new PlanChangesRequest(), { note, requestedAt, requestedBy: stub(Seat, { id: requestedBy }) }),
    );
  }
}
