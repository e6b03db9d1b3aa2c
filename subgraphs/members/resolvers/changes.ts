import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import type { ChangeRow } from '../changes.ts';
import type { MembersContext } from '../context.ts';
import { MembershipChange } from '../entities/change.ts';
import { Membership } from '../entities/membership.ts';
import { createLoaders } from '../loaders.ts';
import { mayShowLive } from '../policy.ts';

@Resolver(() => MembershipChange)
export class MembershipChangeResolver {
  @Subscription(() => MembershipChange, {
    description:
      'Steps of the memberships of a network: those after the cursor, then live; without one, from now. At least once, in order. For those who read the network; FORBIDDEN, CURSOR_INVALID.',
    subscribe: ({ args, context }) => {
      const { changes, actor } = context as MembersContext;
      return changes.follow(actor, args.networkId, args.after ?? null) as never;
    },
  })
  async membershipChanged(
    @Root() row: ChangeRow,
    @Ctx() context: MembersContext,
    @Arg('networkId', () => ID) _networkId: string,
    @Arg('after', () => Cursor, { nullable: true }) _after?: string | null,
  ): Promise<MembershipChange> {
    context.loaders = createLoaders(context.database.source); // what was read for the last message may have changed
    const { membershipId, at } = row;
    const now = await context.loaders.memberships.load(membershipId);
    return Object.assign(new MembershipChange(), { cursor: context.changes.cursorOf(row), membershipId, at, now });
  }

  @FieldResolver(() => Membership, {
    nullable: true,
    description: 'As it stands now; null where you see it no more, as with one that was suspended.',
  })
  membership(@Root() { now }: MembershipChange, @Ctx() { actor }: MembersContext): Membership | null {
    return now !== null && mayShowLive(actor, now) ? now : null;
  }
}
