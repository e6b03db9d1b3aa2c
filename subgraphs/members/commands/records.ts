import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden } from '../../../kit/types.ts';
import { foldName, Organisation, type Relation, type StakeholderType } from '../entities/organisation.ts';
import { type ContactChannel, Person } from '../entities/person.ts';
import { type DisplayMode, Seat } from '../entities/seat.ts';
import { checkText } from './input.ts';

export interface OrganisationFields {
  name: string;
  stakeholderType: StakeholderType | null;
  country: string | null;
  relation: Relation;
  relationNetworkId: string | null;
  languages?: string[];
  thematicTags?: string[];
}

/** Enters an organisation. Its caller has asked the policy: an application does so, or SYSTEM. @returns its id */
export async function insertOrganisation(
  tx: Transaction,
  actor: Actor,
  fields: OrganisationFields,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  const id = origin?.id ?? `org:${ulid()}`;
  const name = checkText(fields.name, 200, 'organisationName');
  await tx.manager.insert(Organisation, {
    ...fields,
    id,
    name,
    sortName: foldName(name),
    languages: fields.languages ?? [],
    thematicTags: fields.thematicTags ?? [],
    safetyLocked: false,
    aboutSource: 'en',
    aboutStale: [],
    fieldVisibility: {},
    provenance: origin?.provenance ?? 'USER',
    sourceUrl: origin?.sourceUrl ?? null,
    version: 1,
  });
  return id;
}

/** Enters a person. Only SYSTEM. */
export async function insertPerson(
  tx: Transaction,
  actor: Actor,
  fields: { name: string; subject: string; platformOperator: boolean; contactChannels: ContactChannel[] },
  origin: Origin,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') throw forbidden('Persons are entered by the platform alone.');
  await tx.manager.insert(Person, { ...fields, id: origin.id });
  return origin.id;
}

/** Sets up a seat of an organisation, vacant without a person. Only SYSTEM. */
export async function insertSeat(
  tx: Transaction,
  actor: Actor,
  fields: { organisationId: string; alias: string; displayMode: DisplayMode; personId: string | null },
  origin: Origin,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') throw forbidden('Seats are set up by the platform alone.');
  const { id, provenance, sourceUrl = null } = origin;
  await tx.manager.insert(Seat, newSeat({ ...fields, id, provenance, sourceUrl }));
  return id;
}

/** A seat as it begins. */
export const newSeat = (fields: Partial<Seat> & Pick<Seat, 'organisationId' | 'alias'>) => ({
  id: `seat:${ulid()}`,
  displayMode: 'SEAT_ALIAS' as const,
  personId: null,
  preferredLocale: 'en',
  timeZone: 'UTC',
  expertise: [],
  expertiseVisibility: 'NETWORK' as const,
  provenance: 'USER' as const,
  sourceUrl: null,
  version: 1,
  ...fields,
});
