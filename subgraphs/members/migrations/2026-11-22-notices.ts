import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a seat has read of the notices that are for it, and of what its person was mailed; and where a person wants mail, as the person has said and
 * confirmed. Nobody else reads an address, and it goes with the person.
 */
export class MemberNotices1763798000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE notice_state (
        notice_id text NOT NULL,
        seat_id text NOT NULL REFERENCES seat,
        read_at timestamptz(3),
        mailed_at timestamptz(3),
        PRIMARY KEY (notice_id, seat_id)
      );
      CREATE INDEX notice_state_of_seat ON notice_state (seat_id);

      CREATE TABLE mail_address (
        person_id text PRIMARY KEY REFERENCES person,
        -- mailed to; null before the first is confirmed
        address text,
        confirmed_at timestamptz(3),
        -- when the first was: what was told earlier is not mailed
        mailed_since timestamptz(3),
        -- to be confirmed by the code that is mailed to it
        pending text,
        code text,
        code_mailed_at timestamptz(3),
        confirm_before timestamptz(3),
        tries integer NOT NULL DEFAULT 0,
        codes_on date,
        codes integer NOT NULL DEFAULT 0,
        -- up to when digests were made
        digest_at timestamptz(3),
        -- a process is mailing, until then at most
        lease_until timestamptz(3),
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz(3),
        retry_at timestamptz(3),
        CHECK ((address IS NULL) = (confirmed_at IS NULL))
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_address, notice_state');
  }
}
