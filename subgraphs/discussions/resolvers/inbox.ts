import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor } from '../../../kit/scalars.ts';
import { answer, defineEnum, MutationProblem } from '../../../kit/types.ts';
import { markAllRead, markThreadRead } from '../commands/reading.ts';
import type { DiscussionsContext } from '../context.ts';
import { Thread, ThreadConnection } from '../entities/thread.ts';
import { MarkThreadReadInput } from '../post-inputs.ts';
import { paged, pageThreads } from './pages.ts';
import { ThreadPayload } from './payloads.ts';

const inboxFilters = ['ALL', 'UNREAD', 'MENTIONS'] as const;
type InboxFilter = (typeof inboxFilters)[number];
const InboxFilterEnum = defineEnum(
  'InboxFilter',
  inboxFilters,
  'ALL: every thread that you may read, latest activity first. UNREAD: those with posts of others that you have not read, those that ' +
    'mention you first. MENTIONS: of these, those that mention you.',
);

@ObjectType()
export class MarkAllReadPayload {
  @Field(() => Boolean)
  done!: boolean;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => Thread)
export class InboxResolver {
  @Query(() => ThreadConnection, {
    description: 'Threads that you may read. The cursor of one filter is not one of another.',
  })
  @Directive(paged)
  async inbox(
    @Arg('first', () => Int, { nullable: true, defaultValue: 30 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Arg('filter', () => InboxFilterEnum, { nullable: true, defaultValue: 'ALL' }) filter: InboxFilter | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    if ((filter ?? 'ALL') === 'ALL') return pageThreads({ first, after }, 30, cursors.inbox, loaders.inbox);
    const size = checkFirst(first ?? 30);
    const place = after ? cursors.unread.decode(after) : null;
    const rows = await loaders.unreadThreads({ mentionsOnly: filter === 'MENTIONS', limit: size + 1, after: place });
    return toConnection(rows, size, after, cursors.unread, ({ mentioned, lastActivityAt, id }) => [
      mentioned,
      lastActivityAt.toISOString(),
      id,
    ]);
  }

  @Mutation(() => ThreadPayload, { description: 'Notes how far your seat has read, on all your devices.' })
  markThreadRead(
    @Arg('input', () => MarkThreadReadInput) input: MarkThreadReadInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('thread', async () => {
      const id = await context.database.transaction((tx) => markThreadRead(tx, context.actor, input));
      context.live.threadChanged();
      context.refresh();
      return context.loaders.thread.load(id);
    });
  }

  @Mutation(() => MarkAllReadPayload, { description: 'Every thread that you may read, as it is now.' })
  markAllRead(
    @Arg('clientMutationId', () => ID, { nullable: true, description: 'Not needed.' })
    _clientMutationId: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('done', async () => {
      await context.database.transaction((tx) => markAllRead(tx, context.actor));
      context.live.threadChanged();
      return true;
    }).then((payload) => ({ ...payload, done: payload.done ?? false }));
  }

  @FieldResolver(() => Int, {
    description: 'Posts of others that your seat has not read; 0 for readers without a seat.',
  })
  async unread(@Root() thread: Thread, @Ctx() { loaders }: DiscussionsContext): Promise<number> {
    return (await loaders.unread.load(thread.id))?.posts ?? 0;
  }

  @FieldResolver(() => Int, { description: 'Of these, those that mention your seat.' })
  async unreadMentions(@Root() thread: Thread, @Ctx() { loaders }: DiscussionsContext): Promise<number> {
    return (await loaders.unread.load(thread.id))?.mentions ?? 0;
  }
}
