import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A network's threads by their last activity: a page is read and no more, however many there are in this network or in others. Nearly all are of one network;
 * those of several are looked through by themselves. A connection plans for a network that it does not know: taking it for one of many it goes by the network,
 * which is right for a small one and costs a large one nothing. What hangs on an engagement, and the upload that an attachment came from, are found
 * without reading all.
 */
export class ListsByIndex1763810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX thread_of_network ON thread (network_ids, last_activity_at DESC, id DESC);
      CREATE INDEX thread_of_networks ON thread (last_activity_at DESC, id DESC) WHERE cardinality(network_ids) > 1;
      ALTER TABLE thread ALTER COLUMN network_ids SET (n_distinct = 1000);
      ANALYZE thread (network_ids);
      CREATE INDEX statement_by_engagement ON statement (engagement_id) WHERE engagement_id IS NOT NULL;
      CREATE INDEX upload_by_attachment ON upload (attachment_id) WHERE attachment_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE thread ALTER COLUMN network_ids RESET (n_distinct);
      DROP INDEX thread_of_network, thread_of_networks, statement_by_engagement, upload_by_attachment;
    `);
  }
}
