import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { FindOptionsWhere } from 'typeorm';
import { ApiError } from '../../../kit/errors.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { setParentNetwork } from '../commands/network-parent.ts';
import { createNetwork, updateNetwork } from '../commands/networks.ts';
import type { NetworksContext } from '../context.ts';
import { Body, type BodyKind, BodyKindEnum, type BodyStatus, BodyStatusEnum, statusOf } from '../entities/body.ts';
import { Country } from '../entities/country.ts';
import { type GuidelineStatus, GuidelineStatusEnum, Guidelines } from '../entities/guidelines.ts';
import { DatePrecisionEnum, Network, type NetworkStatus, NetworkStatusEnum, precisionOf } from '../entities/network.ts';
import { CreateNetworkInput, SetParentNetworkInput, UpdateNetworkInput } from '../inputs.ts';
import { createLoaders } from '../loaders.ts';
import { maySeeGuidelines, maySeeNetworks } from '../policy.ts';
import { NetworkPayload } from './payloads.ts';

@Resolver(() => Network)
export class NetworkResolver {
  @Query(() => Network, { nullable: true, description: 'By id or by slug; null when there is none.' })
  async network(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID, { nullable: true }) id?: string | null,
    @Arg('slug', () => String, { nullable: true }) slug?: string | null,
  ): Promise<Network | null> {
    if (!maySeeNetworks(actor)) return null;
    if (id == null && slug == null) throw new ApiError('BAD_USER_INPUT', 'network: give an id or a slug.');
    const found = await (id != null ? loaders.network.load(id) : loaders.networkBySlug.load(slug as string));
    return slug == null || found?.slug === slug ? found : null;
  }

  @Query(() => [Network], { description: 'By slug.' })
  @Directive('@listSize(assumedSize: 10)')
  async networks(
    @Ctx() { actor, database }: NetworksContext,
    @Arg('status', () => NetworkStatusEnum, { nullable: true }) status?: NetworkStatus | null,
  ): Promise<Network[]> {
    if (!maySeeNetworks(actor)) return [];
    const where: FindOptionsWhere<Network> = status ? { status } : {};
    return database.source.manager.find(Network, { where, order: { slug: 'ASC' } });
  }

  @Mutation(() => NetworkPayload, { description: 'By the platform operator. The network is FORMING.' })
  async createNetwork(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => CreateNetworkInput) input: CreateNetworkInput,
  ): Promise<NetworkPayload> {
    return answer('network', async () => {
      const id = await database.transaction((tx) => createNetwork(tx, actor, input));
      return loaders.network.clear(id).load(id);
    });
  }

  @Mutation(() => NetworkPayload, { description: 'By a coordinator or the steering committee of the network.' })
  async updateNetwork(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpdateNetworkInput) input: UpdateNetworkInput,
  ): Promise<NetworkPayload> {
    return answer('network', async () => {
      const id = await database.transaction((tx) => updateNetwork(tx, actor, input));
      return loaders.network.clear(id).load(id);
    });
  }

  @Mutation(() => NetworkPayload, {
    description:
      'Into another network: by who leads both, or the platform operator. Out of it: by who leads either, or the operator.',
  })
  async setParentNetwork(
    @Ctx() context: NetworksContext,
    @Arg('input', () => SetParentNetworkInput) input: SetParentNetworkInput,
  ): Promise<NetworkPayload> {
    return answer('network', async () => {
      const id = await context.database.transaction((tx) => setParentNetwork(tx, context.actor, input));
      context.loaders = createLoaders(context.database.source);
      return context.loaders.network.load(id);
    });
  }

  @FieldResolver(() => LocalizedText, { description: 'In the language asked for, else in English, else in any.' })
  name(
    @Root() { name }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => DatePrecisionEnum, { nullable: true, description: 'Of `foundedOn`.' })
  foundedPrecision(@Root() { foundedOn }: Network) {
    return foundedOn && precisionOf(foundedOn);
  }

  @FieldResolver(() => [Country], { description: 'Those that the source names.' })
  @Directive('@listSize(assumedSize: 30)')
  countries(@Root() { countryCodes }: Network): Country[] {
    return countryCodes.map((code) => Object.assign(new Country(), { code }));
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'Changes by decision alone: see proposeCharter.' })
  mission(
    @Root() { mission, charterLocale }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(mission, locale, charterLocale ?? undefined);
  }

  @FieldResolver(() => [LocalizedText], {
    description: 'In their order. They change by decision alone: see proposeCharter.',
  })
  @Directive('@listSize(assumedSize: 10)')
  objectives(
    @Root() { objectives, charterLocale }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText[] {
    return objectives.flatMap((text) => localize(text, locale, charterLocale ?? undefined) ?? []);
  }

  @FieldResolver(() => [Body], { description: 'Those at work; with `status: null` also those that are closed.' })
  @Directive('@listSize(assumedSize: 15)')
  async bodies(
    @Root() { id }: Network,
    @Ctx() { loaders }: NetworksContext,
    @Arg('kind', () => BodyKindEnum, { nullable: true }) kind?: BodyKind | null,
    @Arg('status', () => BodyStatusEnum, { nullable: true, defaultValue: 'ACTIVE' }) status?: BodyStatus | null,
  ): Promise<Body[]> {
    const bodies = await loaders.bodiesOfNetwork.load(id);
    return bodies.filter((body) => (!kind || body.kind === kind) && (!status || status === statusOf(body)));
  }

  @FieldResolver(() => [Guidelines], {
    description: 'Those you may read, newest first; those that were withdrawn only where that status is asked for.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async guidelines(
    @Root() { id }: Network,
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('status', () => GuidelineStatusEnum, { nullable: true }) status?: GuidelineStatus | null,
  ): Promise<Guidelines[]> {
    const found = await loaders.guidelinesOfNetwork.load(id);
    return found.filter(
      (one) => (status ? one.status === status : one.status !== 'WITHDRAWN') && maySeeGuidelines(actor, one),
    );
  }

  @FieldResolver(() => Network, {
    nullable: true,
    description: 'The network that it is part of, as a national alliance is of a regional one.',
  })
  parent(@Root() { parentId }: Network, @Ctx() { loaders }: NetworksContext): Promise<Network | null> | null {
    return parentId === null ? null : loaders.network.load(parentId);
  }

  @FieldResolver(() => [Network], { description: 'The networks that are part of it, by slug.' })
  @Directive('@listSize(assumedSize: 10)')
  networksWithin(@Root() { id }: Network, @Ctx() { loaders }: NetworksContext): Promise<Network[]> {
    return loaders.networksWithin.load(id);
  }
}
