import { Ctx, Directive, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { DateTime, PartialDate } from '../../../kit/scalars.ts';
import { applicationHash, endingHash } from '../commands/conclusions.ts';
import type { MembersContext } from '../context.ts';
import { Network } from '../entities/foreign.ts';
import { Membership, MembershipEvent, Sponsorship } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import { Seat } from '../entities/seat.ts';
import { mayReadApplications, mayReadNetwork, maySeeApplication, maySeeBasics, maySeeThroughLock } from '../policy.ts';
import { readOrganisation, readSeat } from './read.ts';

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() membership: Membership, @Ctx() context: MembersContext): Promise<Organisation | null> {
    return readOrganisation(context, membership.organisationId);
  }

  @FieldResolver(() => Network, { nullable: true })
  network(@Root() membership: Membership): Network {
    return Object.assign(new Network(), { id: membership.networkId });
  }

  @FieldResolver(() => String, { nullable: true })
  async sourceUrl(@Root() membership: Membership, @Ctx() context: MembersContext): Promise<string | null> {
    if (membership.sourceUrl === null) return null;
    const organisation = await readOrganisation(context, membership.organisationId);
    return organisation && maySeeBasics(context.actor, organisation) ? membership.sourceUrl : null;
  }

  @FieldResolver(() => PartialDate, { nullable: true, description: 'Read by the network; null where no source says.' })
  since(@Root() membership: Membership, @Ctx() { actor }: MembersContext): string | null {
    return mayReadNetwork(actor, membership.networkId) ? membership.since : null;
  }

  @FieldResolver(() => [MembershipEvent], {
    description: 'From the first step on; read by the network and the applicant.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async statusHistory(
    @Root() membership: Membership,
    @Ctx() { actor, loaders }: MembersContext,
  ): Promise<MembershipEvent[]> {
    const isInvolved = maySeeApplication(actor, membership);
    const isReader = mayReadNetwork(actor, membership.networkId);
    if (!isInvolved && !isReader) return [];
    const history = await loaders.history.load(membership.id);
    if (mayReadApplications(actor, membership.networkId)) return history;
    return history.map((event) => {
      const isSaidToThem = isInvolved && (event.byApplicant || ['MORE_INFO', 'DECLINED'].includes(event.to));
      return Object.assign(new MembershipEvent(), event, {
        // An applicant is told what was decided, not by whom.
        bySeatId: isReader || event.byApplicant ? event.bySeatId : null,
        note: isSaidToThem ? event.note : null,
        decisionId: isInvolved ? event.decisionId : null,
      });
    });
  }

  @FieldResolver(() => [Seat], {
    description: 'Seats of the organisation with a role in the network; read by the network.',
  })
  @Directive('@listSize(assumedSize: 5)')
  async seats(@Root() membership: Membership, @Ctx() { actor, loaders }: MembersContext): Promise<Seat[]> {
    if (!mayReadNetwork(actor, membership.networkId)) return [];
    const seats = await loaders.seatsOfOrganisation.load(membership.organisationId);
    return seats.filter((seat) => seat.networkIds.includes(membership.networkId));
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The first that was asked to vouch for it; read by those whom the application concerns.',
  })
  async sponsor(@Root() membership: Membership, @Ctx() context: MembersContext): Promise<Organisation | null> {
    const { sponsorOrganisationId } = membership;
    if (sponsorOrganisationId === null || !maySeeApplication(context.actor, membership)) return null;
    return readOrganisation(context, sponsorOrganisationId);
  }

  @FieldResolver(() => [Sponsorship], {
    description:
      'Members asked to vouch for it, two of which must confirm; read by those whom the application concerns.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async sponsorships(
    @Root() membership: Membership,
    @Ctx() { actor, loaders }: MembersContext,
  ): Promise<Sponsorship[]> {
    return maySeeApplication(actor, membership) ? loaders.sponsorships.load(membership.id) : [];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Read by those who handle the application, its sponsors and the applicant.',
  })
  motivation(@Root() membership: Membership, @Ctx() { actor }: MembersContext): string | null {
    return maySeeApplication(actor, membership) ? membership.motivation : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'What a decision on the application is to be opened on: SHA-256 in hex of the JSON array of id, name, stakeholder type, country and motivation. Of a SUSPENDED membership, what a decision to end it is to be opened on: of the JSON array of "END", id and version. Read like the motivation.',
  })
  async contentHash(@Root() membership: Membership, @Ctx() { actor, loaders }: MembersContext): Promise<string | null> {
    if (!maySeeApplication(actor, membership) || membership.erasedAt !== null) return null;
    if (membership.status === 'SUSPENDED') return endingHash(membership);
    const organisation = await loaders.organisations.load(membership.organisationId);
    // Of a hidden name the hash would tell whether a guess is right.
    if (!organisation || !maySeeThroughLock(actor, organisation)) return null;
    return applicationHash(membership, organisation);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'Until when an invitation may be accepted: what nobody has answered by then is withdrawn, and erased. Null of what is not INVITED; read like the motivation.',
  })
  invitedUntil(@Root() membership: Membership, @Ctx() { actor }: MembersContext): Date | null {
    return membership.status === 'INVITED' && maySeeApplication(actor, membership) ? membership.invitedUntil : null;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the network made sure of who applies; read by those who handle the application.',
  })
  checkedAt(@Root() membership: Membership, @Ctx() { actor }: MembersContext): Date | null {
    return mayReadApplications(actor, membership.networkId) ? membership.checkedAt : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'What was looked at; read like checkedAt.' })
  checkNote(@Root() membership: Membership, @Ctx() { actor }: MembersContext): string | null {
    return mayReadApplications(actor, membership.networkId) ? membership.checkNote : null;
  }
}

@Resolver(() => Sponsorship)
export class SponsorshipResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() sponsorship: Sponsorship, @Ctx() context: MembersContext): Promise<Organisation | null> {
    return readOrganisation(context, sponsorship.organisationId);
  }
}

@Resolver(() => MembershipEvent)
export class MembershipEventResolver {
  @FieldResolver(() => Seat, { nullable: true })
  async bySeat(@Root() event: MembershipEvent, @Ctx() context: MembersContext): Promise<Seat | null> {
    return event.bySeatId === null ? null : readSeat(context, event.bySeatId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Read by those who handle applications; what was asked or answered, by the applicant too.',
  })
  note(@Root() event: MembershipEvent): string | null {
    return event.note;
  }

  @FieldResolver(() => ID, { nullable: true, description: 'Read by those who handle applications.' })
  decisionId(@Root() event: MembershipEvent): string | null {
    return event.decisionId;
  }
}
