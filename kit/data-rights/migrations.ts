import type { SharedMigration } from '../database/shared.ts';

/**
 * The schema `data_rights`: what a person has asked for, and each subgraph's part of the answer. A subgraph reads what is
 * asked and writes its part; only members, which asks, reads the parts.
 */
export const dataRightsMigrations: SharedMigration[] = [
  {
    name: '2026-11-22-data-rights',
    up: `
      CREATE TABLE data_rights.request (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('EXPORT', 'ERASURE')),
        person_id text NOT NULL,
        subject text NOT NULL,
        seat_ids text[] NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE data_rights.part (
        request_id text NOT NULL REFERENCES data_rights.request ON DELETE CASCADE,
        subgraph text NOT NULL,
        content jsonb,
        made_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (request_id, subgraph)
      );
      -- Told to every subgraph without letting it read the parts of the others.
      CREATE FUNCTION data_rights.open_requests(of_subgraph text) RETURNS SETOF data_rights.request
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT r.* FROM data_rights.request r
        WHERE NOT EXISTS (SELECT FROM data_rights.part p WHERE p.request_id = r.id AND p.subgraph = of_subgraph)
        ORDER BY r.requested_at, r.id LIMIT 20
      $$;
      REVOKE ALL ON FUNCTION data_rights.open_requests(text) FROM PUBLIC;
    `,
    down: 'DROP FUNCTION data_rights.open_requests(text); DROP TABLE data_rights.part, data_rights.request',
  },
];
