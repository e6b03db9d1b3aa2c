import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who leads a network, and which sessions are long over, are found without reading all roles and sessions. */
export class OfficesByNetwork1763810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX role_assignment_in_network ON role_assignment (network_id, role);
      CREATE INDEX session_by_expiry ON session (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX role_assignment_in_network, session_by_expiry');
  }
}
