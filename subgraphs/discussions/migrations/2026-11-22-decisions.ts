import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Decisions1763786000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE decision (
        id text PRIMARY KEY,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        body_id text CHECK (body_id IS NULL OR cardinality(network_ids) = 1),
        visibility text NOT NULL CHECK (visibility <> 'SEAT_ONLY' AND (visibility <> 'GROUP' OR body_id IS NOT NULL)),
        subject_typename text NOT NULL,
        subject_id text NOT NULL,
        titles jsonb NOT NULL,
        content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        method text NOT NULL,
        quorum integer CHECK (CASE WHEN method = 'LAZY_CONSENSUS' THEN quorum IS NULL ELSE coalesce(quorum, 0) > 0 END),
        status text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        round integer NOT NULL CHECK (round >= 0),
        opened_by_seat_id text NOT NULL,
        withdrawal_reason text,
        created_at timestamptz(3) NOT NULL,
        concluded_at timestamptz(3),
        CHECK ((concluded_at IS NOT NULL) = (status IN ('ADOPTED', 'NOT_ADOPTED', 'WITHDRAWN', 'EXPIRED')))
      );
      CREATE INDEX decision_by_time ON decision (created_at DESC, id DESC);
      CREATE INDEX decision_by_network ON decision USING gin (network_ids);
      CREATE INDEX decision_by_subject ON decision (subject_typename, subject_id, created_at DESC);
      CREATE INDEX decision_in_round ON decision (id) WHERE status = 'CONSENT_ROUND';

      CREATE TABLE decision_round (
        decision_id text NOT NULL REFERENCES decision,
        number integer NOT NULL CHECK (number > 0),
        content_hash text NOT NULL,
        opens_at timestamptz(3) NOT NULL,
        closes_at timestamptz(3) NOT NULL CHECK (closes_at > opens_at),
        short_reason text,
        started_by_seat_id text NOT NULL,
        PRIMARY KEY (decision_id, number)
      );

      CREATE TABLE decision_position (
        decision_id text NOT NULL,
        round integer NOT NULL,
        organisation_id text NOT NULL,
        position text NOT NULL CHECK (position <> 'OBJECT' OR reason IS NOT NULL),
        reason text,
        seat_id text NOT NULL,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        taken_at timestamptz(3) NOT NULL,
        PRIMARY KEY (decision_id, round, organisation_id),
        FOREIGN KEY (decision_id, round) REFERENCES decision_round
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE decision_position, decision_round, decision');
  }
}
