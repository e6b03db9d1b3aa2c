import type { MigrationInterface, QueryRunner } from 'typeorm';

const rightsVersion = (ends: string) => `
  CREATE OR REPLACE VIEW rights_version AS
  SELECT (r.version + (
    SELECT count(*) FILTER (WHERE a.starts_on <= t.today) + count(*) FILTER (WHERE a.ends_on < left(t.today, length(a.ends_on)))
    FROM role_assignment a
  )${ends})::integer AS version
  FROM rights r
  CROSS JOIN (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') COLLATE "C" AS today) t;`;

/** An operator reads a network for some minutes; their end raises the rights version by itself. */
export class BreakGlass1763793100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE break_glass (
        id text PRIMARY KEY,
        person_id text REFERENCES person,
        network_id text NOT NULL,
        reason text NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz NOT NULL,
        closed_at timestamptz
      );
      CREATE INDEX break_glass_of_person ON break_glass (person_id);
      ${rightsVersion(' + (SELECT count(*) FROM break_glass WHERE ends_at <= now())')}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`${rightsVersion('')} DROP TABLE break_glass;`);
  }
}
