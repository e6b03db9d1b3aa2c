import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person has of his own: sessions, settings, exports, and erasure. Times of a sign-in are the issuer's. */
export class MemberAccounts1763793000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE person
        -- tokens that were issued up to then are no longer answered
        ADD COLUMN sessions_ended_at timestamptz,
        ADD COLUMN erased_at timestamptz;

      CREATE TABLE session (
        id text PRIMARY KEY,
        person_id text NOT NULL REFERENCES person,
        device text NOT NULL,
        first_seen_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      CREATE INDEX session_of_person ON session (person_id);

      CREATE TABLE notification_setting (
        person_id text PRIMARY KEY REFERENCES person,
        digest text NOT NULL CHECK (digest IN ('OFF', 'IMMEDIATE', 'DAILY', 'WEEKLY', 'MONTHLY')),
        digest_hour_local integer NOT NULL CHECK (digest_hour_local BETWEEN 0 AND 23),
        time_zone text NOT NULL,
        include_content boolean NOT NULL,
        mentions_immediate boolean NOT NULL,
        version integer NOT NULL
      );

      CREATE TABLE data_export (
        id text PRIMARY KEY,
        person_id text NOT NULL REFERENCES person,
        requested_at timestamptz NOT NULL DEFAULT now(),
        ready_at timestamptz,
        expires_at timestamptz,
        bytes bytea
      );
      CREATE INDEX data_export_of_person ON data_export (person_id, requested_at);

      CREATE TABLE erasure (
        id text PRIMARY KEY,
        person_id text REFERENCES person,
        code text,
        tries integer NOT NULL DEFAULT 0,
        requested_at timestamptz NOT NULL DEFAULT now(),
        confirm_before timestamptz NOT NULL,
        confirmed_at timestamptz,
        done_at timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE erasure, data_export, notification_setting, session;
      ALTER TABLE person DROP COLUMN sessions_ended_at, DROP COLUMN erased_at;
    `);
  }
}
