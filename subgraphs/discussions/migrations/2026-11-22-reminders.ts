import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When those who had not spoken were reminded that a round closes. */
export class RoundReminders1763797000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE decision_round ADD COLUMN reminded_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE decision_round DROP COLUMN reminded_at');
  }
}
