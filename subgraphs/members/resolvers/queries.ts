import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver } from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { CountryCode, Cursor } from '../../../kit/scalars.ts';
import { selectMembership } from '../columns.ts';
import type { MembersContext } from '../context.ts';
import { OrganisationConnection, Viewer } from '../entities/answers.ts';
import { Membership, type MembershipStatus, MembershipStatusEnum } from '../entities/membership.ts';
import { Organisation, type StakeholderType, StakeholderTypeEnum } from '../entities/organisation.ts';
import { Person } from '../entities/person.ts';
import { Seat } from '../entities/seat.ts';
import { listOrganisations, positionOf } from '../lists.ts';
import { mayReadApplications, maySeeFloor } from '../policy.ts';
import { openStatuses } from '../states.ts';
import { readOrganisation, readPerson, readSeat } from './read.ts';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Null to a partner system.' })
  viewer(@Ctx() { actor }: MembersContext): Viewer | null {
    return actor.kind === 'SEAT' || actor.kind === 'PERSON' ? new Viewer() : null;
  }

  @FieldResolver(() => Seat, { nullable: true })
  async seat(@Ctx() context: MembersContext): Promise<Seat | null> {
    const { seatId } = context.actor;
    return seatId === undefined ? null : readSeat(context, seatId);
  }

  @FieldResolver(() => Person, { nullable: true })
  async person(@Ctx() context: MembersContext): Promise<Person | null> {
    const { personId } = context.actor;
    return personId === undefined ? null : readPerson(context, personId);
  }

  @FieldResolver(() => [Seat])
  async seats(@Ctx() { actor, loaders }: MembersContext): Promise<Seat[]> {
    return actor.personId === undefined ? [] : loaders.seatsOfPerson.load(actor.personId);
  }
}

@Resolver()
export class OrganisationQueries {
  @Query(() => Organisation, { nullable: true })
  organisation(@Arg('id', () => ID) id: string, @Ctx() context: MembersContext): Promise<Organisation | null> {
    return readOrganisation(context, id);
  }

  @Query(() => OrganisationConnection, {
    description:
      'ACTIVE members and organisations that a source names, by name; with networkId, the ACTIVE members of that network.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async organisations(
    @Ctx() { actor, database, cursors }: MembersContext,
    @Arg('networkId', () => ID, { nullable: true }) networkId?: string | null,
    @Arg('text', () => String, { nullable: true, description: 'Part of the name, whatever its case and accents.' })
    text?: string | null,
    @Arg('stakeholderType', () => StakeholderTypeEnum, { nullable: true }) stakeholderType?: StakeholderType | null,
    @Arg('country', () => CountryCode, { nullable: true }) country?: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25 }) first?: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<OrganisationConnection> {
    const size = checkFirst(first ?? 25);
    const { rows, totalCount } = maySeeFloor(actor)
      ? await listOrganisations(database.source, {
          networkId: networkId ?? null,
          text: text?.slice(0, 200) ?? null,
          stakeholderType: stakeholderType ?? null,
          country: country ?? null,
          first: size,
          after: after == null ? null : cursors.organisations.decode(after),
        })
      : { rows: [], totalCount: 0 };
    return { ...toConnection(rows, size, after, cursors.organisations, positionOf), totalCount };
  }

  @Query(() => [Membership], {
    description:
      'Applications that wait for somebody, oldest first, at most 100 (Network.memberships pages through any status). Empty to all but those who handle them.',
  })
  @Directive('@listSize(assumedSize: 100)')
  async membershipApplications(
    @Ctx() { actor, database }: MembersContext,
    @Arg('networkId', () => ID) networkId: string,
    @Arg('status', () => MembershipStatusEnum, { nullable: true }) status?: MembershipStatus | null,
  ): Promise<Membership[]> {
    if (!mayReadApplications(actor, networkId)) return [];
    return database.source.query(
      `SELECT ${selectMembership(database.source, 'm')} FROM membership m
       WHERE network_id = $1 AND status = ANY($2)
       ORDER BY (SELECT min(e.id) FROM membership_event e WHERE e.membership_id = m.id), id LIMIT 100`,
      [networkId, status ? [status] : openStatuses],
    );
  }
}
