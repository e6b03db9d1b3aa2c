import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far partners have read the feed, and keys that may do less than their partner. */
export class PartnerReadings1763802000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE partner_reading (
        partner_id text NOT NULL REFERENCES partner,
        road text NOT NULL CHECK (road IN ('LIVE', 'PAGED')),
        place jsonb NOT NULL,
        epoch integer NOT NULL,
        noted_at timestamptz(3) NOT NULL,
        PRIMARY KEY (partner_id, road)
      );
      -- null: what the partner may
      ALTER TABLE partner_token ADD COLUMN scopes text[];
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE partner_token DROP COLUMN scopes');
    await runner.query('DROP TABLE partner_reading');
  }
}
