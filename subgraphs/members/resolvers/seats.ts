import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { answerSeatOffer, offerSeat } from '../commands/offers.ts';
import { updateOrganisation } from '../commands/organisations.ts';
import { askToFreezeSeat, freezeSeat, liftSafetyLock, triggerSafetyLock, unfreezeSeat } from '../commands/safety.ts';
import { createSeat, endSeat, updateSeat, vacateSeat } from '../commands/seats.ts';
import { type MembersContext, run } from '../context.ts';
import { OrganisationPayload, SeatPayload, Viewer } from '../entities/answers.ts';
import { Membership } from '../entities/membership.ts';
import { Seat, SeatOffer } from '../entities/seat.ts';
import {
  AnswerOfferInput,
  AskToFreezeSeatInput,
  CreateSeatInput,
  FreezeSeatInput,
  OfferSeatInput,
  SeatInput,
  TriggerSafetyLockInput,
  UpdateOrganisationInput,
  UpdateSeatInput,
} from '../inputs.ts';
import { readOffers, readOwnApplications, readSponsorshipRequests } from '../own.ts';
import { answerOrganisation, answerSeat } from './payloads.ts';
import { readSeat } from './read.ts';

@Resolver()
export class SeatMutations {
  @Mutation(() => OrganisationPayload, {
    description:
      'Changes a profile, by a seat that speaks for the organisation; name, type and country also by those who lead its network.',
  })
  updateOrganisation(
    @Arg('input', () => UpdateOrganisationInput) input: UpdateOrganisationInput,
    @Ctx() context: MembersContext,
  ) {
    return answerOrganisation(context, () => run(context, (tx) => updateOrganisation(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description:
      'Sets up a vacant seat: by a seat that speaks for the organisation, or a coordinator of its network. Roles are given by assignRole.',
  })
  createSeat(@Arg('input', () => CreateSeatInput) input: CreateSeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => createSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description: 'How a seat is called and shown: by who sits in it, or a seat that speaks for its organisation.',
  })
  updateSeat(@Arg('input', () => UpdateSeatInput) input: UpdateSeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => updateSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, { description: 'Holds a vacant seat open, for 30 days, for somebody who accepts it.' })
  offerSeat(@Arg('input', () => OfferSeatInput) input: OfferSeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => offerSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, { description: 'Takes or refuses a seat of Viewer.seatOffers.' })
  answerSeatOffer(@Arg('input', () => AnswerOfferInput) input: AnswerOfferInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => answerSeatOffer(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description: 'Who sits there leaves, or the organisation asks so; roles stay with the seat.',
  })
  vacateSeat(@Arg('input', () => SeatInput) input: SeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => vacateSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description: 'Ends a seat with all its roles, for good. What it wrote keeps its name.',
  })
  endSeat(@Arg('input', () => SeatInput) input: SeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => endSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description:
      'In an emergency: hides a seat’s organisation at once, which then reads "Member organisation". By the seat itself, or a safety officer of its networks.',
  })
  triggerSafetyLock(
    @Arg('input', () => TriggerSafetyLockInput) input: TriggerSafetyLockInput,
    @Ctx() context: MembersContext,
  ) {
    return answerSeat(context, () => run(context, (tx) => triggerSafetyLock(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description:
      'Shows the organisation again: a safety officer does; where its networks have none, the organisation what it has hidden itself.',
  })
  liftSafetyLock(@Arg('input', () => SeatInput) input: SeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => liftSafetyLock(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description:
      'A coordinator asks that a seat of the network be frozen, or given back: it stands in the audit log, where safety officers and platform operators read it. For 24 hours an operator may then do it, too.',
  })
  askToFreezeSeat(
    @Arg('input', () => AskToFreezeSeatInput) input: AskToFreezeSeatInput,
    @Ctx() context: MembersContext,
  ) {
    return answerSeat(context, () => run(context, (tx) => askToFreezeSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description:
      'A safety officer stops a seat, or a platform operator whom a coordinator or safety officer has asked: it has no rights, and its sessions end within a second.',
  })
  freezeSeat(@Arg('input', () => FreezeSeatInput) input: FreezeSeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => freezeSeat(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, { description: 'Gives a frozen seat its rights back, by those who may freeze it.' })
  unfreezeSeat(@Arg('input', () => SeatInput) input: SeatInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => unfreezeSeat(tx, context.actor, input)));
  }
}

@Resolver(() => SeatOffer)
export class SeatOfferResolver {
  @FieldResolver(() => Seat, { nullable: true })
  seat(@Root() offer: SeatOffer, @Ctx() context: MembersContext): Promise<Seat | null> {
    return readSeat(context, offer.seatId);
  }
}

/** What waits for the person who asks. */
@Resolver(() => Viewer)
export class WaitingResolver {
  @FieldResolver(() => [SeatOffer], { description: 'Seats that are held open for you: answerSeatOffer.' })
  @Directive('@listSize(assumedSize: 3)')
  seatOffers(@Ctx() { actor, database }: MembersContext): Promise<SeatOffer[]> {
    return readOffers(database.source, actor);
  }

  @FieldResolver(() => [Membership], {
    description: 'Applications that you have entered, and invitations to you; the latest first, at most 50.',
  })
  @Directive('@listSize(assumedSize: 3)')
  applications(@Ctx() { actor, database }: MembersContext): Promise<Membership[]> {
    return readOwnApplications(database.source, actor);
  }

  @FieldResolver(() => [Membership], {
    description:
      'Open applications that your organisation is asked to vouch for, and has not answered: answerSponsorship.',
  })
  @Directive('@listSize(assumedSize: 5)')
  sponsorshipRequests(@Ctx() { actor, database }: MembersContext): Promise<Membership[]> {
    return readSponsorshipRequests(database.source, actor);
  }
}
