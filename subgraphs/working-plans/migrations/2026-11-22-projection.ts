import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The projection of all plans' nodes, for queries across plans; what was measured for indicators; who set a milestone's status.
 *
 * No foreign keys from the projection to `plan`: a check of one would wait for the plan's lock, which the log holds. Dates are text, since a document may hold one
 * that Postgres has not (the year 0). Without rows for a plan, its first reader or the next round makes them.
 */
export class PlanProjection1763783000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE plan_projection (
        plan_id text PRIMARY KEY,
        epoch integer NOT NULL,
        at_seq bigint NOT NULL,
        revision bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50);

      CREATE TABLE plan_node (
        plan_id text NOT NULL,
        node_key text NOT NULL,
        kind text NOT NULL,
        parent text,
        path text[] NOT NULL,
        code text NOT NULL,
        objective_key text,
        thematic_area text,
        responsible text,
        expert_group text,
        partners text[] NOT NULL DEFAULT '{}',
        countries text[] NOT NULL DEFAULT '{}',
        starts_on text,
        due_on text,
        at_seq bigint NOT NULL,
        PRIMARY KEY (plan_id, node_key)
      );
      CREATE INDEX plan_node_responsible ON plan_node (responsible) WHERE responsible IS NOT NULL;
      CREATE INDEX plan_node_expert_group ON plan_node (expert_group) WHERE expert_group IS NOT NULL;
      CREATE INDEX plan_node_countries ON plan_node USING gin (countries) WHERE countries <> '{}';
      CREATE INDEX plan_node_due ON plan_node ((coalesce(due_on, '~') COLLATE "C"), plan_id COLLATE "C", node_key COLLATE "C")
        WHERE kind = 'activity';

      CREATE TABLE indicator_actual (
        plan_id text NOT NULL REFERENCES plan,
        node_key text NOT NULL,
        actual text,
        version integer NOT NULL DEFAULT 1,
        changed_by text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, node_key)
      );
      ALTER TABLE milestone_status ADD COLUMN changed_by text, ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE milestone_status DROP COLUMN changed_by, DROP COLUMN changed_at;
      DROP TABLE indicator_actual, plan_node, plan_projection;
    `);
  }
}
