import { Arg, Ctx, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import type { PlansContext } from '../context.ts';
import { PlanPeople } from '../entities/presence.ts';

@Resolver()
export class PresenceResolver {
  @Mutation(() => ID, {
    description:
      'Says where this tab is, to all who have the plan open, and that it is here for another 30 s: send it every 15 s, and at most twice a second. Answers the `clientKey` under which the tab is listed. Nothing is stored. NOT_FOUND, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID; RATE_LIMITED with extensions.retryAfterMs: leave this one out.',
  })
  setPlanPresence(
    @Arg('planId', () => ID) planId: string,
    @Arg('tab', () => ID, {
      nullable: true,
      description:
        'Your own random name for this tab, the same as in `planPresence`; 1 to 64 characters of ASCII. Absent: one for the seat.',
    })
    tab: string | null | undefined,
    @Arg('at', () => Cursor, { nullable: true, description: 'Of the last edit that this tab has applied.' })
    at: string | null | undefined,
    @Arg('nodeId', () => ID, { nullable: true, description: 'Null: nowhere in particular, as one who only reads.' })
    nodeId: string | null | undefined,
    @Arg('field', () => String, { nullable: true, description: 'A field of that node.' })
    field: string | null | undefined,
    @Arg('locale', () => String, { nullable: true, description: 'Of a field that has texts.' })
    locale: string | null | undefined,
    @Arg('anchor', () => String, {
      nullable: true,
      description:
        'A Yjs relative position in base64, at most 200 bytes, made with the text itself and not the name of a root.',
    })
    anchor: string | null | undefined,
    @Arg('head', () => String, { nullable: true, description: 'The same; absent: as `anchor`.' })
    head: string | null | undefined,
    @Ctx() { presence, actor }: PlansContext,
  ): Promise<string> {
    return presence.set(actor, planId, tab ?? null, { at, nodeId, field, locale, anchor, head });
  }

  @Subscription(() => PlanPeople, {
    description:
      'Everybody who has the plan open, whenever that changes, at most twice a second and more seldom in a crowd. Your tab is on the list from the start, for 30 s after its last `setPlanPresence`, and leaves it at once when this subscription ends. NOT_FOUND, FORBIDDEN; RIGHTS_CHANGED when you may no longer open the plan.',
    subscribe: ({ args, context }) => {
      const { presence, actor } = context as PlansContext;
      return presence.follow(actor, args.planId, args.tab ?? null) as never;
    },
  })
  planPresence(
    @Root() people: PlanPeople,
    @Arg('planId', () => ID) _planId: string,
    @Arg('tab', () => ID, { nullable: true }) _tab: string | null | undefined,
  ): PlanPeople {
    return people;
  }
}
