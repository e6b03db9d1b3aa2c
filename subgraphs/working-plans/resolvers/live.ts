import { Arg, Ctx, ID, Int, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { Base64, Cursor } from '../../../kit/scalars.ts';
import { followPlan } from '../commands/follow.ts';
import { joinPlan } from '../commands/join.ts';
import { pushPlanEdits } from '../commands/push.ts';
import type { PlansContext } from '../context.ts';
import { PlanEditsSaved, PlanEvent, PlanSession, ResumeInput } from '../entities/live.ts';
import type { PlanEventValue } from '../room/room.ts';

@Resolver()
export class LiveResolver {
  @Mutation(() => PlanSession, {
    description:
      "A client id to type with, for one tab: the one to be resumed, if it is your seat's, was issued in this region, stands where you believe and has not ended (after 90 idle days, or when your seat was refused as an editor); else a new one. NOT_FOUND, FORBIDDEN.",
  })
  joinPlan(
    @Arg('planId', () => ID) planId: string,
    @Arg('resume', () => ResumeInput, { nullable: true }) resume: ResumeInput | null | undefined,
    @Ctx() { plans, actor }: PlansContext,
  ): Promise<PlanSession> {
    return joinPlan(plans, actor, planId, resume);
  }

  @Mutation(() => PlanEditsSaved, {
    description:
      'Answers only once the edit is committed. Idempotent by editId. NOT_FOUND, FORBIDDEN, PLAN_FROZEN, EPOCH_CHANGED, UPDATE_MALFORMED, UPDATE_TOO_LARGE, RESYNC, PLAN_FULL, EDIT_ID_REUSED.',
  })
  async pushPlanEdits(
    @Arg('planId', () => ID) planId: string,
    @Arg('epoch', () => Int) epoch: number,
    @Arg('editId', () => ID) editId: string,
    @Arg('update', () => Base64, { description: 'Yjs, V1; at most 64 KiB. It may carry many keystrokes.' })
    update: string,
    @Ctx() { plans, actor }: PlansContext,
  ): Promise<PlanEditsSaved> {
    const cursor = await pushPlanEdits(plans, actor, { planId, epoch, editId, update });
    return Object.assign(new PlanEditsSaved(), { cursor });
  }

  @Subscription(() => PlanEvent, {
    description:
      'What was missed since `after`, then live; without it, from now. NOT_FOUND, FORBIDDEN, CURSOR_INVALID; RESYNC_REQUIRED with extensions.cursor when you fall behind.',
    subscribe: ({ args, context }) => {
      const { plans, actor } = context as PlansContext;
      return followPlan(plans, actor, args.planId, args.after ?? null) as never;
    },
  })
  planEdits(
    @Root() event: PlanEventValue,
    @Arg('planId', () => ID) _planId: string,
    @Arg('after', () => Cursor, { nullable: true }) _after: string | null,
  ): PlanEventValue {
    return event;
  }
}
