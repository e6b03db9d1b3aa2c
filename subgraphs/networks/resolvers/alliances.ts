import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize, MutationProblem } from '../../../kit/types.ts';
import { TagProgrammeInput, UpsertExternalPartnerInput, UpsertProgrammeInput } from '../alliance-inputs.ts';
import { upsertExternalPartner } from '../commands/alliances.ts';
import { tagProgramme, upsertProgramme } from '../commands/programmes.ts';
import type { NetworksContext } from '../context.ts';
import { ExternalPartner, type ExternalPartnerKind, ExternalPartnerKindEnum, Programme } from '../entities/alliance.ts';
import { Country } from '../entities/country.ts';
import { Organisation, stub } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import { Partner } from '../entities/partner.ts';
import { maySeeNetworks, maySeeOf, maySeePartner } from '../policy.ts';

@ObjectType({ description: 'The partner as it now is, or what stood in the way.' })
export class ExternalPartnerPayload {
  @Field(() => ExternalPartner, { nullable: true, description: 'Null when there is a problem.' })
  partner!: ExternalPartner | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'The programme as it now is, or what stood in the way.' })
export class ProgrammePayload {
  @Field(() => Programme, { nullable: true, description: 'Null when there is a problem.' })
  programme!: Programme | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

/** The one way to a partner, for root fields, references and nested fields alike: null where there is none or the actor may not see it. */
export async function readExternalPartner(
  { actor, loaders }: NetworksContext,
  id: string,
): Promise<ExternalPartner | null> {
  const partner = await loaders.externalPartner.load(id);
  return partner && maySeeOf(actor, { ...partner, bodyId: null }) ? partner : null;
}

@Resolver(() => ExternalPartner)
export class ExternalPartnerResolver {
  @Query(() => ExternalPartner, { nullable: true, description: 'By id; null when there is none that you may see.' })
  externalPartner(@Ctx() context: NetworksContext, @Arg('id', () => ID) id: string): Promise<ExternalPartner | null> {
    return readExternalPartner(context, id);
  }

  @Mutation(() => ExternalPartnerPayload, {
    description: 'By a coordinator or the steering committee of the network.',
  })
  upsertExternalPartner(
    @Ctx() context: NetworksContext,
    @Arg('input', () => UpsertExternalPartnerInput) input: UpsertExternalPartnerInput,
  ): Promise<ExternalPartnerPayload> {
    return answer('partner', async () => {
      const { actor, database, loaders } = context;
      const id = await database.transaction((tx) => upsertExternalPartner(tx, actor, input));
      loaders.externalPartnersOfNetwork.clearAll();
      loaders.externalPartner.clear(id);
      return readExternalPartner(context, id);
    });
  }

  @FieldResolver(() => Network, { description: 'The network that it works with.' })
  network(@Root() { networkId }: ExternalPartner, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => LocalizedText, { description: 'What it is called.' })
  name(
    @Root() { name }: ExternalPartner,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What it does, and with whom.' })
  description(
    @Root() { descriptions }: ExternalPartner,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(descriptions, locale);
  }

  @FieldResolver(() => [Country], {
    description: 'Where it works; empty where nothing is known, or it works anywhere.',
  })
  @Directive('@listSize(assumedSize: 5)')
  countries(@Root() { countryCodes }: ExternalPartner): Country[] {
    return countryCodes.map((code) => Object.assign(new Country(), { code }));
  }

  @FieldResolver(() => Organisation, { nullable: true, description: 'Its record among the organisations.' })
  organisation(@Root() { organisationId }: ExternalPartner): Organisation | null {
    return organisationId === null ? null : stub(Organisation, organisationId);
  }

  @FieldResolver(() => Partner, {
    nullable: true,
    description: 'Its system that reads updates, for those who may know of it.',
  })
  async system(
    @Root() { partnerId }: ExternalPartner,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<Partner | null> {
    const partner = partnerId === null ? null : await loaders.partner.load(partnerId);
    return partner && maySeePartner(actor, partner) ? partner : null;
  }
}

@Resolver(() => Programme)
export class ProgrammeResolver {
  @Query(() => [Programme], { description: 'Programmes that networks work under, by id.' })
  @Directive('@listSize(assumedSize: 20)')
  async programmes(@Ctx() { actor, database }: NetworksContext): Promise<Programme[]> {
    if (!maySeeNetworks(actor)) return [];
    return database.source.manager.find(Programme, { order: { id: 'ASC' } });
  }

  @Mutation(() => ProgrammePayload, {
    description: 'By a coordinator or the steering committee of a network that works under it.',
  })
  upsertProgramme(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpsertProgrammeInput) input: UpsertProgrammeInput,
  ): Promise<ProgrammePayload> {
    return answer('programme', async () => {
      const id = await database.transaction((tx) => upsertProgramme(tx, actor, input));
      return loaders.programme.clear(id).load(id);
    });
  }

  @Mutation(() => ProgrammePayload, { description: 'By a coordinator or the steering committee of the network.' })
  tagProgramme(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => TagProgrammeInput) input: TagProgrammeInput,
  ): Promise<ProgrammePayload> {
    return answer('programme', async () => {
      const id = await database.transaction((tx) => tagProgramme(tx, actor, input));
      return loaders.programme.clear(id).load(id);
    });
  }

  @FieldResolver(() => LocalizedText, { description: 'What it is called in full.' })
  name(
    @Root() { name }: Programme,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What it is for.' })
  description(
    @Root() { descriptions }: Programme,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(descriptions, locale);
  }

  @FieldResolver(() => Organisation, { nullable: true, description: 'Who runs it.' })
  organisation(@Root() { organisationId }: Programme): Organisation | null {
    return organisationId === null ? null : stub(Organisation, organisationId);
  }

  @FieldResolver(() => [Network], { description: 'Those that work under it.' })
  @Directive('@listSize(assumedSize: 5)')
  async networks(@Root() { networkIds }: Programme, @Ctx() { loaders }: NetworksContext): Promise<Network[]> {
    const found = await Promise.all(networkIds.map((id) => loaders.network.load(id)));
    return found.filter((network) => network !== null);
  }
}

@Resolver(() => Network)
export class NetworkAlliancesResolver {
  @FieldResolver(() => [ExternalPartner], {
    description: 'Organisations, alliances and mechanisms that work with it, as far as you may see them.',
  })
  @Directive('@listSize(assumedSize: 15)')
  async externalPartners(
    @Root() { id }: Network,
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('kind', () => ExternalPartnerKindEnum, { nullable: true }) kind?: ExternalPartnerKind | null,
  ): Promise<ExternalPartner[]> {
    const partners = await loaders.externalPartnersOfNetwork.load(id);
    return partners.filter(
      (partner) => (!kind || partner.kind === kind) && maySeeOf(actor, { ...partner, bodyId: null }),
    );
  }

  @FieldResolver(() => [Programme], { description: 'Programmes of others that it works under.' })
  @Directive('@listSize(assumedSize: 5)')
  programmes(@Root() { id }: Network, @Ctx() { loaders }: NetworksContext): Promise<Programme[]> {
    return loaders.programmesOfNetwork.load(id);
  }
}
