import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { loadListByKey } from '../../kit/load.ts';
import type { PlanChangesRequest, VersionRecord } from './entities/version.ts';
import { readContents, readVersionPages, readVersions, type VersionPage } from './versions.ts';

type VersionId = Pick<VersionRecord, 'planId' | 'number'>;
const cacheKeyFn = (key: object) => JSON.stringify(key);

export interface ChangesRequestRow extends Omit<PlanChangesRequest, 'requestedBy'> {
  planId: string;
  requestedBy: string;
}

/** A request's loaders for versions and what else happens to a plan as a whole: one statement each, however many keys. Rights are the caller's. */
export function createLifeLoaders(source: DataSource) {
  const { manager } = source;
  const many = { cacheKeyFn } as const;
  return {
    pages: new DataLoader<VersionPage, VersionRecord[], string>((pages) => readVersionPages(manager, pages), many),
    version: new DataLoader<VersionId, VersionRecord | null, string>((ids) => readVersions(manager, ids), many),
    content: new DataLoader<VersionId, string | null, string>((ids) => readContents(manager, ids), many),
    /** Newest first. */
    changesRequests: loadListByKey<string, ChangesRequestRow>(
      (planIds) =>
        source.query(
          `SELECT plan_id AS "planId", note, requested_by AS "requestedBy", requested_at AS "requestedAt"
           FROM plan_changes_request WHERE plan_id = ANY ($1) ORDER BY version DESC`,
          [planIds],
        ),
      ({ planId }) => planId,
    ),
    /** Newest first. */
    amendments: loadListByKey<string, { id: string; amends: string }>(
      (planIds) =>
        source.query('SELECT id, amends FROM plan WHERE amends = ANY ($1) ORDER BY created_at DESC, id', [planIds]),
      ({ amends }) => amends,
    ),
  };
}
export type LifeLoaders = ReturnType<typeof createLifeLoaders>;
