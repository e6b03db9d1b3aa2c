import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, type TranslationState, TranslationStateEnum } from '../../../kit/types.ts';
import { deletePost, editPost, post } from '../commands/posts.ts';
import { setReaction } from '../commands/reactions.ts';
import { requestTranslation, translatePost } from '../commands/translations.ts';
import type { DiscussionsContext } from '../context.ts';
import { Attachment } from '../entities/attachment.ts';
import { Post, PostTranslation, Reaction } from '../entities/post.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { Thread } from '../entities/thread.ts';
import { PostInput } from '../inputs.ts';
import { RequestTranslationInput, SetReactionInput, TranslatePostInput } from '../post-inputs.ts';
import { PostPayload } from './payloads.ts';

/** Runs a command, tells who follows the thread, and answers with the post as it is now. */
export const answerPost = (context: DiscussionsContext, command: (tx: Transaction) => Promise<string>) =>
  answer('post', async () => {
    const id = await context.database.transaction(command);
    context.live.threadChanged();
    context.refresh();
    return context.loaders.post.load(id);
  });

/** The translation that a reader gets who asks for this language; undefined: the original. */
async function findTranslation(
  { loaders }: DiscussionsContext,
  post: Post,
  locale: string | null,
): Promise<PostTranslation | undefined> {
  if (locale === null || post.deletedAt || locale === post.originalLocale) return undefined;
  const language = locale.split('-')[0] as string;
  if (locale === language && post.originalLocale.split('-')[0] === language) return undefined;
  const translations = await loaders.translations.load(post.id);
  const find = (wanted: string) => translations.find((one) => one.locale === wanted);
  return find(locale) ?? (language === post.originalLocale.split('-')[0] ? undefined : find(language));
}

const stateOf = (translation: PostTranslation, { version }: Post): TranslationState =>
  translation.sourceVersion === version ? 'HUMAN_REVIEWED' : 'STALE';

@Resolver(() => Post)
export class PostResolver {
  @Mutation(() => PostPayload, { description: 'Answers in a thread, by whoever takes part in one of its networks.' })
  post(@Arg('input', () => PostInput) input: PostInput, @Ctx() context: DiscussionsContext) {
    return answerPost(context, (tx) => post(tx, context.actor, input));
  }

