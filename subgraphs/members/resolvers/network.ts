import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Role } from '../../../kit/context.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { CountryCode, Cursor } from '../../../kit/scalars.ts';
import type { MembersContext } from '../context.ts';
import { countLanguages, fillCells } from '../diversity.ts';
import { Body, Count, DiversityCell, DiversitySummary, Network } from '../entities/foreign.ts';
import { MembershipConnection, type MembershipStatus, MembershipStatusEnum } from '../entities/membership.ts';
import { type StakeholderType, StakeholderTypeEnum } from '../entities/organisation.ts';
import { RoleEnum, Seat } from '../entities/seat.ts';
import { positionOf } from '../lists.ts';
import { maySeeRole } from '../policy/seats.ts';
import { mayListMemberships, mayReadField, maySeeFloor } from '../policy.ts';

@Resolver(() => Network)
export class NetworkResolver {
  @FieldResolver(() => MembershipConnection, {
    nullable: true,
    description:
      'By organisation name. Any status but ACTIVE only for those who handle applications; to others such a list is empty.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async memberships(
    @Root() network: Network,
    @Ctx() { actor, loaders, cursors }: MembersContext,
    @Arg('status', () => MembershipStatusEnum, { nullable: true, defaultValue: 'ACTIVE' }) status: MembershipStatus,
    @Arg('stakeholderType', () => StakeholderTypeEnum, { nullable: true }) stakeholderType?: StakeholderType | null,
    @Arg('country', () => CountryCode, { nullable: true }) country?: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25 }) first?: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<MembershipConnection> {
    const size = checkFirst(first ?? 25);
    const wanted = status ?? 'ACTIVE';
    const position = after == null ? null : cursors.memberships.decode(after);
    const filter = { stakeholderType: stakeholderType ?? null, country: country ?? null };
    const { rows, totalCount } = mayListMemberships(actor, network.id, wanted)
      ? await loaders.membershipPages({ status: wanted, ...filter, first: size, after: position }).load(network.id)
      : { rows: [], totalCount: 0 };
    return { ...toConnection(rows, size, after, cursors.memberships, positionOf), totalCount };
  }

  @FieldResolver(() => DiversitySummary, { nullable: true })
  async diversity(@Root() network: Network, @Ctx() { actor, loaders }: MembersContext): Promise<DiversitySummary> {
    const counts = maySeeFloor(actor) ? await loaders.counts.load(network.id) : [];
    return Object.assign(new DiversitySummary(), {
      networkId: network.id,
      byStakeholderType: counts.filter(({ kind }) => kind === 'type'),
      byCountry: counts.filter(({ kind }) => kind === 'country'),
    });
  }

  @FieldResolver(() => [DiversityCell], {
    nullable: true,
    description:
      'Where members are sought: each country that the network names or has a member in, by each kind of stakeholder, with those that there are.',
  })
  @Directive('@requires(fields: "countries { code }")')
  @Directive('@listSize(assumedSize: 60)')
  async diversityGaps(@Root() network: Network, @Ctx() { actor, loaders }: MembersContext): Promise<DiversityCell[]> {
    if (!maySeeFloor(actor)) return [];
    const cells = await loaders.cells.load(network.id);
    return fillCells(
      cells,
      (network.countries ?? []).map(({ code }) => code),
    );
  }

  @FieldResolver(() => [RoleEnum], { nullable: true, description: 'The roles of this session in the network.' })
  viewerRoles(@Root() network: Network, @Ctx() { actor }: MembersContext): Role[] {
    const held = actor.roles.filter((grant) => grant.networkId === network.id).map((grant) => grant.role);
    return [...new Set(held)];
  }
}

@Resolver(() => DiversitySummary)
export class DiversityResolver {
  @FieldResolver(() => [Count], { description: 'Of those members whose languages you may read.' })
  @Directive('@listSize(assumedSize: 10)')
  async byLanguage(
    @Root() { networkId }: DiversitySummary,
    @Ctx() { actor, loaders }: MembersContext,
  ): Promise<Count[]> {
    if (!maySeeFloor(actor)) return [];
    const members = await loaders.languages.load(networkId);
    return countLanguages(members.filter((member) => mayReadField(actor, member, 'languages')));
  }
}

@Resolver(() => Body)
export class BodyResolver {
  @FieldResolver(() => [Seat], {
    nullable: true,
    description: 'Seats with a role in the body now; read by its network.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async seats(@Root() body: Body, @Ctx() { actor, loaders }: MembersContext): Promise<Seat[]> {
    const seats = await loaders.seatsOfBody.load(body.id);
    return seats.filter((seat) => maySeeRole(actor, { seatId: seat.id, networkId: seat.networkId }));
  }
}
