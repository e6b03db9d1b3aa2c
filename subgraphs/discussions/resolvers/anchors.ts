import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import type { DiscussionsContext } from '../context.ts';
import { Decision, DecisionConnection, type DecisionStatus, DecisionStatusEnum } from '../entities/decision.ts';
import { KnowledgeItem } from '../entities/knowledge.ts';
import {
  Meeting,
  type MeetingKind,
  MeetingKindEnum,
  type MeetingStatus,
  MeetingStatusEnum,
} from '../entities/meeting.ts';
import { Statement } from '../entities/statement.ts';
import {
  Activity,
  Body,
  Guidelines,
  Network,
  Objective,
  Outcome,
  ReviewEngagement,
  WorkingPlan,
} from '../entities/stubs.ts';
import {
  type AnchorTypename,
  Thread,
  ThreadConnection,
  type ThreadStatus,
  ThreadStatusEnum,
} from '../entities/thread.ts';
import { pageDecisions, paged, pageThreads } from './pages.ts';

@Resolver(() => Network)
export class NetworkResolver {
  @FieldResolver(() => ThreadConnection, { nullable: true, description: 'Those you may read, latest activity first.' })
  @Directive(paged)
  threads(
    @Root() network: Network,
    @Arg('status', () => ThreadStatusEnum, { nullable: true }) status: ThreadStatus | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    return pageThreads({ status, first, after }, 20, cursors.threads, (page) =>
      loaders.threadsOfNetwork(page).load(network.id),
    );
  }

  @FieldResolver(() => [Meeting], {
    nullable: true,
    description: 'Those you may see, latest first; at most 100: older ones through `meetingsConnection`.',
  })
  @Directive('@listSize(assumedSize: 20)')
  meetings(
    @Root() network: Network,
    @Arg('kind', () => MeetingKindEnum, { nullable: true }) kind: MeetingKind | null,
    @Arg('status', () => MeetingStatusEnum, { nullable: true }) status: MeetingStatus | null,
    @Ctx() { loaders }: DiscussionsContext,
  ) {
    return loaders.meetingsOfNetwork({ kind, status, limit: 100 }).load(network.id);
  }

  @FieldResolver(() => DecisionConnection, { nullable: true, description: 'Those you may see, newest first.' })
  @Directive(paged)
  decisions(
    @Root() network: Network,
    @Arg('status', () => DecisionStatusEnum, { nullable: true }) status: DecisionStatus | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    return pageDecisions({ status, first, after }, cursors.decisions, (page) =>
      loaders.decisionsOfNetwork(page).load(network.id),
    );
  }
}

@Resolver(() => Body)
export class BodyResolver {
  @FieldResolver(() => ThreadConnection, { nullable: true, description: 'Those you may read, latest activity first.' })
  @Directive(paged)
  threads(
    @Root() body: Body,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { loaders, cursors }: DiscussionsContext,
  ) {
    return pageThreads({ first, after }, 20, cursors.threads, (page) => loaders.threadsOfBody(page).load(body.id));
  }

  @FieldResolver(() => [Meeting], { nullable: true, description: 'Those you may see, latest first; at most 100.' })
  @Directive('@listSize(assumedSize: 10)')
  meetings(@Root() body: Body, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.meetingsOfBody({ limit: 100 }).load(body.id);
  }
}

@Resolver(() => WorkingPlan)
export class WorkingPlanResolver {
  @FieldResolver(() => [Decision], {
    nullable: true,
    description: 'On this plan, in any of its networks: those you may see, newest first; at most 100.',
  })
  @Directive('@listSize(assumedSize: 5)')
  decisions(@Root() plan: WorkingPlan, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.decisionsOfPlan({ limit: 100 }).load(plan.id);
  }
}

/** Threads that hang on one thing: the latest hundred; older ones are found through their network. */
function createAnchorResolver(typename: AnchorTypename, type: new () => { id: string }) {
  @Resolver(() => type)
  class AnchorResolver {
    @FieldResolver(() => [Thread], {
      nullable: true,
      description: 'Those you may read, latest activity first; at most 100.',
    })
    @Directive('@listSize(assumedSize: 5)')
    threads(
      @Root() anchor: { id: string },
      @Arg('status', () => ThreadStatusEnum, { nullable: true }) status: ThreadStatus | null,
      @Ctx() { loaders }: DiscussionsContext,
    ) {
      return loaders.threadsOfAnchor({ status, limit: 100 }).load(`${typename} ${anchor.id}`);
    }
  }
  return AnchorResolver;
}

export const anchorResolvers = Object.entries({
  WorkingPlan,
  Objective,
  Outcome,
  Activity,
  Meeting,
  Decision,
  Guidelines,
  ReviewEngagement,
  Statement,
  KnowledgeItem,
}).map(([typename, type]) => createAnchorResolver(typename as AnchorTypename, type));
