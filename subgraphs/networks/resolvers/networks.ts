import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { FindOptionsWhere } from 'typeorm';
import { ApiError } from '../../../kit/errors.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { createNetwork, updateNetwork } from '../commands/networks.ts';
import type { NetworksContext } from '../context.ts';
import { Body, type BodyKind, BodyKindEnum } from '../entities/body.ts';
import { Country } from '../entities/country.ts';
import { DatePrecisionEnum, Network, type NetworkStatus, NetworkStatusEnum, precisionOf } from '../entities/network.ts';
import { CreateNetworkInput, UpdateNetworkInput } from '../inputs.ts';
import { maySeeNetworks } from '../policy.ts';
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

  @FieldResolver(() => LocalizedText)
  name(
    @Root() { name }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => DatePrecisionEnum, { nullable: true })
  foundedPrecision(@Root() { foundedOn }: Network) {
    return foundedOn && precisionOf(foundedOn);
  }

  @FieldResolver(() => [Country], { description: 'Those that the source names.' })
  @Directive('@listSize(assumedSize: 30)')
  countries(@Root() { countryCodes }: Network): Country[] {
    return countryCodes.map((code) => Object.assign(new Country(), { code }));
  }

  @FieldResolver(() => LocalizedText, { nullable: true })
  mission(
    @Root() { mission }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(mission, locale);
  }

  @FieldResolver(() => [LocalizedText])
  @Directive('@listSize(assumedSize: 10)')
  objectives(
    @Root() { objectives }: Network,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText[] {
    return objectives.flatMap((text) => localize(text, locale) ?? []);
  }

  @FieldResolver(() => [Body])
  @Directive('@listSize(assumedSize: 15)')
  async bodies(
    @Root() { id }: Network,
    @Ctx() { loaders }: NetworksContext,
    @Arg('kind', () => BodyKindEnum, { nullable: true }) kind?: BodyKind | null,
  ): Promise<Body[]> {
    const bodies = await loaders.bodiesOfNetwork.load(id);
    return kind ? bodies.filter((body) => body.kind === kind) : bodies;
  }
}
