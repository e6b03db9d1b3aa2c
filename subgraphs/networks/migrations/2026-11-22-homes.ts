import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What networks are there tell the other subgraphs their home, as those to come do. */
export class NetworkHomes1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'INSERT INTO feed.home SELECT id, home_region FROM network WHERE home_region IS NOT NULL ON CONFLICT DO NOTHING',
    );
  }

  /** It stays true. */
  async down(): Promise<void> {}
}
