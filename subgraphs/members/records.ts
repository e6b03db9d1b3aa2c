import type { Role, Visibility } from '../../kit/context.ts';
import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load, type Origin } from '../../kit/subgraph.ts';
import type { Provenance } from '../../kit/types.ts';
import { recordMembership } from './commands/memberships.ts';
import { insertOrganisation, insertPerson, insertSeat } from './commands/records.ts';
import { assignRole } from './commands/roles.ts';
import type { Relation, StakeholderType } from './entities/organisation.ts';
import type { DisplayMode } from './entities/seat.ts';
import type { MembershipStatus } from './states.ts';

interface Sourced {
  id: string;
  provenance: Provenance;
  sourceUrl?: string | null;
}

/** seed/members.json */
export interface MembersRecords {
  organisations: (Sourced & {
    name: string;
    stakeholderType: StakeholderType | null;
    country: string | null;
    relation: Relation;
    network: string | null;
  })[];
  memberships: (Sourced & {
    organisation: string;
    network: string;
    status: MembershipStatus;
    since: string | null;
  })[];
  seats: (Sourced & {
    organisation: string;
    alias: string;
    displayMode: DisplayMode;
    roles: { role: Role; network: string; body?: string; startsOn?: string; endsOn?: string }[];
  })[];
  persons: (Sourced & {
    name: string;
    subject: string;
    operator?: boolean;
    contactChannels: { kind: string; value: string; visibility: Visibility }[];
    seats: string[];
  })[];
}

const originOf = ({ id, provenance, sourceUrl = null }: Sourced): Origin => ({ id, provenance, sourceUrl });

/**
 * Enters the shipped records through the commands of the API. A seat without an admitted person is vacant.
 * @returns how many sample records were left out
 */
export async function loadRecords(tx: Transaction, load: Load<MembersRecords>): Promise<number> {
  const { system, records } = load;
  for (const record of admit(load, records.organisations)) {
    const { name, stakeholderType, country, relation, network } = record;
    const fields = { name, stakeholderType, country, relation, relationNetworkId: network };
    await insertOrganisation(tx, system, fields, originOf(record));
  }
  for (const record of admit(load, records.memberships)) {
    const { organisation: organisationId, network: networkId, status, since } = record;
    await recordMembership(tx, system, { organisationId, networkId, status, since }, originOf(record));
  }
  const holders = new Map<string, string>();
  for (const record of admit(load, records.persons)) {
    const { name, subject, operator = false, contactChannels, seats } = record;
    await insertPerson(tx, system, { name, subject, platformOperator: operator, contactChannels }, originOf(record));
    for (const seat of seats) holders.set(seat, record.id);
  }
  for (const record of admit(load, records.seats)) {
    const { id: seatId, organisation: organisationId, alias, displayMode, roles } = record;
    const personId = holders.get(seatId) ?? null;
    await insertSeat(tx, system, { organisationId, alias, displayMode, personId }, originOf(record));
    for (const [n, { role, network: networkId, body: bodyId, startsOn, endsOn }] of roles.entries()) {
      const clientMutationId = `${seatId}/${n}`;
      await assignRole(tx, system, { clientMutationId, seatId, role, networkId, bodyId, startsOn, endsOn });
    }
  }
  const all = [records.organisations, records.memberships, records.persons, records.seats];
  return all.reduce((sum, list) => sum + list.length - admit<Sourced>(load, list).length, 0);
}
