import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of which late nodes their owners were told: of each once, until another day or another owner is set. */
export class ToldLate1763797000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE told_late (
        plan_id text NOT NULL,
        node_key text NOT NULL,
        due_on text NOT NULL,
        organisation_id text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, node_key, due_on, organisation_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE told_late');
  }
}
