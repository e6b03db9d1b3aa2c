import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText } from '../../../kit/types.ts';
import { deletePost, editPost, post } from '../commands/posts.ts';
import type { DiscussionsContext } from '../context.ts';
import { Post } from '../entities/post.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { Thread } from '../entities/thread.ts';
import { PostInput } from '../inputs.ts';
import { PostPayload } from './payloads.ts';

@Resolver(() => Post)
export class PostResolver {
  @Mutation(() => PostPayload)
  post(@Arg('input', () => PostInput) input: PostInput, @Ctx() context: DiscussionsContext) {
    return answer('post', async () => {
      const id = await context.database.transaction((tx) => post(tx, context.actor, input));
      return context.loaders.post.load(id);
    });
  }

  @Mutation(() => PostPayload, { description: 'By its author.' })
  editPost(
    @Arg('id', () => ID) id: string,
    @Arg('body', () => String) body: string,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('post', async () => {
      await context.database.transaction((tx) => editPost(tx, context.actor, { id, body }));
      return context.loaders.post.clear(id).load(id);
    });
  }

  @Mutation(() => PostPayload, { description: 'By its author. The post keeps its place, without its text.' })
  deletePost(@Arg('id', () => ID) id: string, @Ctx() context: DiscussionsContext) {
    return answer('post', async () => {
      await context.database.transaction((tx) => deletePost(tx, context.actor, { id }));
      return context.loaders.post.clear(id).load(id);
    });
  }

  @FieldResolver(() => Thread)
  thread(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.thread.load(post.threadId);
  }

  @FieldResolver(() => Seat, { nullable: true })
  author(@Root() post: Post) {
    return post.authorSeatId === null ? null : stub(Seat, post.authorSeatId);
  }

  @FieldResolver(() => LocalizedText, { description: 'Plain text; empty if the post was deleted.' })
  body(@Root() post: Post, @Arg('locale', () => LocaleTag, { nullable: true }) _locale: string | null): LocalizedText {
    const locale = post.originalLocale;
    return { locale, text: post.deletedAt ? '' : post.text, machineTranslated: false, sourceLocale: locale };
  }

  @FieldResolver(() => [Seat], { nullable: true })
  @Directive('@listSize(assumedSize: 2)')
  mentions(@Root() post: Post) {
    return post.deletedAt ? [] : post.mentionSeatIds.map((id) => stub(Seat, id));
  }

  @FieldResolver(() => Post, { nullable: true })
  replyTo(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return post.replyToId === null ? null : loaders.post.load(post.replyToId);
  }
}
