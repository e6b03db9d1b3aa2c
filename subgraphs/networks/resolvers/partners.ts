import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateTime, Json } from '../../../kit/scalars.ts';
import { defineEnum, PageInfo } from '../../../kit/types.ts';
import type { NetworksContext } from '../context.ts';
import { Network } from '../entities/network.ts';
import { Partner } from '../entities/partner.ts';
import { listPartners, type StoredReading } from '../partner-loaders.ts';
import { readPartnersRightsVersion, resolvePartner } from '../partners.ts';
import { mayResolveKeys, maySeeKeys, maySeePartner } from '../policy.ts';
import { type ReadingRoad, readingRoads } from '../readings.ts';
import type { Webhooks } from '../webhooks/context.ts';

export const ReadingRoadEnum = defineEnum(
  'ReadingRoad',
  readingRoads,
  'LIVE: by `Subscription.networkUpdates`. PAGED: by `Query.networkUpdates`. What is pushed has `webhookEndpoints`.',
);

@ObjectType({
  description:
    'How far a partner has read the updates. It is written down at most once a minute: what was read since then counts as not read.',
})
export class PartnerReading {
  @Field(() => ReadingRoadEnum)
  road!: ReadingRoad;
  @Field(() => DateTime, { description: 'When it was written down.' })
  notedAt!: Date;
  @Field(() => Cursor, {
    nullable: true,
    description:
      'Where it stands, as a cursor of `networkUpdates`: of several streams the one furthest behind, of pages the furthest. Null where that is of before a restore from backup.',
  })
  cursor!: string | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'How many entries of the logs of its networks lie after that, those that are not for it counted. Null as `cursor`.',
  })
  behind!: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the oldest of those was recorded; null if there are none.',
  })
  behindSince!: Date | null;
}

@ObjectType()
export class PartnerEdge {
  @Field(() => Partner)
  node!: Partner;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class PartnerConnection {
  @Field(() => [PartnerEdge])
  edges!: PartnerEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@Resolver(() => Partner)
export class PartnerResolver {
  @Query(() => Partner, { nullable: true, description: 'By id; null when there is none that you may see.' })
  async partner(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID, { nullable: true, description: 'Left out, with the key of a partner: itself.' })
    id?: string | null,
  ): Promise<Partner | null> {
    const partner = await loaders.partner.load(id ?? actor.partner?.id ?? '');
    return partner && maySeePartner(actor, partner) ? partner : null;
  }

  @Query(() => PartnerConnection, {
    description:
      'Whose systems read updates with a key, by id: all of them for a platform operator; for steering committees, coordinators and safety officers those of their networks; for a partner itself. None for anybody else.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async partners(
    @Ctx() { actor, cursors, database }: NetworksContext,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
    @Arg('networkId', () => ID, { nullable: true, description: 'Those that read this network.' })
    networkId?: string | null,
  ): Promise<PartnerConnection> {
    checkFirst(first);
    const from = after ? cursors.partners.decode(after) : '';
    const page = { networkId: networkId ?? null, after: from, limit: first + 1 };
    const rows = await listPartners(database.source, actor, page);
    return toConnection(rows, first, after, cursors.partners, ({ id }) => id);
  }

  @Query(() => Json, { nullable: true, description: 'The actor of a partner key, by its sha256. For the gateway.' })
  @Directive('@inaccessible')
  async resolvePartner(
    @Ctx() { actor, database }: NetworksContext,
    @Arg('keyHash', () => String) keyHash: string,
  ): Promise<Actor | null> {
    refuseOthers(actor);
    return resolvePartner(database.source, keyHash);
  }

  @Query(() => Int, { description: 'Moves when any partner or key changes or expires. For the gateway.' })
  @Directive('@inaccessible')
  async partnersRightsVersion(@Ctx() { actor, database }: NetworksContext): Promise<number> {
    refuseOthers(actor);
    return readPartnersRightsVersion(database.source);
  }

  @FieldResolver(() => [Network])
  @Directive('@listSize(assumedSize: 5)')
  async networks(@Root() { networkIds }: Partner, @Ctx() { loaders }: NetworksContext): Promise<Network[]> {
    const found = await Promise.all(networkIds.map((id) => loaders.network.load(id)));
    return found.filter((network) => network !== null);
  }

  @FieldResolver(() => [PartnerReading], {
    nullable: true,
    description:
      'How far it has read the updates, by each road that it has read by; for those who may end its keys and the partner itself.',
  })
  @Directive('@listSize(assumedSize: 2)')
  async readings(
    @Root() partner: Partner,
    @Ctx() { actor, loaders, webhooks }: NetworksContext,
  ): Promise<PartnerReading[] | null> {
    if (!maySeeKeys(actor, partner)) return null;
    return (await loaders.readingsOfPartner.load(partner.id)).map((stored) => toReading(stored, webhooks));
  }
}

function toReading({ road, notedAt, place, epoch, behind, since }: StoredReading, webhooks: Webhooks): PartnerReading {
  const isOfNow = epoch === webhooks.epoch;
  return Object.assign(new PartnerReading(), {
    road,
    notedAt,
    cursor: isOfNow ? webhooks.feedCursors.encode(place) : null,
    behind: isOfNow ? behind : null,
    behindSince: isOfNow ? since : null,
  });
}

function refuseOthers(actor: Actor): void {
  if (!mayResolveKeys(actor)) throw new ApiError('FORBIDDEN', 'Only the gateway asks this.');
}
