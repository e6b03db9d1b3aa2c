import type { MembersContext } from '../context.ts';
import type { Membership } from '../entities/membership.ts';
import type { Organisation } from '../entities/organisation.ts';
import type { Person } from '../entities/person.ts';
import type { Seat } from '../entities/seat.ts';
import { mayNameOrganisation, maySeeFloor, maySeeMembership, maySeePerson } from '../policy.ts';

/** The one way to each entity, for root fields, references and nested fields alike: null where there is none or the actor may not see it. */

export async function readOrganisation({ actor, loaders }: MembersContext, id: string): Promise<Organisation | null> {
  if (!maySeeFloor(actor)) return null;
  const organisation = await loaders.organisations.load(id);
  return organisation && mayNameOrganisation(actor, organisation) ? organisation : null;
}

export async function readMembership({ actor, loaders }: MembersContext, id: string): Promise<Membership | null> {
  if (!maySeeFloor(actor)) return null;
  const membership = await loaders.memberships.load(id);
  return membership && maySeeMembership(actor, membership) ? membership : null;
}

export async function readSeat({ actor, loaders }: MembersContext, id: string): Promise<Seat | null> {
  return maySeeFloor(actor) ? loaders.seats.load(id) : null;
}

export async function readPerson({ actor, loaders }: MembersContext, id: string): Promise<Person | null> {
  const person = await loaders.persons.load(id);
  return person && maySeePerson(actor, person) ? person : null;
}
