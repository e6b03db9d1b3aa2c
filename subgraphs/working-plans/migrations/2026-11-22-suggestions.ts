import type { MigrationInterface, QueryRunner } from 'typeorm';
import { keepPlanEdit } from './2026-11-21-initial.ts';

/** As before, the log is only appended to but for what is older than the plan's epoch; a purge of 100,000 edits is looked at as a whole, not row by row. */
const keepPlanEdits = `
  DROP TRIGGER keep_plan_edit ON plan_edit;
  DROP FUNCTION keep_plan_edit;
  CREATE FUNCTION keep_plan_edit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    IF TG_OP = 'DELETE' THEN
      IF NOT EXISTS (SELECT FROM gone JOIN plan ON plan.id = gone.plan_id WHERE gone.epoch >= plan.epoch) THEN
        RETURN NULL;
      END IF;
    END IF;
    RAISE EXCEPTION 'plan_edit is append-only';
  END $$;
  CREATE TRIGGER keep_plan_edit BEFORE UPDATE ON plan_edit FOR EACH ROW EXECUTE FUNCTION keep_plan_edit();
  CREATE TRIGGER purge_plan_edit AFTER DELETE ON plan_edit REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION keep_plan_edit();
`;

/**
 * Suggestions, and the record of redactions: when, by whom and why, never what. A suggestion's author, node and texts never change, but for a
 * redaction; its state does once.
 */
export class PlanSuggestions1763782000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE plan_suggestion (
        id text PRIMARY KEY,
        plan_id text NOT NULL REFERENCES plan,
        number integer NOT NULL CHECK (number > 0),
        node_key text NOT NULL,
        field text NOT NULL,
        locale text NOT NULL,
        proposed_text text NOT NULL,
        base_text text NOT NULL,
        base_hash text NOT NULL,
        base_seq bigint NOT NULL,
        author text NOT NULL,
        status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'ACCEPTED', 'REJECTED', 'WITHDRAWN', 'OUTDATED')),
        note text,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        resolved_by text,
        resolved_at timestamptz,
        UNIQUE (plan_id, number)
      );
      CREATE INDEX plan_suggestion_open ON plan_suggestion (plan_id) WHERE status = 'OPEN';

      CREATE TABLE plan_redaction (
        plan_id text NOT NULL REFERENCES plan,
        epoch integer NOT NULL,
        seat_id text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        reason text NOT NULL,
        places text[] NOT NULL,
        PRIMARY KEY (plan_id, epoch)
      );
    `);
    await runner.query(keepPlanEdits);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE plan_redaction, plan_suggestion;
      DROP TRIGGER purge_plan_edit ON plan_edit;
      DROP TRIGGER keep_plan_edit ON plan_edit;
      DROP FUNCTION keep_plan_edit;
    `);
    await runner.query(keepPlanEdit);
  }
}
