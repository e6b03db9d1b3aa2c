import { Arg, Ctx, Directive, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { fileUrl } from '../../../kit/files.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { networkCalendarIdOf } from '../calendar.ts';
import type { DiscussionsContext } from '../context.ts';
import { KnowledgeConnection, KnowledgeItem } from '../entities/knowledge.ts';
import {
  MeetingConnection,
  MeetingFile,
  type MeetingKind,
  MeetingKindEnum,
  type MeetingStatus,
  MeetingStatusEnum,
} from '../entities/meeting.ts';
import { Statement, StatementConnection, type StatementStatus, StatementStatusEnum } from '../entities/statement.ts';
import { Activity, Network, ReviewEngagement } from '../entities/stubs.ts';
import { KnowledgeFilter } from '../library-inputs.ts';
import type { KnowledgePage } from '../library-loaders.ts';
import { placeOf } from '../meeting-loaders.ts';
import { cleanText, isBlank } from '../text.ts';
import { paged } from './pages.ts';

type Context = Pick<DiscussionsContext, 'loaders' | 'cursors'>;

/** @throws ApiError BAD_USER_INPUT, CURSOR_INVALID */
async function pageKnowledge(
  args: { filter: KnowledgeFilter | null; first: number | null; after: string | null },
  { cursors }: Context,
  load: (page: KnowledgePage) => Promise<KnowledgeItem[]>,
) {
  const first = checkFirst(args.first ?? 20);
  const { kind, tag, article, thematicArea, country, needsReview, text } = args.filter ?? {};
  const words = cleanText(text ?? '');
  for (const typed of [words, tag ?? '', article ?? '']) {
    if (typed.length > 200) throw new ApiError('BAD_USER_INPUT', 'filter: at most 200 characters.');
  }
  const rows = await load({
    ...{ kind, thematicArea, country },
    tag: tag ? cleanText(tag).toLocaleLowerCase('en') : null,
    article: article ? cleanText(article) : null,
    reviewBy: needsReview ? new Date().toISOString().slice(0, 10) : null,
    text: isBlank(words) ? null : words,
    limit: first + 1,
    after: args.after ? cursors.knowledge.decode(args.after) : null,
  });
  return toConnection(rows, first, args.after, cursors.knowledge, (row) => [row.createdAt.toISOString(), row.id]);
}

@Resolver(() => Network)
export class NetworkLibraryResolver {
  @FieldResolver(() => MeetingConnection, { nullable: true, description: 'Those you may see, latest first.' })
  @Directive(paged)
  async meetingsConnection(
    @Root() network: Network,
    @Arg('kind', () => MeetingKindEnum, { nullable: true }) kind: MeetingKind | null,
    @Arg('status', () => MeetingStatusEnum, { nullable: true }) status: MeetingStatus | null,
    @Arg('from', () => DateTime, { nullable: true, description: 'That begin at this time or later.' })
    from: Date | null,
    @Arg('before', () => DateTime, { nullable: true, description: 'That begin before this time.' }) before: Date | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    const size = checkFirst(first ?? 20);
    const place = after ? cursors.meetings.decode(after) : null;
    const page = { kind, status, from, before, limit: size + 1, after: place };
    const rows = await loaders.meetingsOfNetwork(page).load(network.id);
    return toConnection(rows, size, after, cursors.meetings, placeOf);
  }

  @FieldResolver(() => MeetingFile, { description: 'All its meetings that you may see, for a calendar (iCalendar).' })
  meetingsFile(@Root() network: Network): MeetingFile {
    const url = fileUrl('discussions', networkCalendarIdOf(network.id));
    return Object.assign(new MeetingFile(), { url, name: 'meetings.ics', mediaType: 'text/calendar' });
  }

  @FieldResolver(() => StatementConnection, { nullable: true, description: 'Those you may see, newest first.' })
  @Directive(paged)
  async statements(
    @Root() network: Network,
    @Arg('status', () => StatementStatusEnum, { nullable: true }) status: StatementStatus | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    const size = checkFirst(first ?? 20);
    const place = after ? cursors.statements.decode(after) : null;
    const rows = await loaders.statementsOfNetwork({ status, limit: size + 1, after: place }).load(network.id);
    return toConnection(rows, size, after, cursors.statements, (row) => [row.createdAt.toISOString(), row.id]);
  }

  @FieldResolver(() => KnowledgeConnection, {
    nullable: true,
    description: 'Of its library: what you may see, newest first.',
  })
  @Directive(paged)
  knowledge(
    @Root() network: Network,
    @Arg('filter', () => KnowledgeFilter, { nullable: true }) filter: KnowledgeFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() context: DiscussionsContext,
  ) {
    const load = (page: KnowledgePage) => context.loaders.knowledgeOfNetwork(page).load(network.id);
    return pageKnowledge({ filter, first, after }, context, load);
  }
}

@Resolver()
export class LibraryResolver {
  @Query(() => KnowledgeConnection, {
    description: 'Of the libraries of all networks: what you may see, newest first.',
  })
  @Directive(paged)
  knowledge(
    @Arg('filter', () => KnowledgeFilter, { nullable: true }) filter: KnowledgeFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() context: DiscussionsContext,
  ) {
    const load = (page: KnowledgePage) => context.loaders.knowledge(page).load('all');
    return pageKnowledge({ filter, first, after }, context, load);
  }
}

@Resolver(() => Activity)
export class ActivityLibraryResolver {
  @FieldResolver(() => [KnowledgeItem], {
    nullable: true,
    description: 'Of the library that comes from it or serves it: what you may see, newest first; at most 100.',
  })
  @Directive('@listSize(assumedSize: 3)')
  knowledge(@Root() activity: Activity, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.knowledgeOfActivity({ limit: 100 }).load(activity.id);
  }
}

@Resolver(() => ReviewEngagement)
export class EngagementLibraryResolver {
  @FieldResolver(() => [Statement], {
    nullable: true,
    description: 'Made for it: those you may see, newest first; at most 100.',
  })
  @Directive('@listSize(assumedSize: 2)')
  statements(@Root() engagement: ReviewEngagement, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.statementsOfEngagement({ limit: 100 }).load(engagement.id);
  }
}
