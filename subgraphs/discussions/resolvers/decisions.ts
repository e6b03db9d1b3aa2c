import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import type { DiscussionsContext } from '../context.ts';
import { Decision, DecisionRound, PositionRecord, Tally } from '../entities/decision.ts';
import { Body, Network, Organisation, Seat, stub } from '../entities/stubs.ts';
import { ThreadAnchor } from '../entities/thread.ts';
import { mayReadPositions } from '../policy.ts';
import { countPositions } from '../tally.ts';
import { loadAnchor } from './pages.ts';

/** Of all rounds; none for those who may read the decision but not its positions. */
const readPositions = async ({ actor, loaders }: DiscussionsContext, decision: Decision): Promise<PositionRecord[]> =>
  mayReadPositions(actor, decision) ? loaders.positions.load(decision.id) : [];

@Resolver(() => Decision)
export class DecisionResolver {
  @Query(() => Decision, { nullable: true })
  decision(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.decision.load(id);
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() decision: Decision) {
    return decision.networkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => Body, { nullable: true, description: 'The body whose own decision it is.' })
  body(@Root() decision: Decision) {
    return decision.bodyId === null ? null : stub(Body, decision.bodyId);
  }

  @FieldResolver(() => ThreadAnchor, { nullable: true, description: 'null if it is one that you may not see.' })
  subject(@Root() decision: Decision, @Ctx() { loaders }: DiscussionsContext) {
    return loadAnchor(loaders, decision.subjectTypename, decision.subjectId);
  }

  @FieldResolver(() => LocalizedText)
  title(
    @Root() decision: Decision,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(decision.titles, locale);
  }

  @FieldResolver(() => Seat, { nullable: true })
  openedBy(@Root() decision: Decision) {
    return stub(Seat, decision.openedBySeatId);
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'Of the newest round.' })
  async opensAt(@Root() { id }: Decision, @Ctx() { loaders }: DiscussionsContext) {
    return (await loaders.rounds.load(id)).at(-1)?.opensAt ?? null;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'Of the newest round.' })
  async closesAt(@Root() { id }: Decision, @Ctx() { loaders }: DiscussionsContext) {
    return (await loaders.rounds.load(id)).at(-1)?.closesAt ?? null;
  }

  @FieldResolver(() => [DecisionRound], { description: 'First to newest.' })
  @Directive('@listSize(assumedSize: 2)')
  async rounds(@Root() decision: Decision, @Ctx() { loaders }: DiscussionsContext) {
    const rounds = await loaders.rounds.load(decision.id);
    return rounds.map((round) => Object.assign(round, { decision }));
  }

  @FieldResolver(() => [PositionRecord], {
    description: 'Of the newest round, first taken first. For readers of its networks, or its group; none for others.',
  })
  @Directive('@listSize(assumedSize: 30)')
  async positions(@Root() decision: Decision, @Ctx() context: DiscussionsContext) {
    return (await readPositions(context, decision)).filter(({ round }) => round === decision.round);
  }

  @FieldResolver(() => [Tally], {
    description: 'One for each of its networks. For readers of its networks, or its group; none for others.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async tally(@Root() decision: Decision, @Ctx() context: DiscussionsContext) {
    if (!mayReadPositions(context.actor, decision)) return [];
    const taken = await context.loaders.positions.load(decision.id);
    const newest = taken.filter(({ round }) => round === decision.round);
    return countPositions(decision, newest).map((tally) => Object.assign(new Tally(), tally));
  }
}

@Resolver(() => DecisionRound)
export class DecisionRoundResolver {
  @FieldResolver(() => [PositionRecord], {
    description: 'First taken first. For readers of its networks, or its group; none for others.',
  })
  @Directive('@listSize(assumedSize: 30)')
  async positions(@Root() { decision, number }: DecisionRound, @Ctx() context: DiscussionsContext) {
    return (await readPositions(context, decision)).filter(({ round }) => round === number);
  }
}

@Resolver(() => PositionRecord)
export class PositionRecordResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() { organisationId }: PositionRecord) {
    return stub(Organisation, organisationId);
  }

  @FieldResolver(() => Seat, { nullable: true })
  seat(@Root() { seatId }: PositionRecord) {
    return stub(Seat, seatId);
  }

  @FieldResolver(() => [Network], {
    nullable: true,
    description: 'Those of the decision in which it counts: where the organisation had a voice when it was taken.',
  })
  @Directive('@listSize(assumedSize: 2)')
  networks(@Root() { networkIds }: PositionRecord) {
    return networkIds.map((id) => stub(Network, id));
  }
}

@Resolver(() => Tally)
export class TallyResolver {
  @FieldResolver(() => Network, { nullable: true })
  network(@Root() { networkId }: Tally) {
    return stub(Network, networkId);
  }
}
