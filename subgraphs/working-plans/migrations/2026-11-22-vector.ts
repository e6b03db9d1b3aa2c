import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A snapshot's state vector beside it, so that who opens the plan gets both without decoding the snapshot; null where it was not kept. */
export class SnapshotVector1763786000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE plan_snapshot ADD COLUMN state_vector bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE plan_snapshot DROP COLUMN state_vector');
  }
}
