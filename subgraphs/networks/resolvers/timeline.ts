import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import type { NetworksContext } from '../context.ts';
import { type DatePrecision, DatePrecisionEnum, Network, precisionOf } from '../entities/network.ts';
import { TimelineConnection, TimelineEntry, TimelineSubject } from '../entities/timeline.ts';
import { type UpdateType, UpdateTypeEnum } from '../entities/update.ts';
import { loadSubject } from '../timeline/subject.ts';

@Resolver(() => Network)
export class NetworkTimelineResolver {
  @FieldResolver(() => TimelineConnection, {
    description:
      'Its history as far as you may see it, newest first, down to its founding: what the log of updates says, without daily business.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  timeline(
    @Root() network: Network,
    @Ctx() { actor, timeline }: NetworksContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Arg('types', () => [UpdateTypeEnum], { nullable: true, description: 'Of these alone; without the founding.' })
    types: UpdateType[] | null,
  ): Promise<TimelineConnection> {
    return timeline(actor, network, { first: first ?? 20, after, types });
  }
}

@Resolver(() => TimelineEntry)
export class TimelineEntryResolver {
  @FieldResolver(() => DatePrecisionEnum, { description: 'Of `date`.' })
  precision(@Root() { date }: TimelineEntry): DatePrecision {
    return precisionOf(date);
  }

  @FieldResolver(() => LocalizedText, { description: 'What happened, in English, Spanish, French or Portuguese.' })
  title(
    @Root() { titles }: TimelineEntry,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(titles, locale);
  }

  @FieldResolver(() => TimelineSubject, {
    nullable: true,
    description: 'What it happened to; null where you may not see that, or the graph has no type for it.',
  })
  subject(
    @Root() entry: TimelineEntry,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<typeof TimelineSubject | null> {
    return loadSubject(entry, actor, loaders);
  }
}