  @Mutation(() => PostPayload, {
    description: 'By its author. What it said before is kept for the safety officers of its networks alone.',
  })
  editPost(
    @Arg('id', () => ID) id: string,
    @Arg('body', () => String) body: string,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description: '`Post.version` as you saw it: a later one is a ConflictError.',
    })
    expectedVersion: number | null | undefined,
    @Arg('clientMutationId', () => ID, {
      nullable: true,
      description: 'Yours to choose: the same one sent again changes nothing more.',
    })
    clientMutationId: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ) {
    const edit = (tx: Transaction) =>
      editPost(tx, context.actor, { id, body, expectedVersion: expectedVersion ?? null });
    if (clientMutationId == null || !isId(id)) return answerPost(context, edit);
    const input = { clientMutationId, id, body, expectedVersion };
    return answerPost(context, (tx) => once(tx, context.actor, 'editPost', input, id, () => edit(tx)));
  }

  @Mutation(() => PostPayload, {
    description: 'By its author. The post keeps its place, without its text and all that hung on it.',
  })
  deletePost(
    @Arg('id', () => ID) id: string,
    @Arg('clientMutationId', () => ID, {
      nullable: true,
      description: 'Not needed: to delete twice is to delete once.',
    })
    _clientMutationId: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerPost(context, (tx) => deletePost(tx, context.actor, { id }));
  }

  @Mutation(() => PostPayload, {
    description: 'A sign under a post, from your seat, by whoever may post in the thread.',
  })
  setReaction(@Arg('input', () => SetReactionInput) input: SetReactionInput, @Ctx() context: DiscussionsContext) {
    return answerPost(context, (tx) => setReaction(tx, context.actor, input));
  }

  @Mutation(() => PostPayload, {
    description: 'Gives a post in another language, or gives it better: by whoever may post in the thread.',
  })
  translatePost(@Arg('input', () => TranslatePostInput) input: TranslatePostInput, @Ctx() context: DiscussionsContext) {
    return answerPost(context, (tx) => translatePost(tx, context.actor, input));
  }

  @Mutation(() => PostPayload, { description: 'Asks those who can for a translation.' })
  requestTranslation(
    @Arg('input', () => RequestTranslationInput) input: RequestTranslationInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerPost(context, (tx) => requestTranslation(tx, context.actor, input));
  }

  @FieldResolver(() => Thread)
  thread(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.thread.load(post.threadId);
  }

  @FieldResolver(() => Seat, { nullable: true })
  author(@Root() post: Post) {
    return post.authorSeatId === null ? null : stub(Seat, post.authorSeatId);
  }

  @FieldResolver(() => LocalizedText, {
    description:
      'Plain text: in the language asked for if somebody gave it in that, else as it was written. Empty if it was deleted.',
  })
  async body(
    @Root() post: Post,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
    @Ctx() context: DiscussionsContext,
  ): Promise<LocalizedText> {
    const sourceLocale = post.originalLocale;
    const found = await findTranslation(context, post, locale ?? null);
    if (found) return { locale: found.locale, text: found.text, machineTranslated: false, sourceLocale };
    return { locale: sourceLocale, text: post.deletedAt ? '' : post.text, machineTranslated: false, sourceLocale };
  }

  @FieldResolver(() => TranslationStateEnum, {
    description: 'Of what `body` gives for the same language. STALE: the post was edited after it was translated.',
  })
  async translation(
    @Root() post: Post,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
    @Ctx() context: DiscussionsContext,
  ): Promise<TranslationState> {
    const found = await findTranslation(context, post, locale ?? null);
    return found ? stateOf(found, post) : 'ORIGINAL';
  }

  @FieldResolver(() => [PostTranslation])
  @Directive('@listSize(assumedSize: 2)')
  async translations(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    const found = await loaders.translations.load(post.id);
    return found.map((one) => Object.assign(one, { state: stateOf(one, post) }));
  }

  @FieldResolver(() => [LocaleTag], {
    description: 'Languages that somebody would like to read it in, first asked first.',
  })
  @Directive('@listSize(assumedSize: 2)')
  async wantedTranslations(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return (await loaders.wantedLocales.load(post.id)).map(({ locale }) => locale);
  }

  @FieldResolver(() => [Seat], {
    nullable: true,
    description: 'As its author named them. It reaches those who may read the thread.',
  })
  @Directive('@listSize(assumedSize: 2)')
  mentions(@Root() post: Post) {
    return post.deletedAt ? [] : post.mentionSeatIds.map((id) => stub(Seat, id));
  }

  @FieldResolver(() => Post, { nullable: true })
  replyTo(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return post.replyToId === null ? null : loaders.post.load(post.replyToId);
  }

  @FieldResolver(() => [Attachment], { description: 'Files, then links, at most ten.' })
  @Directive('@listSize(assumedSize: 2)')
  attachments(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.attachments.load(post.id);
  }

  @FieldResolver(() => [Reaction])
  @Directive('@listSize(assumedSize: 3)')
  reactions(@Root() post: Post, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.reactions.load(post.id);
  }

  @FieldResolver(() => Cursor, {
    description: 'Its place in the thread: as `after` of `Thread.posts` and of the subscription `postAdded`.',
  })
  cursor(@Root() post: Post, @Ctx() { cursors }: DiscussionsContext): string {
    return cursors.posts.encode(post.position);
  }
}

@Resolver(() => PostTranslation)
export class PostTranslationResolver {
  @FieldResolver(() => Seat, { nullable: true })
  translator(@Root() { seatId }: PostTranslation) {
    return stub(Seat, seatId);
  }
}

@Resolver(() => Reaction)
export class ReactionResolver {
  @FieldResolver(() => Boolean, { description: 'Whether your seat is among them.' })
  viewerReacted(@Root() { seatIds }: Reaction, @Ctx() { actor }: DiscussionsContext): boolean {
    return actor.seatId !== undefined && seatIds.includes(actor.seatId);
  }

  @FieldResolver(() => [Seat], { nullable: true, description: 'First reacted first, at most 20.' })
  @Directive('@listSize(assumedSize: 5)')
  seats(@Root() { seatIds }: Reaction) {
    return seatIds.slice(0, 20).map((id) => stub(Seat, id));
  }
}
