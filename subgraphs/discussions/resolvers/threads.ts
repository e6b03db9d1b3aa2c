import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { setThreadStatus, startThread } from '../commands/threads.ts';
import type { DiscussionsContext } from '../context.ts';
import { PostConnection } from '../entities/post.ts';
import { Body, Network, Seat, stub } from '../entities/stubs.ts';
import { Thread, ThreadAnchor, type ThreadStatus, ThreadStatusEnum } from '../entities/thread.ts';
import { StartThreadInput } from '../inputs.ts';
import { loadAnchor, paged } from './pages.ts';
import { ThreadPayload } from './payloads.ts';

@Resolver(() => Thread)
export class ThreadResolver {
  @Query(() => Thread, { nullable: true })
  thread(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.thread.load(id);
  }

  @Mutation(() => ThreadPayload)
  startThread(@Arg('input', () => StartThreadInput) input: StartThreadInput, @Ctx() context: DiscussionsContext) {
    return answer('thread', async () => {
      const id = await context.database.transaction((tx) => startThread(tx, context.actor, input));
      context.live.threadChanged();
      return context.loaders.thread.load(id);
    });
  }

  @Mutation(() => ThreadPayload)
  setThreadStatus(
    @Arg('id', () => ID) id: string,
    @Arg('status', () => ThreadStatusEnum) status: ThreadStatus,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('thread', async () => {
      await context.database.transaction((tx) => setThreadStatus(tx, context.actor, { id, status }));
      context.live.threadChanged();
      return context.loaders.thread.clear(id).load(id);
    });
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() thread: Thread) {
    return thread.networkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => Body, { nullable: true, description: 'The body it belongs to: the audience of a GROUP thread.' })
  body(@Root() thread: Thread) {
    return thread.bodyId === null ? null : stub(Body, thread.bodyId);
  }

  @FieldResolver(() => ThreadAnchor, {
    nullable: true,
    description: 'null if it is one of discussions that you may not see.',
  })
  anchor(@Root() thread: Thread, @Ctx() { loaders }: DiscussionsContext) {
    return loadAnchor(loaders, thread.anchorTypename, thread.anchorId);
  }

  @FieldResolver(() => LocalizedText, { nullable: true })
  title(
    @Root() thread: Thread,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(thread.titles, locale, thread.sourceLocale);
  }

  @FieldResolver(() => Seat, { nullable: true })
  startedBy(@Root() thread: Thread) {
    return thread.startedBySeatId === null ? null : stub(Seat, thread.startedBySeatId);
  }

  @FieldResolver(() => PostConnection)
  @Directive(paged)
  async posts(
    @Root() thread: Thread,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    const size = checkFirst(first ?? 50);
    const position = after ? cursors.posts.decode(after) : 0;
    const rows = await loaders.posts({ limit: size + 1, after: position }).load(thread.id);
    return toConnection(rows, size, after, cursors.posts, (post) => post.position);
  }

  @FieldResolver(() => [Seat], {
    nullable: true,
    description: 'Seats with a post in it, in the order in which they came in.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async participants(@Root() thread: Thread, @Ctx() { loaders }: DiscussionsContext) {
    const seats = await loaders.participants.load(thread.id);
    return seats.map(({ seatId }) => stub(Seat, seatId));
  }
}
