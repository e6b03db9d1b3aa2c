import type DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { columnsOf, type Entity, selectOrganisation } from './columns.ts';
import { type Count, DiversitySummary } from './entities/foreign.ts';
import { Membership, MembershipEvent } from './entities/membership.ts';
import type { Organisation } from './entities/organisation.ts';
import { Person } from './entities/person.ts';
import { RoleAssignment, Seat } from './entities/seat.ts';
import { loadMembershipPages, type MembershipPage, type PageOfMemberships } from './lists.ts';

/** A seat in a body, with the network in which the role was given. */
export type BodySeat = Seat & { bodyId: string; networkId: string };

/** One request's reads: each is one statement for all keys of a batch. Rows come bare of policy: who returns one asks it first. */
export interface Loaders {
  organisations: DataLoader<string, Organisation | null>;
  memberships: DataLoader<string, Membership | null>;
  membershipsOfOrganisation: DataLoader<string, Membership[]>;
  membershipPages(page: MembershipPage): DataLoader<string, PageOfMemberships>;
  history: DataLoader<string, MembershipEvent[]>;
  seats: DataLoader<string, Seat | null>;
  seatsOfPerson: DataLoader<string, Seat[]>;
  seatsOfOrganisation: DataLoader<string, Seat[]>;
  seatsOfBody: DataLoader<string, BodySeat[]>;
  roles: DataLoader<string, RoleAssignment[]>;
  persons: DataLoader<string, Person | null>;
  diversity: Pick<DataLoader<string, DiversitySummary>, 'load'>;
}

/**
 * Networks in which a role is held by an organisation that belongs to them: as their member, or, being no member anywhere,
 * by its relation. A role alone is not enough: any network can give one to any seat, and with it would read the person.
 */
const homeNetworks = (held: string) => `ARRAY(
  SELECT DISTINCT h.network_id FROM held_role h JOIN organisation o ON o.id = h.organisation_id
  LEFT JOIN LATERAL (
    SELECT array_agg(network_id) AS ids FROM membership
    WHERE organisation_id = o.id AND status IN ('ACTIVE', 'SUSPENDED')
  ) member ON true
  WHERE ${held} AND CASE WHEN member.ids IS NULL THEN coalesce(o.relation_network_id, h.network_id) = h.network_id
    ELSE h.network_id = ANY (member.ids) END
) AS "homeNetworkIds"`;

export function createLoaders(source: DataSource): Loaders {
  const rows =
    <T>(entity: Entity, sql: (columns: string) => string) =>
    (keys: readonly string[]): Promise<T[]> =>
      source.query(sql(columnsOf(source, entity, 't')), [keys]);
  const seat = (columns: string) =>
    `SELECT ${columns}, ARRAY(SELECT DISTINCT h.network_id FROM held_role h WHERE h.seat_id = t.id) AS "networkIds",
      ${homeNetworks('h.seat_id = t.id')}`;
  const byId = (row: { id: string }) => row.id;
  const pages = new Map<string, DataLoader<string, PageOfMemberships>>();
  return {
    organisations: loadByKey<string, Organisation>(
      (ids) => source.query(`${selectOrganisation(source)} WHERE o.id = ANY($1)`, [ids]),
      byId,
    ),
    memberships: loadByKey<string, Membership>(
      rows(Membership, (columns) => `SELECT ${columns} FROM membership t WHERE id = ANY($1)`),
      byId,
    ),
    membershipsOfOrganisation: loadListByKey<string, Membership>(
      rows(
        Membership,
        (columns) => `SELECT ${columns} FROM membership t WHERE organisation_id = ANY($1) ORDER BY network_id, id`,
      ),
      (row) => row.organisationId,
    ),
    membershipPages(page) {
      const key = JSON.stringify(page);
      const known = pages.get(key) ?? loadMembershipPages(source, page);
      pages.set(key, known);
      return known;
    },
    history: loadListByKey<string, MembershipEvent>(
      rows(
        MembershipEvent,
        (columns) => `SELECT ${columns} FROM membership_event t WHERE membership_id = ANY($1) ORDER BY id`,
      ),
      (row) => row.membershipId,
    ),
    seats: loadByKey<string, Seat>(
      rows(Seat, (columns) => `${seat(columns)} FROM seat t WHERE id = ANY($1)`),
      byId,
    ),
    seatsOfPerson: loadListByKey<string, Seat>(
      rows(Seat, (columns) => `${seat(columns)} FROM seat t WHERE person_id = ANY($1) ORDER BY id`),
      (row) => row.personId ?? [],
    ),
    seatsOfOrganisation: loadListByKey<string, Seat>(
      rows(Seat, (columns) => `${seat(columns)} FROM seat t WHERE organisation_id = ANY($1) ORDER BY id`),
      (row) => row.organisationId,
    ),
    seatsOfBody: loadListByKey<string, BodySeat>(
      rows(
        Seat,
        (columns) => `${seat(columns)}, r.body_id AS "bodyId", r.network_id AS "networkId"
          FROM (SELECT DISTINCT body_id, network_id, seat_id FROM held_role WHERE body_id = ANY($1) AND effective) r
          JOIN seat t ON t.id = r.seat_id JOIN organisation o ON o.id = t.organisation_id
          ORDER BY o.list_name, t.id`,
      ),
      (row) => row.bodyId,
    ),
    roles: loadListByKey<string, RoleAssignment>(
      rows(
        RoleAssignment,
        (columns) => `SELECT ${columns} FROM held_role t WHERE seat_id = ANY($1) AND effective
          ORDER BY network_id, role, body_id`,
      ),
      (row) => row.seatId,
    ),
    persons: loadByKey<string, Person>(
      rows(
        Person,
        (columns) => `SELECT ${columns}, ${homeNetworks('h.person_id = t.id')} FROM person t WHERE id = ANY($1)`,
      ),
      byId,
    ),
    diversity: loadDiversity(source),
  };
}

function loadDiversity(source: DataSource): Loaders['diversity'] {
  type Row = { networkId: string; kind: 'type' | 'country'; key: string; value: number };
  const counts = loadListByKey<string, Row>(
    (ids) =>
      source.query(
        `SELECT m.network_id AS "networkId", k.kind, k.key, count(*)::int AS value
         FROM membership m JOIN organisation o ON o.id = m.organisation_id
         CROSS JOIN LATERAL (VALUES ('type', o.stakeholder_type), ('country', o.country)) AS k(kind, key)
         WHERE m.network_id = ANY($1) AND m.status = 'ACTIVE' AND NOT o.safety_locked AND k.key IS NOT NULL
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        [ids],
      ),
    (row) => row.networkId,
  );
  const summary = (rows: Row[]) => {
    const of = (kind: Row['kind']): Count[] =>
      rows.filter((row) => row.kind === kind).map(({ key, value }) => ({ key, value }));
    return Object.assign(new DiversitySummary(), { byStakeholderType: of('type'), byCountry: of('country') });
  };
  return { load: async (id) => summary(await counts.load(id)) };
}
