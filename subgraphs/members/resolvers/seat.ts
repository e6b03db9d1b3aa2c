import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { MembersContext } from '../context.ts';
import { Body, Network } from '../entities/foreign.ts';
import { Organisation } from '../entities/organisation.ts';
import { ContactChannel, Person } from '../entities/person.ts';
import { RoleAssignment, Seat } from '../entities/seat.ts';
import { displayName } from '../names.ts';
import { maySeeAlias, maySeeBasics, maySeeContact, maySeeHolder, maySeeRole, maySeeThroughLock } from '../policy.ts';
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
