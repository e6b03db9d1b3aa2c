import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which update an endpoint did not take last: how long it was tried says nothing of the next one, where it is passed over meanwhile. */
export class WebhookItems1763803000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_endpoint ADD COLUMN failing_event_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_endpoint DROP COLUMN failing_event_id');
  }
}
