import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import type { DiscussionsContext } from '../context.ts';
import { Decision } from '../entities/decision.ts';
import { Post } from '../entities/post.ts';
import { Thread } from '../entities/thread.ts';

@ObjectType({ description: 'A post that has changed since it was written, as it is now.' })
export class PostChange {
  @Field(() => Post)
  post!: Post;
  @Field(() => Cursor, { description: 'Where you stand: as `after` of the same subscription.' })
  cursor!: string;
}

@Resolver(() => Thread)
export class LiveResolver {
  @Subscription(() => Post, {
    description:
      'Posts of a thread that come after the one named, then live, each once and in order; without one, from now. NOT_FOUND, ' +
      'BAD_USER_INPUT, CURSOR_INVALID.',
    subscribe: ({ args, context }) => {
      const { live, actor, cursors } = context as DiscussionsContext;
      const { after, afterPost } = args as { after?: string | null; afterPost?: string | null };
      const place = after ? { position: cursors.posts.decode(after) } : afterPost ? { postId: afterPost } : null;
      return live.followPosts(actor, args.threadId, place) as never;
    },
  })
  postAdded(
    @Root() post: Post,
    @Arg('threadId', () => ID) _threadId: string,
    @Arg('afterPost', () => ID, { nullable: true, description: 'The last post that you have.' })
    _afterPost: string | null | undefined,
    @Arg('after', () => Cursor, { nullable: true, description: 'Its cursor; goes before `afterPost`.' })
    _after: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ): Post {
    context.refresh(); // what was read for the last event may have changed
    return post;
  }

  @Subscription(() => PostChange, {
    description:
      'Posts of a thread that were edited, deleted, redacted, translated or reacted to: each as it is now, so several changes may come as ' +
      'one. Begin after `Thread.changesCursor` as you read it with the posts; without it, from now. NOT_FOUND, CURSOR_INVALID.',
    subscribe: ({ args, context }) => {
      const { live, actor, cursors } = context as DiscussionsContext;
      return live.followChanges(actor, args.threadId, args.after ? cursors.changes.decode(args.after) : null) as never;
    },
  })
  postChanged(
    @Root() post: Post,
    @Arg('threadId', () => ID) _threadId: string,
    @Arg('after', () => Cursor, { nullable: true }) _after: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ): PostChange {
    context.refresh();
    return Object.assign(new PostChange(), { post, cursor: context.cursors.changes.encode(post.change) });
  }

  @Subscription(() => Thread, {
    description:
      'A thread that you may read has got a post, or changed, or your seat has read on in it: ask it what it has for you. Begins now; ' +
      'after a break read `inbox` again.',
    subscribe: ({ context }) => {
      const { live, actor } = context as DiscussionsContext;
      return live.followInbox(actor) as never;
    },
  })
  inboxChanged(@Root() thread: Thread, @Ctx() context: DiscussionsContext): Thread {
    context.refresh();
    return thread;
  }

  @Subscription(() => Decision, {
    description: 'A decision as it is, then whenever its status, text, round or positions change. NOT_FOUND.',
    subscribe: ({ args, context }) => {
      const { live, actor } = context as DiscussionsContext;
      return live.followDecision(actor, args.id) as never;
    },
  })
  decisionChanged(
    @Root() decision: Decision,
    @Arg('id', () => ID) _id: string,
    @Ctx() context: DiscussionsContext,
  ): Decision {
    context.refresh();
    return decision;
  }

  @FieldResolver(() => Cursor, { description: 'As `after` of the subscription `postChanged`.' })
  changesCursor(@Root() { changeCount }: Thread, @Ctx() { cursors }: DiscussionsContext): string {
    return cursors.changes.encode(changeCount);
  }
}
