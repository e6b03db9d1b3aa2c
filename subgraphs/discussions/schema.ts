import 'reflect-metadata';
import { buildFederatedSchema, type ReferenceResolver } from '../../kit/schema.ts';
import { ConflictError, ForbiddenError, LocalizedText, ValidationError } from '../../kit/types.ts';
import type { DiscussionsContext } from './context.ts';
import { Decision } from './entities/decision.ts';
import { KnowledgeItem } from './entities/knowledge.ts';
import { Meeting } from './entities/meeting.ts';
import { Post } from './entities/post.ts';
import { Statement } from './entities/statement.ts';
import { Country, stub, stubs } from './entities/stubs.ts';
import { Thread } from './entities/thread.ts';
import { anchorResolvers, BodyResolver, NetworkResolver, WorkingPlanResolver } from './resolvers/anchors.ts';
import { AttachmentResolver } from './resolvers/attachments.ts';
import { DecisionStepsResolver } from './resolvers/decision-steps.ts';
import {
  DecisionResolver,
  DecisionRoundResolver,
  PositionRecordResolver,
  TallyResolver,
} from './resolvers/decisions.ts';
import { InboxResolver } from './resolvers/inbox.ts';
import {
  KnowledgeReadingResolver,
  KnowledgeResolver,
  ReuseCountResolver,
  ReuseRecordResolver,
} from './resolvers/knowledge.ts';
import {
  ActivityLibraryResolver,
  EngagementLibraryResolver,
  LibraryResolver,
  NetworkLibraryResolver,
} from './resolvers/library-lists.ts';
import { LibraryRedactionResolver } from './resolvers/library-redaction.ts';
import { LiveResolver } from './resolvers/live.ts';
import { MeetingStepsResolver } from './resolvers/meeting-steps.ts';
import {
  AgendaItemResolver,
  AttendanceResolver,
  ExternalParticipantResolver,
  MeetingResolver,
  MinutesResolver,
  WebLinkResolver,
} from './resolvers/meetings.ts';
import { PostResolver, PostTranslationResolver, ReactionResolver } from './resolvers/posts.ts';
import { SafetyResolver } from './resolvers/safety.ts';
import { SearchResolver } from './resolvers/search.ts';
import { SafetyCheckResolver, StatementResolver } from './resolvers/statements.ts';
import { TextPlacesResolver } from './resolvers/text-places.ts';
import { ThreadResolver } from './resolvers/threads.ts';

/** The subgraph's executable schema and its SDL. Pure: no database, no network. */
export function buildDiscussionsSchema() {
  const references: Record<string, ReferenceResolver> = {
    Thread: ({ id }, { loaders }: DiscussionsContext) => loaders.thread.load(id),
    Post: ({ id }, { loaders }: DiscussionsContext) => loaders.post.load(id),
    Meeting: ({ id }, { loaders }: DiscussionsContext) => loaders.meeting.load(id),
    Decision: ({ id }, { loaders }: DiscussionsContext) => loaders.decision.load(id),
    Statement: ({ id }, { loaders }: DiscussionsContext) => loaders.statement.load(id),
    KnowledgeItem: ({ id }, { loaders }: DiscussionsContext) => loaders.knowledgeItem.load(id),
  };
  for (const [name, type] of Object.entries(stubs)) {
    references[name] = ({ id }) => stub<{ id: string }>(type, id);
  }
  return buildFederatedSchema({
    resolvers: [
      ThreadResolver,
      PostResolver,
      PostTranslationResolver,
      ReactionResolver,
      AttachmentResolver,
      InboxResolver,
      SearchResolver,
      SafetyResolver,
      TextPlacesResolver,
      LiveResolver,
      MeetingResolver,
      MeetingStepsResolver,
      AgendaItemResolver,
      AttendanceResolver,
      ExternalParticipantResolver,
      WebLinkResolver,
      MinutesResolver,
      StatementResolver,
      SafetyCheckResolver,
      KnowledgeResolver,
      KnowledgeReadingResolver,
      ReuseRecordResolver,
      ReuseCountResolver,
      LibraryResolver,
      LibraryRedactionResolver,
      NetworkLibraryResolver,
      ActivityLibraryResolver,
      EngagementLibraryResolver,
      DecisionResolver,
      DecisionStepsResolver,
      DecisionRoundResolver,
      PositionRecordResolver,
      TallyResolver,
      NetworkResolver,
      BodyResolver,
      WorkingPlanResolver,
      ...anchorResolvers,
    ],
    orphanedTypes: [
      Thread,
      Post,
      Meeting,
      Decision,
      Statement,
      KnowledgeItem,
      Country,
      ...Object.values(stubs),
      LocalizedText,
      ValidationError,
      ConflictError,
      ForbiddenError,
    ],
    references,
  });
}
