import { Arg, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import type { MembersContext } from '../context.ts';
import { Country, Network } from '../entities/foreign.ts';
import { Membership } from '../entities/membership.ts';
import {
  FieldVisibility,
  Organisation,
  profileFields,
  type Relation,
  RelationEnum,
  type StakeholderType,
  StakeholderTypeEnum,
} from '../entities/organisation.ts';
import { Seat } from '../entities/seat.ts';
import { lockedName } from '../names.ts';
import {
  isSafetyOfficerOf,
  maySeeBasics,
  maySeeField,
  maySeeFieldVisibility,
  maySeeMembership,
  maySeeThroughLock,
  maySpeakFor,
} from '../policy.ts';

const stub = <T extends object>(type: new () => T, key: T): T => Object.assign(new type(), key);

@Resolver(() => Organisation)
export class OrganisationResolver {
  @FieldResolver(() => String, { description: 'A safety-locked organisation reads "Member organisation".' })
  name(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string {
    return maySeeThroughLock(actor, organisation) ? organisation.name : lockedName;
  }

  @FieldResolver(() => StakeholderTypeEnum, { nullable: true })
  stakeholderType(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): StakeholderType | null {
    return maySeeBasics(actor, organisation) ? organisation.stakeholderType : null;
  }

  @FieldResolver(() => Country, { nullable: true })
  country(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): Country | null {
    const code = maySeeBasics(actor, organisation) ? organisation.country : null;
    return code === null ? null : stub(Country, { code });
  }

  @FieldResolver(() => RelationEnum, { nullable: true })
  relation(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): Relation | null {
    return maySeeBasics(actor, organisation) ? organisation.relation : null;
  }

  @FieldResolver(() => Network, { nullable: true, description: 'The network that the relation is to.' })
  relationNetwork(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): Network | null {
    const id = maySeeBasics(actor, organisation) ? organisation.relationNetworkId : null;
    return id === null ? null : stub(Network, { id });
  }

  @FieldResolver(() => String, { nullable: true })
  sourceUrl(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string | null {
    return maySeeBasics(actor, organisation) ? organisation.sourceUrl : null;
  }

  @FieldResolver(() => String, { nullable: true })
  shortName(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string | null {
    return maySeeField(actor, organisation, 'shortName') ? organisation.shortName : null;
  }

  @FieldResolver(() => [String])
  thematicTags(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string[] {
    return maySeeField(actor, organisation, 'thematicTags') ? organisation.thematicTags : [];
  }

  @FieldResolver(() => [LocaleTag])
  languages(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string[] {
    return maySeeField(actor, organisation, 'languages') ? organisation.languages : [];
  }

  @FieldResolver(() => String, { nullable: true })
  website(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string | null {
    return maySeeField(actor, organisation, 'website') ? organisation.website : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'A mailbox of a role, where the organisation gives one.',
  })
  contactMailbox(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string | null {
    return maySeeField(actor, organisation, 'contactMailbox') ? organisation.contactMailbox : null;
  }

  @FieldResolver(() => [LocaleTag], {
    description: 'Languages in which `about` says what the source text no longer says.',
  })
  staleTranslations(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string[] {
    return maySeeField(actor, organisation, 'about') ? organisation.aboutStale : [];
  }

  @FieldResolver(() => [FieldVisibility], { description: 'Who reads which part of the profile; to its own seats.' })
  @Directive('@listSize(assumedSize: 6)')
  fieldVisibility(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): FieldVisibility[] {
    if (!maySeeFieldVisibility(actor, organisation)) return [];
    return profileFields.map((field) =>
      Object.assign(new FieldVisibility(), { field, visibility: organisation.fieldVisibility[field] ?? 'NETWORK' }),
    );
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether it is hidden from others; null to all but itself and the safety officers of its networks.',
  })
  safetyLocked(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): boolean | null {
    const may = maySeeFieldVisibility(actor, organisation) || isSafetyOfficerOf(actor, organisation);
    return may ? organisation.safetyLocked : null;
  }

  @FieldResolver(() => [Seat], {
    description: 'All its seats, vacant ones too, for those who speak for it; ended ones are left out.',
  })
  @Directive('@listSize(assumedSize: 5)')
  async seats(@Root() organisation: Organisation, @Ctx() { actor, loaders }: MembersContext): Promise<Seat[]> {
    if (!maySpeakFor(actor, organisation.id)) return [];
    return (await loaders.seatsOfOrganisation.load(organisation.id)).filter((seat) => seat.endedAt === null);
  }

  @FieldResolver(() => LocalizedText, { nullable: true })
  about(
    @Root() organisation: Organisation,
    @Ctx() { actor }: MembersContext,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return maySeeField(actor, organisation, 'about')
      ? localize(organisation.about, locale, organisation.aboutSource)
      : null;
  }

  @FieldResolver(() => [Membership], { description: 'ACTIVE ones; others for those who handle them.' })
  @Directive('@listSize(assumedSize: 3)')
  async memberships(
    @Root() organisation: Organisation,
    @Ctx() { actor, loaders }: MembersContext,
  ): Promise<Membership[]> {
    if (!maySeeThroughLock(actor, organisation)) return [];
    const memberships = await loaders.membershipsOfOrganisation.load(organisation.id);
    return memberships.filter((membership) => maySeeMembership(actor, membership));
  }
}
