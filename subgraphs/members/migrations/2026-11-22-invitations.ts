import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invitations that nobody answers are over after 30 days; for those that stand already the time begins now. */
export class InvitationTerm1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE membership ADD COLUMN invited_until timestamptz;
      UPDATE membership SET invited_until = now() + interval '30 days' WHERE status = 'INVITED';
      CREATE INDEX membership_to_expire ON membership (invited_until) WHERE status = 'INVITED';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE membership DROP COLUMN invited_until');
  }
}
