import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files of plans, made by whichever process takes the job; external strategies that activities serve; and two tables that are made from plans and
 * can be made again: the words of activities by which similar ones are found, and when each text was last written, by which a translation is known to be stale.
 *
 * A redaction deletes a plan's files and words. What is made from a plan has its epoch, and is kept only if that still is the plan's.
 */
export class PlanExports1763796000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE plan_export (
        id text PRIMARY KEY,
        plan_id text NOT NULL REFERENCES plan,
        owner_id text NOT NULL,
        format text NOT NULL CHECK (format IN ('XLSX', 'DOCX', 'PDF', 'CSV', 'MARKDOWN', 'JSON', 'ICS')),
        locale text NOT NULL,
        version integer,
        inside boolean NOT NULL,
        names jsonb NOT NULL DEFAULT '{}',
        status text NOT NULL DEFAULT 'QUEUED' CHECK (status IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED')),
        progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
        attempts integer NOT NULL DEFAULT 0,
        free_at timestamptz NOT NULL DEFAULT now(),
        error text,
        content_hash text,
        file_name text,
        media_type text,
        bytes bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
        CHECK (status <> 'DONE' OR (bytes IS NOT NULL AND file_name IS NOT NULL AND media_type IS NOT NULL))
      );
      CREATE INDEX plan_export_waiting ON plan_export (free_at) WHERE status IN ('QUEUED', 'RUNNING');
      CREATE INDEX plan_export_owner ON plan_export (owner_id, created_at);
      CREATE INDEX plan_export_plan ON plan_export (plan_id);
      CREATE INDEX plan_export_expiry ON plan_export (expires_at);

      CREATE TABLE plan_strategy (
        id text PRIMARY KEY,
        plan_id text NOT NULL REFERENCES plan,
        node_key text NOT NULL,
        title text NOT NULL,
        url text,
        country text CHECK (country ~ '^[A-Z]{2}$'),
        added_by text NOT NULL,
        added_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX plan_strategy_node ON plan_strategy (plan_id, node_key);

      CREATE TABLE plan_words (
        plan_id text NOT NULL,
        node_key text NOT NULL,
        locale text NOT NULL,
        words text[] NOT NULL,
        PRIMARY KEY (plan_id, node_key, locale)
      );
      CREATE INDEX plan_words_words ON plan_words USING gin (words);
      CREATE TABLE plan_words_read (
        plan_id text PRIMARY KEY,
        epoch integer NOT NULL,
        at_seq bigint NOT NULL,
        read_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE plan_touch (
        plan_id text NOT NULL,
        node_key text NOT NULL,
        field text NOT NULL,
        locale text NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (plan_id, node_key, field, locale)
      );
      CREATE TABLE plan_touch_read (
        plan_id text PRIMARY KEY,
        at_seq bigint NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE plan_touch_read, plan_touch, plan_words_read, plan_words, plan_strategy, plan_export',
    );
  }
}
