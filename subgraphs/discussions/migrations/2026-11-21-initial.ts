import type { MigrationInterface, QueryRunner } from 'typeorm';

export class InitialDiscussions1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE thread (
        id text PRIMARY KEY,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        body_id text,
        anchor_typename text NOT NULL,
        anchor_id text NOT NULL,
        anchor_field text,
        anchor_quote text,
        titles jsonb,
        source_locale text NOT NULL,
        status text NOT NULL,
        visibility text NOT NULL CHECK (visibility <> 'SEAT_ONLY' AND (visibility <> 'GROUP' OR body_id IS NOT NULL)),
        started_by_seat_id text,
        provenance text NOT NULL,
        source_url text,
        post_count integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        last_activity_at timestamptz(3) NOT NULL
      );
      CREATE INDEX thread_by_activity ON thread (last_activity_at DESC, id DESC);
      CREATE INDEX thread_by_network ON thread USING gin (network_ids);
      CREATE INDEX thread_by_anchor ON thread (anchor_typename, anchor_id, last_activity_at DESC);
      CREATE INDEX thread_by_body ON thread (body_id, last_activity_at DESC) WHERE body_id IS NOT NULL;

      CREATE TABLE post (
        id text PRIMARY KEY,
        thread_id text NOT NULL REFERENCES thread,
        position integer NOT NULL CHECK (position > 0),
        author_seat_id text,
        text text NOT NULL,
        original_locale text NOT NULL,
        reply_to_id text REFERENCES post,
        mention_seat_ids text[] NOT NULL,
        created_at timestamptz(3) NOT NULL,
        edited_at timestamptz(3),
        deleted_at timestamptz(3),
        UNIQUE (thread_id, position)
      );

      CREATE TABLE meeting (
        id text PRIMARY KEY,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        body_id text,
        kind text NOT NULL,
        status text NOT NULL,
        visibility text NOT NULL CHECK (visibility <> 'SEAT_ONLY' AND (visibility <> 'GROUP' OR body_id IS NOT NULL)),
        titles jsonb NOT NULL,
        starts_at timestamptz(3),
        starts_at_precision text,
        ends_at timestamptz(3),
        time_zone text,
        place text,
        participants_stated text,
        languages text[] NOT NULL,
        interpretation boolean,
        agenda_items jsonb NOT NULL,
        provenance text NOT NULL,
        source_url text,
        created_at timestamptz(3) NOT NULL
      );
      CREATE INDEX meeting_by_network ON meeting USING gin (network_ids);
      CREATE INDEX meeting_by_body ON meeting (body_id) WHERE body_id IS NOT NULL;

      CREATE TABLE attendance (
        meeting_id text NOT NULL REFERENCES meeting,
        organisation_id text NOT NULL,
        seat_id text,
        rsvp text NOT NULL,
        provenance text NOT NULL,
        PRIMARY KEY (meeting_id, organisation_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE attendance, meeting, post, thread');
  }
}
