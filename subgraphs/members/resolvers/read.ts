import type { MembersContext } from '../context.ts';
import type { Membership } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import type { Person } from '../entities/person.ts';
import { Seat } from '../entities/seat.ts';
import { mayNameOrganisation, maySeeFloor, maySeeMembership, maySeePerson } from '../policy.ts';

/** The one way to each entity, for root fields, references and nested fields alike: null where there is none or the actor may not see it. */

export async function readOrganisation({ actor, loaders }: MembersContext, id: string): Promise<Organisation | null> {
  if (!maySeeFloor(actor)) return null;
  const organisation = await loaders.organisations.load(id);
  return organisation && mayNameOrganisation(actor, organisation) ? organisation : null;
}

/**
 * An id that stands in a record of another subgraph was typed there by somebody, and a list there may hold no null: what
 * there is no organisation or seat for, or none that this reader may name, is shown as one that cannot be named.
 */
export async function referToOrganisation(context: MembersContext, id: string): Promise<Organisation | null> {
  const found = await readOrganisation(context, id);
  if (found || !maySeeFloor(context.actor)) return found;
  const unnamed = { id, safetyLocked: true, standing: [], bodyIds: [], fieldVisibility: {}, relationNetworkId: null };
  return Object.assign(new Organisation(), unnamed, { provenance: 'USER', version: 1 });
}

export async function referToSeat(context: MembersContext, id: string): Promise<Seat | null> {
  const found = await readSeat(context, id);
  if (found || !maySeeFloor(context.actor)) return found;
  const unnamed = { id, organisationId: '', alias: '', personId: null, networkIds: [], homeNetworkIds: [] };
  return Object.assign(new Seat(), unnamed, {
    displayMode: 'ORGANISATION_ONLY',
    provenance: 'USER',
    sourceUrl: null,
    version: 1,
    endedAt: null,
    frozenAt: null,
  });
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
