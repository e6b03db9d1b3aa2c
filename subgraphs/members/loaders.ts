import type DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { columnsOf, type Entity, selectMembership, selectOrganisation } from './columns.ts';
import { loadCells, loadCounts, loadLanguages } from './diversity.ts';
import type { Count, DiversityCell } from './entities/foreign.ts';
import { type Membership, MembershipEvent, Sponsorship } from './entities/membership.ts';
import type { Organisation } from './entities/organisation.ts';
import { Person } from './entities/person.ts';
import { RoleAssignment, Seat, SeatOffer } from './entities/seat.ts';
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
  /** Roles of a seat at any time, ended and yet to begin too. */
  terms: DataLoader<string, RoleAssignment[]>;
  /** Bodies in which a seat sits now. */
  bodiesOfSeat: DataLoader<string, { seatId: string; bodyId: string }[]>;
  /** Open offers of a seat. */
  offersOfSeat: DataLoader<string, SeatOffer[]>;
  sponsorships: DataLoader<string, Sponsorship[]>;
  counts: DataLoader<string, (Count & { kind: 'type' | 'country' })[]>;
  /** Languages of a network's ACTIVE members, with what the policy asks of each of these. */
  languages: DataLoader<string, Organisation[]>;
  cells: DataLoader<string, DiversityCell[]>;
}

/**
 * Networks in which a role is held by an organisation that belongs to them: as their member, or, being no member anywhere,
 * by its relation. A role alone is not enough: any network can give one to any seat, and with it would read the person.
 */
export const homeNetworks = (held: string) => `ARRAY(
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
      (ids) => source.query(`SELECT ${selectMembership(source, 't')} FROM membership t WHERE t.id = ANY($1)`, [ids]),
      byId,
    ),
    membershipsOfOrganisation: loadListByKey<string, Membership>(
      (ids) =>
        source.query(
          `SELECT ${selectMembership(source, 't')} FROM membership t WHERE t.organisation_id = ANY($1)
           ORDER BY t.network_id, t.id`,
          [ids],
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
    terms: loadListByKey<string, RoleAssignment>(
      rows(
        RoleAssignment,
        (columns) =>
          `SELECT ${columns} FROM role_assignment t WHERE seat_id = ANY($1) ORDER BY network_id, starts_on, id`,
      ),
      (row) => row.seatId,
    ),
    bodiesOfSeat: loadListByKey(
      (ids) =>
        source.query(
          `SELECT DISTINCT seat_id AS "seatId", body_id AS "bodyId" FROM held_role
           WHERE seat_id = ANY($1) AND effective AND body_id IS NOT NULL`,
          [ids],
        ),
      (row: { seatId: string; bodyId: string }) => row.seatId,
    ),
    offersOfSeat: loadListByKey<string, SeatOffer>(
      rows(
        SeatOffer,
        (columns) => `SELECT ${columns} FROM seat_offer t
          WHERE seat_id = ANY($1) AND answer IS NULL AND expires_at > now() ORDER BY id`,
      ),
      (row) => row.seatId,
    ),
    sponsorships: loadListByKey<string, Sponsorship>(
      rows(
        Sponsorship,
        (columns) =>
          `SELECT ${columns} FROM sponsorship t WHERE membership_id = ANY($1) ORDER BY asked_at, organisation_id`,
      ),
      (row) => row.membershipId,
    ),
    counts: loadCounts(source),
    languages: loadLanguages(source),
    cells: loadCells(source),
  };
}
