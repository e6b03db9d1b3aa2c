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
import { answer, MutationProblem } from '../../../kit/types.ts';
import { readRevisions } from '../commands/history.ts';
import { closeReport, redactPost, redactThread, reportPost } from '../commands/redaction.ts';
import type { DiscussionsContext } from '../context.ts';
import { PostRevision } from '../entities/post.ts';
import { PostReport, PostReportConnection } from '../entities/report.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { mayReadReports } from '../policy.ts';
import { CloseReportInput, RedactPostInput, RedactThreadInput, ReportPostInput } from '../post-inputs.ts';
import { paged } from './pages.ts';
import { PostPayload, ThreadPayload } from './payloads.ts';
import { answerPost } from './posts.ts';

@ObjectType()
export class ReportPayload {
  @Field(() => ID, { nullable: true, description: 'Of the report.' })
  reportId!: string | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => PostReport)
export class SafetyResolver {
  @Mutation(() => PostPayload, {
    description:
      'By the safety officer of a network of the thread, also of a post that he does not read; `post` is null then. Its text leaves the ' +
      'post, its history, translations, search, files and reports for good.',
  })
  redactPost(@Arg('input', () => RedactPostInput) input: RedactPostInput, @Ctx() context: DiscussionsContext) {
    return answerPost(context, (tx) => redactPost(tx, context.actor, input));
  }

  @Mutation(() => ThreadPayload, {
    description:
      'Takes a thread’s title, and the quote it hangs on, out for good. By the safety officer of a network of it.',
  })
  redactThread(@Arg('input', () => RedactThreadInput) input: RedactThreadInput, @Ctx() context: DiscussionsContext) {
    return answer('thread', async () => {
      const id = await context.database.transaction((tx) => redactThread(tx, context.actor, input));
      context.live.threadChanged();
      context.refresh();
      return context.loaders.thread.load(id);
    });
  }

  @Mutation(() => ReportPayload, {
    description: 'Tells the safety officers of the thread’s networks of a post that endangers or offends somebody.',
  })
  reportPost(@Arg('input', () => ReportPostInput) input: ReportPostInput, @Ctx() context: DiscussionsContext) {
    return answer('reportId', () => context.database.transaction((tx) => reportPost(tx, context.actor, input)));
  }

  @Mutation(() => ReportPayload, { description: 'By a safety officer, when what had to be done is done.' })
  closeReport(@Arg('input', () => CloseReportInput) input: CloseReportInput, @Ctx() context: DiscussionsContext) {
    return answer('reportId', () => context.database.transaction((tx) => closeReport(tx, context.actor, input)));
  }

  @Query(() => PostReportConnection, {
    description: 'Of posts in threads of a network, newest first, for its safety officers; empty for others.',
  })
  @Directive(paged)
  async postReports(
    @Arg('networkId', () => ID) networkId: string,
    @Arg('open', () => Boolean, { nullable: true, defaultValue: true, description: 'Only those not closed yet.' })
    open: boolean | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null | undefined,
    @Ctx() { actor, loaders, cursors }: DiscussionsContext,
  ) {
    const size = checkFirst(first ?? 20);
    const place = after ? cursors.reports.decode(after) : null;
    const rows = mayReadReports(actor, networkId)
      ? await loaders.reportsOfNetwork(networkId, { open: open ?? true, limit: size + 1, after: place })
      : [];
    return toConnection(rows, size, after, cursors.reports, ({ reportedAt, id }) => [reportedAt.toISOString(), id]);
  }

  @Query(() => [PostRevision], {
    description:
      'What a post said before it was edited, first text first: for the safety officers of the networks its author spoke in, where they ' +
      'may read the thread. That somebody looked stands in the audit log. Empty for others.',
  })
  @Directive('@listSize(assumedSize: 5)')
  postHistory(@Arg('postId', () => ID) postId: string, @Ctx() { database, actor }: DiscussionsContext) {
    return database.transaction((tx) => readRevisions(tx, actor, postId));
  }

  @FieldResolver(() => Seat, { nullable: true })
  reportedBy(@Root() { seatId }: PostReport) {
    return stub(Seat, seatId);
  }
}
