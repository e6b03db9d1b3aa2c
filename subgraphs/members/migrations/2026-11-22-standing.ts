import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every organisation that is shown comes with its memberships, and every role is effective by one: without this index each of them is looked for among the
 * memberships of all (the unique one has only those that are not over).
 */
export class OrganisationStanding1763799000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX membership_of_organisation ON membership (organisation_id, network_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX membership_of_organisation');
  }
}
