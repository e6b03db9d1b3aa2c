import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { VisibilityEnum } from '../../../kit/types.ts';
import type { MembersContext } from '../context.ts';
import { Body, Network } from '../entities/foreign.ts';
import { Organisation } from '../entities/organisation.ts';
import { ContactChannel, Person } from '../entities/person.ts';
import { RoleAssignment, Seat, SeatOffer } from '../entities/seat.ts';
import { displayName } from '../names.ts';
import { mayEndSeat, maySeeAlias, maySeeExpertise, maySeeFreeze, maySeeRole, maySeeSettings } from '../policy/seats.ts';
import { maySeeBasics, maySeeContact, maySeeHolder, maySeeThroughLock } from '../policy.ts';
import { readOrganisation } from './read.ts';

@Resolver(() => Seat)
export class SeatResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() seat: Seat, @Ctx() context: MembersContext): Promise<Organisation | null> {
    return readOrganisation(context, seat.organisationId);
  }

  @FieldResolver(() => String, {
    description:
      'What this reader may call the seat; a vacant one says so. Never empty, and a person only in mode NAMED.',
  })
  async displayName(@Root() seat: Seat, @Ctx() context: MembersContext): Promise<string> {
    const organisation = await readOrganisation(context, seat.organisationId);
    const mayName = seat.displayMode === 'NAMED' && maySeeHolder(context.actor, seat);
    const person = mayName ? await context.loaders.persons.load(seat.personId as string) : null;
    return displayName({
      displayMode: seat.displayMode,
      organisation: organisation && maySeeThroughLock(context.actor, organisation) ? organisation.name : null,
      alias: seat.alias,
      vacant: seat.personId === null,
      person: person?.name ?? null,
    });
  }

  @FieldResolver(() => String, { nullable: true, description: 'Null where the organisation shows itself alone.' })
  async alias(@Root() seat: Seat, @Ctx() context: MembersContext): Promise<string | null> {
    if (!maySeeAlias(context.actor, seat)) return null;
    const organisation = await readOrganisation(context, seat.organisationId);
    return organisation && maySeeThroughLock(context.actor, organisation) ? seat.alias : null;
  }

  @FieldResolver(() => String, { nullable: true })
  async sourceUrl(@Root() seat: Seat, @Ctx() context: MembersContext): Promise<string | null> {
    if (seat.sourceUrl === null) return null;
    const organisation = await readOrganisation(context, seat.organisationId);
    return organisation && maySeeBasics(context.actor, organisation) ? seat.sourceUrl : null;
  }

  @FieldResolver(() => [RoleAssignment], { description: 'Roles held now, in the networks that the reader reads.' })
  @Directive('@listSize(assumedSize: 4)')
  async roles(@Root() seat: Seat, @Ctx() { actor, loaders }: MembersContext): Promise<RoleAssignment[]> {
    const held = await loaders.roles.load(seat.id);
    return held.filter((assignment) => maySeeRole(actor, assignment));
  }

  @FieldResolver(() => [RoleAssignment], {
    description:
      'Its roles at any time, in the networks that the reader reads: those that have ended and those yet to begin too.',
  })
  @Directive('@listSize(assumedSize: 6)')
  async terms(@Root() seat: Seat, @Ctx() { actor, loaders }: MembersContext): Promise<RoleAssignment[]> {
    const terms = await loaders.terms.load(seat.id);
    return terms.filter((assignment) => maySeeRole(actor, assignment));
  }

  @FieldResolver(() => [String], { description: 'What may be asked here, for those to whom the seat shows it.' })
  async expertise(@Root() seat: Seat, @Ctx() context: MembersContext): Promise<string[]> {
    if (!seat.expertise?.length) return [];
    const organisation = await readOrganisation(context, seat.organisationId);
    if (!organisation || !maySeeThroughLock(context.actor, organisation)) return [];
    const bodies = await context.loaders.bodiesOfSeat.load(seat.id);
    const bodyIds = bodies.map(({ bodyId }) => bodyId);
    return maySeeExpertise(context.actor, seat, bodyIds) ? seat.expertise : [];
  }

  @FieldResolver(() => VisibilityEnum, {
    nullable: true,
    description: 'Who reads its expertise; to its own organisation.',
  })
  expertiseVisibility(@Root() seat: Seat, @Ctx() { actor }: MembersContext): Visibility | null {
    return maySeeSettings(actor, seat) ? (seat.expertiseVisibility ?? null) : null;
  }

  @FieldResolver(() => LocaleTag, { nullable: true, description: 'To its own organisation.' })
  preferredLocale(@Root() seat: Seat, @Ctx() { actor }: MembersContext): string | null {
    return maySeeSettings(actor, seat) ? (seat.preferredLocale ?? null) : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'IANA; to its own organisation.' })
  timeZone(@Root() seat: Seat, @Ctx() { actor }: MembersContext): string | null {
    return maySeeSettings(actor, seat) ? (seat.timeZone ?? null) : null;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether a safety officer has stopped it; null to all but the safety officers of its networks.',
  })
  frozen(@Root() seat: Seat, @Ctx() { actor }: MembersContext): boolean | null {
    return maySeeFreeze(actor, seat) ? seat.frozenAt !== null : null;
  }

  @FieldResolver(() => SeatOffer, {
    nullable: true,
    description: 'That it is held open for somebody; to those who speak for it.',
  })
  async openOffer(@Root() seat: Seat, @Ctx() { actor, loaders }: MembersContext): Promise<SeatOffer | null> {
    return mayEndSeat(actor, seat) ? ((await loaders.offersOfSeat.load(seat.id))[0] ?? null) : null;
  }

  @FieldResolver(() => Person, {
    nullable: true,
    description: 'Null to everyone but the person and the safety officer of a network that the seat belongs to.',
  })
  async holder(@Root() seat: Seat, @Ctx() { actor, loaders }: MembersContext): Promise<Person | null> {
    return maySeeHolder(actor, seat) ? loaders.persons.load(seat.personId as string) : null;
  }
}

@Resolver(() => RoleAssignment)
export class RoleAssignmentResolver {
  @FieldResolver(() => Network, { nullable: true })
  network(@Root() assignment: RoleAssignment): Network {
    return Object.assign(new Network(), { id: assignment.networkId });
  }

  @FieldResolver(() => Body, { nullable: true })
  body(@Root() assignment: RoleAssignment): Body | null {
    return assignment.bodyId === null ? null : Object.assign(new Body(), { id: assignment.bodyId });
  }
}

@Resolver(() => Person)
export class PersonResolver {
  @FieldResolver(() => [ContactChannel])
  @Directive('@listSize(assumedSize: 3)')
  contactChannels(@Root() person: Person, @Ctx() { actor }: MembersContext): ContactChannel[] {
    return person.contactChannels.filter((channel) => maySeeContact(actor, person, channel));
  }

  @FieldResolver(() => [Seat], { description: 'To a safety officer: the seats with a role in his networks.' })
  @Directive('@listSize(assumedSize: 3)')
  async seats(@Root() person: Person, @Ctx() { actor, loaders }: MembersContext): Promise<Seat[]> {
    const seats = await loaders.seatsOfPerson.load(person.id);
    return seats.filter((seat) => maySeeHolder(actor, seat));
  }
}
