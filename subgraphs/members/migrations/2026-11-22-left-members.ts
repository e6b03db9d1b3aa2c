import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has been a member and left is no closed application: of some nobody knows since when they were members, and they would be erased as one. */
export class LeftMembers1763811000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE membership m SET closed_at = NULL WHERE status = 'WITHDRAWN' AND erased_at IS NULL
        AND EXISTS (SELECT 1 FROM membership_event e WHERE e.membership_id = m.id AND e.from_status = 'ACTIVE')
    `);
  }

  /** What it took away was wrong. */
  async down(): Promise<void> {}
}
