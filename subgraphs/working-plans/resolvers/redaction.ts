import { Arg, Ctx, Directive, Field, FieldResolver, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { DateTime } from '../../../kit/scalars.ts';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { findElsewhere } from '../commands/redaction/elsewhere.ts';
import { redactPlanText } from '../commands/redaction/redact.ts';
import type { PlansContext } from '../context.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { RedactPlanTextInput } from '../inputs/suggestions.ts';
import { createLoaders } from '../loaders.ts';
import { mayRedact } from '../policy.ts';
import type { PlanView } from '../view.ts';
import { findPlan } from './find.ts';

@ObjectType({ description: 'That text was redacted, by whom and why; never which.' })
export class PlanRedaction {
  @Field(() => Int, { description: 'The epoch that it began.' })
  epoch!: number;
  @Field(() => Seat, { nullable: true })
  seat!: Seat | null;
  @Field(() => DateTime)
  at!: Date;
  @Field(() => String)
  reason!: string;
  @Field(() => [String], {
    description:
      'Where the document had it: node key, field and locale, with spaces between; at most 200. Earlier text is not counted.',
  })
  places!: string[];
}

@ObjectType()
export class RedactionPayload {
  @Field(() => WorkingPlan, { nullable: true })
  plan!: WorkingPlan | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the dead rows were vacuumed, so that no statement reaches them any more. If not (or if an older transaction was open), autovacuum comes later. In the free space of the files bytes may stay until they are written over: the operator runs VACUUM FULL to have them gone at once.',
  })
  vacuumed!: boolean | null;
  /** What was taken out; null where nothing was. */
  input!: RedactPlanTextInput | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => WorkingPlan)
export class RedactionResolver {
  @Mutation(() => RedactionPayload, {
    description:
      'For safety officers of an owner network, in every status of the plan. Takes text out of the document, deleted nodes included, out of its history, versions, suggestions and notes, and begins a new epoch: whoever has the plan open gets PlanReset, later pushes of the old epoch EPOCH_CHANGED, and PLAN_TEXT_REDACTED is said, upon which discussions drop what their threads quote of the plan (of a node alone, where one was named). What was acknowledged before is kept, without the text. The hash of a version stays what was decided on. Out of reach: other plans, also an amendment or copy of this one (`alsoIn` names them); what was written in discussions, from posts to minutes (`textPlaces` tells where it stands); copies on the devices of those who had the plan open; ids that clients chose; and the backups, replicas and write-ahead log of the database, which their operator keeps only so long.',
  })
  async redactPlanText(
    @Arg('input', () => RedactPlanTextInput) input: RedactPlanTextInput,
    @Ctx() { plans, actor }: PlansContext,
  ) {
    let vacuumed: boolean | null = null;
    const payload = await answer('plan', async () => {
      vacuumed = await redactPlanText(plans, actor, input);
      return findPlan(createLoaders(plans, actor), input.planId);
    });
    const done = payload.problems.length === 0 ? input : null;
    return Object.assign(new RedactionPayload(), payload, { vacuumed, input: done });
  }

  @FieldResolver(() => [PlanRedaction], {
    nullable: true,
    description: 'Newest first, the last 100; null for all but safety officers of its networks.',
  })
  @Directive('@listSize(assumedSize: 5)')
  async redactions(
    @Root() { view }: { view: PlanView },
    @Ctx() { plans, actor }: PlansContext,
  ): Promise<PlanRedaction[] | null> {
    if (!mayRedact(actor, view.plan)) return null;
    const rows: { epoch: number; seat: string; at: Date; reason: string; places: string[] }[] =
      await plans.database.source.query(
        'SELECT epoch, seat_id AS seat, at, reason, places[1:200] AS places FROM plan_redaction WHERE plan_id = $1 ORDER BY epoch DESC LIMIT 100',
        [view.plan.id],
      );
    return rows.map(({ seat, ...row }) => Object.assign(new PlanRedaction(), row, { seat: stub(Seat, { id: seat }) }));
  }
}

@Resolver(() => RedactionPayload)
export class RedactionPayloadResolver {
  @FieldResolver(() => [WorkingPlan], {
    description:
      'Other plans that you may redact and in which the same text stands, as in an amendment or a copy: redact it there too. Of the newest 200, each of which is read for it.',
  })
  @Directive('@cost(weight: 100)')
  @Directive('@listSize(assumedSize: 5)')
  async alsoIn(@Root() { input }: RedactionPayload, @Ctx() { plans, actor }: PlansContext): Promise<WorkingPlan[]> {
    if (input === null) return [];
    const loaders = createLoaders(plans, actor);
    const elsewhere = await findElsewhere(plans, actor, input);
    const found = await Promise.all(elsewhere.map((id) => findPlan(loaders, id)));
    return found.filter((plan) => plan !== null);
  }
}
