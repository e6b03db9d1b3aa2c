import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A version never changes, with two exceptions: what was submitted may be adopted, and a redaction may take text out of it. The hash stays what it was: it
 * says what was decided on.
 */
const keepPlanVersion = `
  CREATE FUNCTION keep_plan_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    allowed plan_version%ROWTYPE;
  BEGIN
    IF TG_OP <> 'UPDATE' THEN
      RAISE EXCEPTION 'the versions of a plan are kept';
    END IF;
    allowed := OLD;
    IF OLD.kind = 'SUBMITTED' AND NEW.kind = 'ADOPTED' THEN
      allowed.kind := NEW.kind;
      allowed.decision_ids := NEW.decision_ids;
    END IF;
    IF NEW.redacted_at IS NOT NULL THEN
      allowed.content := NEW.content;
      allowed.label := NEW.label;
      allowed.redacted_at := NEW.redacted_at;
    END IF;
    IF NEW IS DISTINCT FROM allowed THEN
      RAISE EXCEPTION 'a version of a plan does not change';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER keep_plan_version BEFORE UPDATE OR DELETE ON plan_version FOR EACH ROW EXECUTE FUNCTION keep_plan_version();
  CREATE TRIGGER keep_plan_versions BEFORE TRUNCATE ON plan_version FOR EACH STATEMENT EXECUTE FUNCTION keep_plan_version();
`;

/**
 * The life of a plan: its versions, the reasons why changes were asked for, and the decisions that the feed has said, with the place in each network's
 * order up to which the feed has been read (one row: who reads on holds it).
 */
export class PlanLife1763781000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE plan_version (
        plan_id text NOT NULL REFERENCES plan,
        number integer NOT NULL CHECK (number > 0),
        seq bigint NOT NULL,
        epoch integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('SUBMITTED', 'ADOPTED', 'NAMED')),
        label text,
        content text NOT NULL,
        content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        decision_ids text[] NOT NULL DEFAULT '{}',
        contributors text[] NOT NULL DEFAULT '{}',
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        redacted_at timestamptz,
        PRIMARY KEY (plan_id, number)
      );

      CREATE TABLE plan_changes_request (
        plan_id text NOT NULL REFERENCES plan,
        version integer NOT NULL,
        note text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, version)
      );

      CREATE TABLE plan_decision (
        network_id text NOT NULL,
        decision_id text NOT NULL,
        position bigint NOT NULL,
        subject_typename text NOT NULL,
        subject_id text NOT NULL,
        content_hash text NOT NULL,
        outcome text NOT NULL,
        concluded_at timestamptz NOT NULL,
        PRIMARY KEY (decision_id, network_id)
      );
      CREATE TABLE decision_feed (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        positions jsonb NOT NULL DEFAULT '{}'
      );
      INSERT INTO decision_feed DEFAULT VALUES;

      CREATE UNIQUE INDEX plan_open_amendment ON plan (amends) WHERE status IN ('DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED');
      CREATE INDEX plan_amends ON plan (amends) WHERE amends IS NOT NULL;
    `);
    await runner.query(keepPlanVersion);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX plan_open_amendment, plan_amends;
      DROP TABLE decision_feed, plan_decision, plan_changes_request, plan_version;
      DROP FUNCTION keep_plan_version;
    `);
  }
}
