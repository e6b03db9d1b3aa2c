import { Ctx, Directive, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { PartialDate } from '../../../kit/scalars.ts';
import type { MembersContext } from '../context.ts';
import { Network } from '../entities/foreign.ts';
import { Membership, MembershipEvent } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import { Seat } from '../entities/seat.ts';
import { mayReadApplications, mayReadNetwork, maySeeBasics } from '../policy.ts';
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

  @FieldResolver(() => [MembershipEvent], { description: 'From the first step on; read by the network.' })
  @Directive('@listSize(assumedSize: 10)')
  async statusHistory(
    @Root() membership: Membership,
    @Ctx() { actor, loaders }: MembersContext,
  ): Promise<MembershipEvent[]> {
    if (!mayReadNetwork(actor, membership.networkId)) return [];
    const history = await loaders.history.load(membership.id);
    if (mayReadApplications(actor, membership.networkId)) return history;
    return history.map((event) => ({ ...event, note: null, decisionId: null }));
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

  @FieldResolver(() => Organisation, { nullable: true, description: 'Read by those who handle the application.' })
  async sponsor(@Root() membership: Membership, @Ctx() context: MembersContext): Promise<Organisation | null> {
    const { sponsorOrganisationId, networkId } = membership;
    if (sponsorOrganisationId === null || !mayReadApplications(context.actor, networkId)) return null;
    return readOrganisation(context, sponsorOrganisationId);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Read by those who handle the application.' })
  motivation(@Root() membership: Membership, @Ctx() { actor }: MembersContext): string | null {
    return mayReadApplications(actor, membership.networkId) ? membership.motivation : null;
  }
}

@Resolver(() => MembershipEvent)
export class MembershipEventResolver {
  @FieldResolver(() => Seat, { nullable: true })
  async bySeat(@Root() event: MembershipEvent, @Ctx() context: MembersContext): Promise<Seat | null> {
    return event.bySeatId === null ? null : readSeat(context, event.bySeatId);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Read by those who handle applications.' })
  note(@Root() event: MembershipEvent): string | null {
    return event.note;
  }

  @FieldResolver(() => ID, { nullable: true, description: 'Read by those who handle applications.' })
  decisionId(@Root() event: MembershipEvent): string | null {
    return event.decisionId;
  }
}
