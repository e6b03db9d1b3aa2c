import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Client ids end. The log takes nothing of an id whose `used_at` is 90 days old; that of one whose seat has lost its rights is set to -infinity, so
 * appending asks nothing more than before. No index may name a column that appending changes, or it could not rewrite a row in place.
 */
export class PlanClients1763784000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX plan_client_seat ON plan_client (plan_id, seat_id);
      COMMENT ON COLUMN plan_client.used_at IS 'When it was issued, resumed, or last wrote; 90 days later it has ended. -infinity: it ended with the rights of its seat.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      COMMENT ON COLUMN plan_client.used_at IS NULL;
      DROP INDEX plan_client_seat;
    `);
  }
}
