import type { SharedMigration } from '../database/shared.ts';

/**
 * The schema `notices`: what somebody is to be told of, written by the subgraph in which it happened, read by members, which knows who sits where. A
 * notice names whom it is for by seats, by an organisation, or by roles in its networks: who that is, and whether he may still read it, is asked each
 * time it is listed or mailed.
 *
 * Logins write through these functions, each only what its own subgraph has said (`source`). A key is told once while its notice is open.
 */
export const noticeMigrations: SharedMigration[] = [
  {
    name: '2026-11-22-notices',
    up: `
      CREATE TABLE notices.notice (
        id text PRIMARY KEY,
        source text NOT NULL,
        key text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('MENTION', 'ASSIGNED', 'DECISION_WAITS', 'LATE')),
        target_type text NOT NULL,
        target_id text NOT NULL,
        -- the thread, decision or plan that the target is of: with it titles are forgotten
        about_id text NOT NULL,
        network_ids text[] NOT NULL,
        visibility text NOT NULL,
        body_ids text[] NOT NULL,
        to_seat_ids text[] NOT NULL,
        to_organisation_id text,
        to_roles text[] NOT NULL,
        to_body_id text,
        titles jsonb,
        source_locale text NOT NULL,
        excerpt text,
        excerpt_locale text,
        due_on text COLLATE "C",
        due_at timestamptz(3),
        at timestamptz(3) NOT NULL,
        -- what it asks for is done: by all, or by these organisations
        settled_at timestamptz(3),
        done_organisation_ids text[] NOT NULL DEFAULT '{}'
      );
      CREATE UNIQUE INDEX notice_once ON notices.notice (source, key) WHERE settled_at IS NULL;
      CREATE INDEX notice_to_seats ON notices.notice USING gin (to_seat_ids) WHERE to_seat_ids <> '{}';
      CREATE INDEX notice_to_organisation ON notices.notice (to_organisation_id) WHERE to_organisation_id IS NOT NULL;
      CREATE INDEX notice_to_roles ON notices.notice (at) WHERE to_roles <> '{}';
      CREATE INDEX notice_about ON notices.notice (about_id);
      CREATE INDEX notice_target ON notices.notice (target_id);
      CREATE INDEX notice_at ON notices.notice (at);

      CREATE FUNCTION notices.add(entries jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        INSERT INTO notices.notice (id, source, key, kind, target_type, target_id, about_id, network_ids, visibility, body_ids,
          to_seat_ids, to_organisation_id, to_roles, to_body_id, titles, source_locale, excerpt, excerpt_locale, due_on, due_at, at,
          done_organisation_ids)
        SELECT e.id, session_user, e.key, e.kind, e.target_type, e.target_id, e.about_id, e.network_ids, e.visibility, e.body_ids,
          e.to_seat_ids, e.to_organisation_id, e.to_roles, e.to_body_id, e.titles, e.source_locale, e.excerpt, e.excerpt_locale,
          e.due_on, e.due_at, coalesce(e.at, clock_timestamp()), e.done_organisation_ids
        FROM jsonb_to_recordset(entries) AS e(id text, key text, kind text, target_type text, target_id text, about_id text,
          network_ids text[], visibility text, body_ids text[], to_seat_ids text[], to_organisation_id text, to_roles text[],
          to_body_id text, titles jsonb, source_locale text, excerpt text, excerpt_locale text, due_on text, due_at timestamptz,
          at timestamptz, done_organisation_ids text[])
        ORDER BY e.key
        ON CONFLICT (source, key) WHERE settled_at IS NULL DO NOTHING
      $$;

      CREATE FUNCTION notices.settle_keys(keys text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE notices.notice SET settled_at = clock_timestamp()
        WHERE source = session_user AND key = ANY (keys) AND settled_at IS NULL
      $$;

      -- For one organisation, or, without one, for all.
      CREATE FUNCTION notices.settle_about(about text, of_kind text, for_organisation text) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE notices.notice SET
          settled_at = CASE WHEN for_organisation IS NULL THEN clock_timestamp() END,
          done_organisation_ids = CASE WHEN for_organisation IS NULL OR for_organisation = ANY (done_organisation_ids)
            THEN done_organisation_ids ELSE done_organisation_ids || for_organisation END
        WHERE source = session_user AND about_id = about AND kind = of_kind AND settled_at IS NULL
      $$;

      -- Words that were taken out where they came from, whoever repeats them: the notice stays, and names nothing.
      CREATE FUNCTION notices.forget(of_id text) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE notices.notice SET titles = NULL, excerpt = NULL WHERE about_id = of_id OR target_id = of_id
      $$;

      CREATE FUNCTION notices.reword(target text, words text) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE notices.notice SET excerpt = words WHERE source = session_user AND target_id = target
      $$;

      -- What it was about is there no more.
      CREATE FUNCTION notices.withdraw(target text) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        DELETE FROM notices.notice WHERE source = session_user AND target_id = target
      $$;

      -- A year is kept.
      CREATE FUNCTION notices.clear() RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        DELETE FROM notices.notice WHERE at < now() - interval '1 year'
      $$;

      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA notices FROM PUBLIC;
    `,
    down: `
      DROP FUNCTION notices.clear(), notices.withdraw(text), notices.reword(text, text), notices.forget(text),
        notices.settle_about(text, text, text), notices.settle_keys(text[]), notices.add(jsonb);
      DROP TABLE notices.notice
    `,
  },
];
