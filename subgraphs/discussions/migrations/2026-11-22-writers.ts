import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has written of a statement's text: nobody checks the own words. Of older ones only who began is known. And how far the feed is read for redactions of plans. */
export class Writers1763796000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE statement ADD COLUMN written_by_seat_ids text[] NOT NULL DEFAULT '{}';
      UPDATE statement SET written_by_seat_ids = ARRAY[drafted_by_seat_id] WHERE drafted_by_seat_id IS NOT NULL;

      CREATE TABLE redaction_feed (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        positions jsonb NOT NULL DEFAULT '{}'
      );
      INSERT INTO redaction_feed DEFAULT VALUES;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE redaction_feed; ALTER TABLE statement DROP COLUMN written_by_seat_ids');
  }
}
