import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { selectMembership, selectOrganisation } from './columns.ts';
import type { Membership, MembershipStatus } from './entities/membership.ts';
import { foldName, type Organisation, type StakeholderType } from './entities/organisation.ts';

/** Where a reader of a list stands: lists go by the organisation's name, then by id. */
export interface ListPosition {
  name: string;
  id: string;
}

export interface OrganisationFilter {
  stakeholderType: StakeholderType | null;
  country: string | null;
}

export interface MembershipPage extends OrganisationFilter {
  status: MembershipStatus;
  first: number;
  after: ListPosition | null;
}

type Listed<T> = T & { listName: string };

export interface PageOfMemberships {
  totalCount: number;
  /** Up to `first + 1`. */
  rows: Listed<Membership>[];
}

export const positionOf = (row: { listName: string; id: string }): ListPosition => ({ name: row.listName, id: row.id });

/** A safety-locked organisation is in unfiltered lists only: a filter that finds it would tell what the lock hides. */
const matches = (type: string, country: string) =>
  `(${type}::text IS NULL OR (o.stakeholder_type = ${type} AND NOT o.safety_locked))
   AND (${country}::text IS NULL OR (o.country = ${country} AND NOT o.safety_locked))`;

/** One page of memberships, for any number of networks in one statement. */
export function loadMembershipPages(source: DataSource, page: MembershipPage): DataLoader<string, PageOfMemberships> {
  const { status, stakeholderType, country, first, after } = page;
  return new DataLoader(async (networkIds) => {
    const found = `FROM membership m JOIN organisation o ON o.id = m.organisation_id
      WHERE m.network_id = n.id AND m.status = $2 AND ${matches('$3', '$4')}`;
    // Of all, their organisations need not be looked at.
    const counted =
      stakeholderType === null && country === null ? 'FROM membership WHERE network_id = n.id AND status = $2' : found;
    const rows: (Listed<Membership> & { of: string; total: number })[] = await source.query(
      `SELECT n.id AS "of", counted.total, page.*
       FROM unnest($1::text[]) AS n(id)
       CROSS JOIN LATERAL (SELECT count(*)::int AS total ${counted}) counted
       LEFT JOIN LATERAL (
         SELECT ${selectMembership(source, 'm')}, o.list_name AS "listName" ${found}
           AND ($5::text IS NULL OR (o.list_name, m.id) > ($5, $6))
         ORDER BY o.list_name, m.id LIMIT $7
       ) page ON true
       ORDER BY page."listName", page.id`,
      [networkIds, status, stakeholderType, country, after?.name ?? null, after?.id ?? null, first + 1],
    );
    return networkIds.map((id) => {
      const own = rows.filter((row) => row.of === id);
      return { totalCount: own[0]?.total ?? 0, rows: own.filter((row) => row.id !== null) };
    });
  });
}

export interface OrganisationPage extends OrganisationFilter {
  networkId: string | null;
  text: string | null;
  first: number;
  after: ListPosition | null;
}

/** ACTIVE members and public reference records; with `networkId`, the ACTIVE members of that network. */
export async function listOrganisations(
  source: DataSource,
  page: OrganisationPage,
): Promise<{ totalCount: number; rows: Listed<Organisation>[] }> {
  const { networkId, text, stakeholderType, country, first, after } = page;
  const pattern = text === null ? null : `%${foldName(text.trim()).replace(/[\\%_]/g, '\\$&')}%`;
  const found = `${matches('$3', '$4')}
    AND ($2::text IS NULL OR (o.sort_name LIKE $2 AND NOT o.safety_locked))
    AND (EXISTS (SELECT 1 FROM membership m
           WHERE m.organisation_id = o.id AND m.status = 'ACTIVE' AND ($1::text IS NULL OR m.network_id = $1))
      OR ($1::text IS NULL AND o.relation NOT IN ('MEMBER', 'MEMBER_AND_COORDINATOR_SEAT', 'APPLICANT')))`;
  const rows: (Listed<Organisation> & { total: number })[] = await source.query(
    `SELECT counted.total, page.*
     FROM (SELECT count(*)::int AS total FROM organisation o WHERE ${found}) counted
     LEFT JOIN LATERAL (
       ${selectOrganisation(source)}
       WHERE ${found} AND ($5::text IS NULL OR (o.list_name, o.id) > ($5, $6))
       ORDER BY o.list_name, o.id LIMIT $7
     ) page ON true
     ORDER BY page."listName", page.id`,
    [networkId, pattern, stakeholderType, country, after?.name ?? null, after?.id ?? null, first + 1],
  );
  return { totalCount: rows[0]?.total ?? 0, rows: rows.filter((row) => row.id !== null) };
}

export type ListedOrganisation = Listed<Organisation>;
