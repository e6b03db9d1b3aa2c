import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Looks for edits that a writer had not seen by their number, however the table is guessed at. A connection plans the statements of a function for values it does not
 * know: it takes a third of all edits to be newer than what was judged, of which the first should soon be met, and reads the whole table for the few that are.
 */
export class AppendByIndex1763798000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION append_plan_edits SET enable_seqscan TO off');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION append_plan_edits RESET enable_seqscan');
  }
}
