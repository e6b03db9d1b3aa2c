import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText } from '../../../kit/types.ts';
import { addKnowledge, editKnowledge } from '../commands/knowledge.ts';
import {
  giveReading,
  publishKnowledge,
  recordReuse,
  retireKnowledge,
  reviewKnowledge,
  startPeerReading,
  withdrawReuse,
} from '../commands/knowledge-use.ts';
import type { DiscussionsContext } from '../context.ts';
import { KnowledgeItem, KnowledgeReading, KnowledgeReuse, ReuseCount, ReuseRecord } from '../entities/knowledge.ts';
import { Meeting, WebLink } from '../entities/meeting.ts';
import { Activity, Body, Country, Network, Organisation, stub } from '../entities/stubs.ts';
import { mayReadContributor, mayReadReuse } from '../knowledge-policy.ts';
import {
  AddKnowledgeInput,
  EditKnowledgeInput,
  GiveReadingInput,
  KnowledgeStepInput,
  RecordReuseInput,
  ReviewKnowledgeInput,
  WithdrawReuseInput,
} from '../library-inputs.ts';
import { mayReadInside } from '../meeting-policy.ts';
import { Translation, textFor, translationsOf } from '../translation.ts';
import { KnowledgePayload } from './payloads.ts';

/** Runs a command in a transaction, then answers with the item as it is now, whatever this request has read of it before. */
const answerItem = ({ database, loaders }: DiscussionsContext, command: (tx: Transaction) => Promise<string>) =>
  answer('knowledgeItem', async () => {
    const id = await database.transaction(command);
    for (const loader of [loaders.knowledgeItem, loaders.readings, loaders.reuse]) loader.clear(id);
    return loaders.knowledgeItem.load(id);
  });

const recordsShown = 100;

const byKeepers = 'By the organisation it comes from, or a coordinator or steering member of one of its networks.';

@Resolver(() => KnowledgeItem)
export class KnowledgeResolver {
  @Query(() => KnowledgeItem, { nullable: true })
  knowledgeItem(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.knowledgeItem.load(id);
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() item: KnowledgeItem) {
    return item.networkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => Body, { nullable: true })
  body(@Root() item: KnowledgeItem) {
    return item.bodyId === null ? null : stub(Body, item.bodyId);
  }

  @FieldResolver(() => LocalizedText)
  title(
    @Root() item: KnowledgeItem,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return textFor(item, 'title', locale);
  }

  @FieldResolver(() => LocalizedText)
  summary(
    @Root() item: KnowledgeItem,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return textFor(item, 'summary', locale);
  }

  @FieldResolver(() => LocalizedText, {
    nullable: true,
    description: 'The whole of it, in plain text, where there is more than the summary.',
  })
  text(
    @Root() item: KnowledgeItem,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return textFor(item, 'body', locale);
  }

  @FieldResolver(() => [Translation], { description: 'The languages in which it can be read, the original first.' })
  @Directive('@listSize(assumedSize: 4)')
  translations(@Root() item: KnowledgeItem): Translation[] {
    return translationsOf(item);
  }

  @FieldResolver(() => Organisation, { nullable: true, description: 'null where it does not want to be named.' })
  contributedBy(@Root() item: KnowledgeItem, @Ctx() { actor }: DiscussionsContext) {
    return mayReadContributor(actor, item) ? stub(Organisation, item.organisationId) : null;
  }

  @FieldResolver(() => [Country], { nullable: true, description: 'Where it was done.' })
  @Directive('@listSize(assumedSize: 3)')
  countries(@Root() { countryCodes }: KnowledgeItem) {
    return countryCodes.map((code) => Object.assign(new Country(), { code }));
  }

  @FieldResolver(() => [WebLink])
  @Directive('@listSize(assumedSize: 3)')
  links(@Root() { webLinks }: KnowledgeItem) {
    return webLinks.map((one) => Object.assign(new WebLink(), one));
  }

  @FieldResolver(() => [Activity], {
    nullable: 'itemsAndList',
    description: 'Activities of working plans that it comes from or serves; null for one that you may not see.',
  })
  @Directive('@listSize(assumedSize: 3)')
  linkedActivities(@Root() { activityIds }: KnowledgeItem) {
    return activityIds.map((id) => stub(Activity, id));
  }

  @FieldResolver(() => [Meeting], {
    description: 'At which it was a material: those you may see, latest first; at most 20.',
  })
  @Directive('@listSize(assumedSize: 2)')
  meetings(@Root() { id }: KnowledgeItem, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.meetingsOfMaterial({ limit: 20 }).load(id);
  }

  @FieldResolver(() => Boolean, { description: 'Its review date has come.' })
  needsReview(@Root() { reviewOn }: KnowledgeItem): boolean {
    return reviewOn !== null && reviewOn <= new Date().toISOString().slice(0, 10);
  }

