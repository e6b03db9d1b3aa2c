import type DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { loadListByKey } from '../../kit/load.ts';
import { selectOrganisation } from './columns.ts';
import { type Count, Country, DiversityCell } from './entities/foreign.ts';
import { type Organisation, type StakeholderType, stakeholderTypes } from './entities/organisation.ts';

/** What is counted of a network's members: those who are ACTIVE, without the safety-locked, who would be found by being counted. */
const counted = "m.network_id = ANY($1) AND m.status = 'ACTIVE' AND NOT o.safety_locked";

type Kind = 'type' | 'country';
type CountRow = Count & { kind: Kind; networkId: string };

export const loadCounts = (source: DataSource): DataLoader<string, CountRow[]> =>
  loadListByKey<string, CountRow>(
    (ids) =>
      source.query(
        `SELECT m.network_id AS "networkId", k.kind, k.key, count(*)::int AS value
         FROM membership m JOIN organisation o ON o.id = m.organisation_id
         CROSS JOIN LATERAL (VALUES ('type', o.stakeholder_type), ('country', o.country)) AS k(kind, key)
         WHERE ${counted} AND k.key IS NOT NULL
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        [ids],
      ),
    (row) => row.networkId,
  );

/** Whose languages a reader may count is for the policy to say, so they come one by one. */
export const loadLanguages = (source: DataSource): DataLoader<string, Organisation[]> =>
  loadListByKey<string, Organisation & { memberOf: string[] }>(
    (ids) =>
      source.query(
        `SELECT * FROM (${selectOrganisation(source)}) o
         JOIN (SELECT m.organisation_id, array_agg(m.network_id) AS "memberOf" FROM membership m
           WHERE m.network_id = ANY($1) AND m.status = 'ACTIVE' GROUP BY 1) m ON m.organisation_id = o.id
         WHERE NOT o."safetyLocked" AND cardinality(o.languages) > 0`,
        [ids],
      ),
    (row) => row.memberOf,
  );

export function countLanguages(organisations: readonly Organisation[]): Count[] {
  const counts = new Map<string, number>();
  for (const { languages } of organisations) {
    for (const tag of new Set(languages)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

type CellRow = { networkId: string; country: string; stakeholderType: StakeholderType; members: number };
const stubOf = (code: string): Country => Object.assign(new Country(), { code });

/** Cells with members; `fillCells` adds those without. */
export const loadCells = (source: DataSource): DataLoader<string, DiversityCell[]> =>
  loadListByKey<string, DiversityCell & { networkId: string }>(
    async (ids) => {
      const rows: CellRow[] = await source.query(
        `SELECT m.network_id AS "networkId", o.country, o.stakeholder_type AS "stakeholderType", count(*)::int AS members
         FROM membership m JOIN organisation o ON o.id = m.organisation_id
         WHERE ${counted} AND o.country IS NOT NULL AND o.stakeholder_type IS NOT NULL GROUP BY 1, 2, 3`,
        [ids],
      );
      return rows.map((row) => Object.assign(new DiversityCell(), row, { country: stubOf(row.country) }));
    },
    (row) => row.networkId,
  );

/** Every country of the network, and every other one with a member, by every kind of stakeholder. */
export function fillCells(cells: readonly DiversityCell[], countries: readonly string[]): DiversityCell[] {
  const codes = [...new Set([...countries, ...cells.map(({ country }) => country.code)])].sort();
  return codes.flatMap((code) =>
    stakeholderTypes.map(
      (type) =>
        cells.find(({ country, stakeholderType }) => country.code === code && stakeholderType === type) ??
        Object.assign(new DiversityCell(), { country: stubOf(code), stakeholderType: type, members: 0 }),
    ),
  );
}
