import { Arg, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import type { MembersContext } from '../context.ts';
import { Country, Network } from '../entities/foreign.ts';
import { Membership } from '../entities/membership.ts';
import {
  Organisation,
  type Relation,
  RelationEnum,
  type StakeholderType,
  StakeholderTypeEnum,
} from '../entities/organisation.ts';
import { lockedName } from '../names.ts';
import { maySeeBasics, maySeeMembership, maySeeProfile, maySeeThroughLock } from '../policy.ts';

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
    return maySeeProfile(actor, organisation) ? organisation.shortName : null;
  }

  @FieldResolver(() => [String])
  thematicTags(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string[] {
    return maySeeProfile(actor, organisation) ? organisation.thematicTags : [];
  }

  @FieldResolver(() => [LocaleTag])
  languages(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string[] {
    return maySeeProfile(actor, organisation) ? organisation.languages : [];
  }

  @FieldResolver(() => String, { nullable: true })
  website(@Root() organisation: Organisation, @Ctx() { actor }: MembersContext): string | null {
    return maySeeProfile(actor, organisation) ? organisation.website : null;
  }

  @FieldResolver(() => LocalizedText, { nullable: true })
  about(
    @Root() organisation: Organisation,
    @Ctx() { actor }: MembersContext,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return maySeeProfile(actor, organisation) ? localize(organisation.about, locale) : null;
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
