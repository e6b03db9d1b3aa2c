import type { MigrationInterface, QueryRunner } from 'typeorm';

const circle = `
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        body_id text,
        visibility text NOT NULL CHECK (visibility <> 'SEAT_ONLY' AND (visibility <> 'GROUP' OR body_id IS NOT NULL)),
        publication_visibility text NOT NULL
          CHECK (publication_visibility <> 'SEAT_ONLY' AND (publication_visibility <> 'GROUP' OR body_id IS NOT NULL)),`;

/** Meetings whole, with their minutes; statements; the knowledge library. */
export class Library1763795000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE meeting
        ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
        ADD COLUMN announced boolean NOT NULL DEFAULT true,
        ADD COLUMN agreed_network_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN host_city text,
        ADD COLUMN host_country text,
        ADD COLUMN join_info text,
        ADD COLUMN co_organiser_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN external_participants jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN links jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN material_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN cancellation_reason text,
        ADD COLUMN scheduled_at timestamptz(3),
        ADD COLUMN opened_at timestamptz(3),
        ADD COLUMN closed_at timestamptz(3),
        ADD COLUMN redacted_at timestamptz(3);
      CREATE INDEX meeting_by_material ON meeting USING gin (material_ids);

      CREATE TABLE attendance_alias (
        meeting_id text NOT NULL REFERENCES meeting ON DELETE CASCADE,
        alias text NOT NULL,
        rsvp text NOT NULL,
        PRIMARY KEY (meeting_id, alias)
      );

      CREATE TABLE minutes (
        meeting_id text NOT NULL REFERENCES meeting,
        number integer NOT NULL CHECK (number > 0),
        texts jsonb NOT NULL,
        source_locale text NOT NULL,
        attributed boolean NOT NULL,
        content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        written_by_seat_id text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        decision_ids text[] NOT NULL DEFAULT '{}',
        adopted_at timestamptz(3),
        PRIMARY KEY (meeting_id, number)
      );

      CREATE TABLE statement (
        id text PRIMARY KEY,${circle}
        circulated boolean NOT NULL,
        status text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        texts jsonb NOT NULL,
        source_locale text NOT NULL,
        source_revision integer NOT NULL CHECK (source_revision > 0),
        hashed_locales text[] NOT NULL,
        content_hash text CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        forum text,
        engagement_id text,
        drafted_by_seat_id text,
        decision_ids text[] NOT NULL,
        withdrawal_reason text,
        provenance text NOT NULL,
        source_url text,
        created_at timestamptz(3) NOT NULL,
        circulated_at timestamptz(3),
        consented_at timestamptz(3),
        published_at timestamptz(3),
        withdrawn_at timestamptz(3),
        redacted_at timestamptz(3),
        CHECK (status = 'DRAFT' OR status = 'WITHDRAWN' OR content_hash IS NOT NULL),
        CHECK (published_at IS NULL OR cardinality(decision_ids) > 0 OR provenance <> 'USER')
      );
      CREATE INDEX statement_by_time ON statement (created_at DESC, id DESC);
      CREATE INDEX statement_by_network ON statement USING gin (network_ids);

      CREATE TABLE statement_stance (
        statement_id text NOT NULL REFERENCES statement,
        organisation_id text NOT NULL,
        stance text NOT NULL CHECK (stance IN ('ENDORSES', 'DISSENTS')),
        content_hash text NOT NULL,
        seat_id text NOT NULL,
        taken_at timestamptz(3) NOT NULL,
        PRIMARY KEY (statement_id, organisation_id)
      );

      CREATE TABLE statement_check (
        statement_id text NOT NULL REFERENCES statement,
        network_id text NOT NULL,
        by_officer boolean NOT NULL,
        content_hash text NOT NULL,
        passed boolean NOT NULL,
        note text,
        seat_id text NOT NULL,
        checked_at timestamptz(3) NOT NULL,
        PRIMARY KEY (statement_id, network_id, by_officer)
      );

      CREATE TABLE knowledge_item (
        id text PRIMARY KEY,${circle}
        shown boolean NOT NULL,
        status text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        kind text NOT NULL,
        texts jsonb NOT NULL,
        source_locale text NOT NULL,
        source_revision integer NOT NULL CHECK (source_revision > 0),
        organisation_id text NOT NULL,
        named boolean NOT NULL,
        written_by_seat_id text,
        tags text[] NOT NULL,
        articles text[] NOT NULL,
        thematic_areas text[] NOT NULL,
        countries text[] NOT NULL,
        links jsonb NOT NULL,
        activity_ids text[] NOT NULL,
        search tsvector NOT NULL DEFAULT '',
        review_on text,
        reviewed_at timestamptz(3),
        provenance text NOT NULL,
        source_url text,
        created_at timestamptz(3) NOT NULL,
        published_at timestamptz(3),
        redacted_at timestamptz(3)
      );
      CREATE INDEX knowledge_by_time ON knowledge_item (created_at DESC, id DESC);
      CREATE INDEX knowledge_by_network ON knowledge_item USING gin (network_ids);
      CREATE INDEX knowledge_by_activity ON knowledge_item USING gin (activity_ids);
      CREATE INDEX knowledge_by_tag ON knowledge_item USING gin (tags);
      CREATE INDEX knowledge_by_article ON knowledge_item USING gin (articles);
      CREATE INDEX knowledge_by_words ON knowledge_item USING gin (search);

      CREATE TABLE knowledge_reading (
        item_id text NOT NULL REFERENCES knowledge_item,
        organisation_id text NOT NULL,
        source_revision integer NOT NULL,
        verdict text NOT NULL,
        note text,
        seat_id text NOT NULL,
        read_at timestamptz(3) NOT NULL,
        PRIMARY KEY (item_id, organisation_id)
      );

      CREATE TABLE knowledge_reuse (
        item_id text NOT NULL REFERENCES knowledge_item,
        organisation_id text NOT NULL,
        network_id text NOT NULL,
        activity_id text,
        note text,
        seat_id text,
        reused_at timestamptz(3) NOT NULL,
        PRIMARY KEY (item_id, organisation_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE knowledge_reuse, knowledge_reading, knowledge_item, statement_check, statement_stance, statement, minutes, attendance_alias;
      ALTER TABLE meeting
        DROP COLUMN version, DROP COLUMN announced, DROP COLUMN agreed_network_ids, DROP COLUMN host_city, DROP COLUMN host_country,
        DROP COLUMN join_info, DROP COLUMN co_organiser_ids, DROP COLUMN external_participants, DROP COLUMN links,
        DROP COLUMN material_ids, DROP COLUMN cancellation_reason, DROP COLUMN scheduled_at, DROP COLUMN opened_at, DROP COLUMN closed_at, DROP COLUMN redacted_at;
    `);
  }
}
