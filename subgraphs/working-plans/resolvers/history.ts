import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import * as Y from 'yjs';
import { ApiError } from '../../../kit/errors.ts';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer } from '../../../kit/types.ts';
import type { PlansContext } from '../context.ts';
import { contentOf } from '../document/canonical.ts';
import { PLAN_KEY } from '../document/fields.ts';
import {
  AuthoredText,
  DeletedNode,
  PlanDiff,
  PlanHistoryConnection,
  type PlanHistoryEntry,
} from '../entities/history.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { readAuthorship } from '../history/authorship.ts';
import { readDeleted } from '../history/deleted.ts';
import { diffContents } from '../history/diff.ts';
import { readEntries } from '../history/entries.ts';
import { restorePlanVersion } from '../history/restore.ts';
import { afresh } from '../loaders.ts';
import { mayOpenDocument } from '../policy.ts';
import { readVersion } from '../versions.ts';
import { type PlanView, splitId } from '../view.ts';
import { findPlan } from './find.ts';
import { PlanPayload } from './plans.ts';

@InputType()
export class RestorePlanVersionInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  planId!: string;
  @Field(() => Int, { description: '`PlanVersion.number`.' })
  number!: number;
}

/** `plan:x/a1` or `plan:x` itself. @throws ApiError BAD_USER_INPUT for a node of another plan */
function keyIn({ plan }: PlanView, nodeId: string): string {
  const [planId, key] = nodeId === plan.id ? [plan.id, PLAN_KEY] : (splitId(nodeId) ?? []);
  if (planId !== plan.id || key === undefined) throw new ApiError('BAD_USER_INPUT', 'nodeId: not a node of this plan.');
  return key;
}

/** The log as history: for those who may open the plan's document. */
@Resolver(() => WorkingPlan)
export class PlanHistoryResolver {
  @FieldResolver(() => PlanHistoryConnection, {
    nullable: true,
    description:
      'What was done, newest first, since the last redaction; null for readers from outside the owner networks. A page may hold fewer entries than asked for and have more after it.',
  })
  @Directive(
    '@listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)',
  )
  async history(
    @Root() { view }: { view: PlanView },
    @Arg('nodeId', () => ID, { nullable: true, description: 'Only what touched this node.' }) nodeId: string | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { plans, actor, loaders }: PlansContext,
  ): Promise<Connection<PlanHistoryEntry> | null> {
    checkFirst(first);
    if (!mayOpenDocument(actor, view.plan)) return null;
    const { id } = view.plan;
    const cursors = plans.rooms.cursors(`${id}/history`);
    const before = after == null ? null : cursors.decode(after).seq;
    const nodeKey = nodeId == null ? null : keyIn(view, nodeId);
    const { entries, cut } = await readEntries(loaders.history, id, { before, nodeKey, limit: first + 1 });
    const { epoch } = view.plan;
    const { edges, pageInfo } = toConnection(entries, first, after, cursors, ({ oldest }) => ({ epoch, seq: oldest }));
    return {
      edges: edges.map(({ node, cursor }) => ({ node: node.entry, cursor })),
      pageInfo: { ...pageInfo, hasNextPage: pageInfo.hasNextPage || cut },
    };
  }

  @FieldResolver(() => [Seat], {
    description: 'Who has written in it; empty for readers from outside the owner networks.',
  })
  @Directive('@listSize(assumedSize: 20)')
  async contributors(@Root() { view }: { view: PlanView }, @Ctx() { loaders, actor }: PlansContext): Promise<Seat[]> {
    if (!mayOpenDocument(actor, view.plan)) return [];
    const seats = await loaders.history.contributors.load(view.plan.id);
    return seats.map(({ seatId: id }) => stub(Seat, { id }));
  }

  @FieldResolver(() => [AuthoredText], {
    nullable: true,
    description:
      'Who wrote which words of a text that stands in the plan, in at most 2,000 stretches and the rest as one of nobody; null for readers from outside the owner networks, and where there is no such text.',
  })
  @Directive('@listSize(assumedSize: 20)')
  async authorship(
    @Root() { view }: { view: PlanView },
    @Arg('nodeId', () => ID, { description: "The plan's own id for its title and preamble." }) nodeId: string,
    @Arg('field', () => String) field: string,
    @Arg('locale', () => LocaleTag) locale: string,
    @Ctx() { plans, actor }: PlansContext,
  ): Promise<AuthoredText[] | null> {
    if (!mayOpenDocument(actor, view.plan)) return null;
    const node = view.room.doc.getMap('nodes').get(keyIn(view, nodeId));
    const texts = node instanceof Y.Map ? node.get(field) : undefined;
    const text = texts instanceof Y.Map ? texts.get(locale) : undefined;
    if (!(text instanceof Y.Text) && !(text instanceof Y.XmlFragment)) return null;
    return readAuthorship(plans.database.source, view.plan.id, text);
  }

  @FieldResolver(() => [DeletedNode], {
    description:
      'Latest first, at most 500, with what was written into them; empty for readers from outside the owner networks.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async deletedNodes(
    @Root() { view }: { view: PlanView },
    @Ctx() { loaders, actor }: PlansContext,
  ): Promise<DeletedNode[]> {
    return mayOpenDocument(actor, view.plan) ? readDeleted(loaders.history, view.plan.id, view.room.doc) : [];
  }

  @Query(() => PlanDiff, {
    nullable: true,
    description:
      'What is different between two versions of a plan; null for who may not open its document, and where there is no such version.',
  })
  async planDiff(
    @Arg('planId', () => ID) planId: string,
    @Arg('from', () => Int, { description: '`PlanVersion.number`.' }) from: number,
    @Arg('to', () => Int, { nullable: true, description: 'Absent: the plan as it is now.' }) to: number | null,
    @Ctx() { plans, actor, loaders }: PlansContext,
  ): Promise<PlanDiff | null> {
    const view = await loaders.plan.load(planId);
    if (!view || !mayOpenDocument(actor, view.plan)) return null;
    const { manager } = plans.database.source;
    const before = (await readVersion(manager, planId, from))?.content;
    const after = to == null ? contentOf(view.tree).json : (await readVersion(manager, planId, to))?.content;
    if (before === undefined || after === undefined) return null;
    return Object.assign(new PlanDiff(), {
      planId,
      from,
      to: to ?? null,
      changes: diffContents(planId, before, after),
    });
  }

  @Mutation(() => PlanPayload, {
    description:
      'Writes the text of a version back, as one edit of yours that all see live: what was deleted since comes back, what came since is deleted. The history keeps both.',
  })
  restorePlanVersion(
    @Arg('input', () => RestorePlanVersionInput) input: RestorePlanVersionInput,
    @Ctx() context: PlansContext,
  ) {
    return answer('plan', async () => {
      const id = await restorePlanVersion(context.plans, context.actor, input);
      return findPlan(afresh(context), id);
    });
  }
}
