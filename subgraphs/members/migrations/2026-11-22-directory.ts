import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Exports of a network's directory with contacts: one person asks, another one agrees. The file itself is kept nowhere. */
export class DirectoryExports1763792000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory_export (
        id text PRIMARY KEY,
        network_id text NOT NULL,
        reason text NOT NULL,
        requested_by_seat_id text NOT NULL,
        requested_by_person_id text NOT NULL,
        requested_at timestamptz NOT NULL,
        approved_by_seat_id text,
        approved_by_person_id text,
        approved_at timestamptz,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX directory_export_of_network ON directory_export (network_id, requested_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE directory_export');
  }
}