  @FieldResolver(() => [KnowledgeReading], {
    description:
      'What peers think of it, latest first; also of earlier texts. For readers of its networks, or its group.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async readings(@Root() item: KnowledgeItem, @Ctx() { actor, loaders }: DiscussionsContext) {
    return mayReadInside(actor, item) ? loaders.readings.load(item.id) : [];
  }

  @FieldResolver(() => KnowledgeReuse, { description: 'Who put it to use, in its own networks and beyond.' })
  async reuse(@Root() item: KnowledgeItem, @Ctx() { actor, loaders }: DiscussionsContext): Promise<KnowledgeReuse> {
    const all = await loaders.reuse.load(item.id);
    const counts = new Map<string, number>();
    for (const { networkId } of all) counts.set(networkId, (counts.get(networkId) ?? 0) + 1);
    return Object.assign(new KnowledgeReuse(), {
      organisations: all.length,
      acrossNetworks: all.filter(({ networkId }) => !item.networkIds.includes(networkId)).length,
      networks: [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([networkId, organisations]) => Object.assign(new ReuseCount(), { networkId, organisations })),
      records: all.filter((record) => mayReadReuse(actor, item, record)).slice(0, recordsShown),
    });
  }

  @Mutation(() => KnowledgePayload, {
    description: 'As a draft of your organisation. By members of every network named; for a group, by its members.',
  })
  addKnowledge(@Arg('input', () => AddKnowledgeInput) input: AddKnowledgeInput, @Ctx() context: DiscussionsContext) {
    return answerItem(context, (tx) => addKnowledge(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, {
    description: `What is left out stays, null empties. ${byKeepers} What is published beyond its networks is changed by the latter.`,
  })
  editKnowledge(@Arg('input', () => EditKnowledgeInput) input: EditKnowledgeInput, @Ctx() context: DiscussionsContext) {
    return answerItem(context, (tx) => editKnowledge(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, { description: `DRAFT or RETIRED to PEER_READING. ${byKeepers}` })
  startPeerReading(
    @Arg('input', () => KnowledgeStepInput) input: KnowledgeStepInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerItem(context, (tx) => startPeerReading(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, {
    description:
      'For your organisation, while it is read by peers: another one than it comes from, in one of its networks. The last word counts.',
  })
  giveReading(@Arg('input', () => GiveReadingInput) input: GiveReadingInput, @Ctx() context: DiscussionsContext) {
    return answerItem(context, (tx) => giveReading(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, {
    description:
      'Research when two other organisations recommend it as it is. By the organisation it comes from; beyond its networks by a coordinator or steering member of one of them.',
  })
  publishKnowledge(
    @Arg('input', () => KnowledgeStepInput) input: KnowledgeStepInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerItem(context, (tx) => publishKnowledge(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, { description: `PUBLISHED to RETIRED. ${byKeepers}` })
  retireKnowledge(
    @Arg('input', () => KnowledgeStepInput) input: KnowledgeStepInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerItem(context, (tx) => retireKnowledge(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, { description: `Somebody has looked: it still holds. ${byKeepers}` })
  reviewKnowledge(
    @Arg('input', () => ReviewKnowledgeInput) input: ReviewKnowledgeInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerItem(context, (tx) => reviewKnowledge(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, {
    description:
      'Your organisation has put it to use, in a network you take part in. Each organisation counts once, and not its own.',
  })
  recordReuse(@Arg('input', () => RecordReuseInput) input: RecordReuseInput, @Ctx() context: DiscussionsContext) {
    return answerItem(context, (tx) => recordReuse(tx, context.actor, input));
  }

  @Mutation(() => KnowledgePayload, { description: 'For your own organisation.' })
  withdrawReuse(@Arg('input', () => WithdrawReuseInput) input: WithdrawReuseInput, @Ctx() context: DiscussionsContext) {
    return answerItem(context, (tx) => withdrawReuse(tx, context.actor, input));
  }
}

@Resolver(() => KnowledgeReading)
export class KnowledgeReadingResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() { organisationId }: KnowledgeReading) {
    return stub(Organisation, organisationId);
  }
}

@Resolver(() => ReuseRecord)
export class ReuseRecordResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() { organisationId }: ReuseRecord) {
    return stub(Organisation, organisationId);
  }

  @FieldResolver(() => Network, { nullable: true })
  network(@Root() { networkId }: ReuseRecord) {
    return stub(Network, networkId);
  }

  @FieldResolver(() => Activity, { nullable: true })
  activity(@Root() { activityId }: ReuseRecord) {
    return activityId === null ? null : stub(Activity, activityId);
  }
}

@Resolver(() => ReuseCount)
export class ReuseCountResolver {
  @FieldResolver(() => Network, { nullable: true })
  network(@Root() { networkId }: ReuseCount) {
    return stub(Network, networkId);
  }
}
