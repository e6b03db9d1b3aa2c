import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Dates that are as precise as their source are text in COLLATE "C": `2023-12` sorts before each of its days, so
 * `starts_on <= today` and `ends_on >= left(today, length(ends_on))` are right at every precision.
 */
export class InitialMembers1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE organisation (
        id text PRIMARY KEY,
        name text NOT NULL,
        sort_name text COLLATE "C" NOT NULL,
        short_name text,
        stakeholder_type text CHECK (stakeholder_type IN ('CIVIL_SOCIETY', 'ACADEMIA', 'PRIVATE_SECTOR')),
        country text,
        relation text NOT NULL,
        relation_network_id text,
        website text,
        about jsonb,
        languages text[] NOT NULL DEFAULT '{}',
        thematic_tags text[] NOT NULL DEFAULT '{}',
        safety_locked boolean NOT NULL DEFAULT false,
        provenance text NOT NULL CHECK (provenance IN ('SOURCED', 'SAMPLE', 'USER')),
        source_url text,
        version integer NOT NULL DEFAULT 1,
        -- the order of lists: a safety-locked organisation must not be found by its place in the alphabet
        list_name text COLLATE "C" NOT NULL
          GENERATED ALWAYS AS (CASE WHEN safety_locked THEN 'member organisation' ELSE sort_name END) STORED
      );
      CREATE INDEX organisation_in_order ON organisation (list_name, id);

      CREATE TABLE membership (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation,
        network_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('INVITED', 'APPLIED', 'UNDER_REVIEW', 'MORE_INFO', 'DECLINED', 'ACTIVE',
          'SUSPENDED', 'WITHDRAWN', 'ENDED')),
        since text COLLATE "C",
        sponsor_organisation_id text REFERENCES organisation,
        motivation text,
        applied_by_seat_id text,
        applied_by_person_id text,
        provenance text NOT NULL CHECK (provenance IN ('SOURCED', 'SAMPLE', 'USER')),
        source_url text,
        version integer NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX membership_not_over ON membership (organisation_id, network_id)
        WHERE status NOT IN ('DECLINED', 'WITHDRAWN', 'ENDED');
      CREATE INDEX membership_of_network ON membership (network_id, status);

      CREATE TABLE membership_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        membership_id text NOT NULL REFERENCES membership,
        at timestamptz,
        from_status text,
        to_status text NOT NULL,
        by_seat_id text,
        note text,
        decision_id text
      );
      CREATE INDEX membership_event_in_order ON membership_event (membership_id, id);

      CREATE TABLE person (
        id text PRIMARY KEY,
        name text NOT NULL,
        subject text NOT NULL UNIQUE,
        platform_operator boolean NOT NULL DEFAULT false,
        contact_channels jsonb NOT NULL DEFAULT '[]'
      );

      CREATE TABLE seat (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation,
        alias text NOT NULL,
        display_mode text NOT NULL CHECK (display_mode IN ('ORGANISATION_ONLY', 'SEAT_ALIAS', 'NAMED')),
        person_id text REFERENCES person,
        provenance text NOT NULL CHECK (provenance IN ('SOURCED', 'SAMPLE', 'USER')),
        source_url text
      );
      CREATE INDEX seat_of_person ON seat (person_id);
      CREATE INDEX seat_of_organisation ON seat (organisation_id);

      CREATE TABLE role_assignment (
        id text PRIMARY KEY,
        seat_id text NOT NULL REFERENCES seat,
        role text NOT NULL,
        network_id text NOT NULL,
        body_id text,
        starts_on text COLLATE "C",
        ends_on text COLLATE "C",
        granted_by_decision_id text,
        granted_by_seat_id text,
        revoked_at timestamptz,
        revoked_by_seat_id text
      );
      CREATE INDEX role_assignment_of_seat ON role_assignment (seat_id);
      CREATE INDEX role_assignment_of_body ON role_assignment (body_id);

      -- Roles held today. Not effective: the organisation has lost its standing in that network (suspended, withdrawn,
      -- ended), or the role needs an ACTIVE membership and there is none.
      CREATE VIEW held_role AS
      SELECT r.id, r.seat_id, s.organisation_id, s.person_id, r.role, r.network_id, r.body_id, r.starts_on, r.ends_on,
        r.granted_by_decision_id, r.granted_by_seat_id, r.revoked_at, r.revoked_by_seat_id,
        CASE WHEN r.role IN ('MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'STEERING_COMMITTEE', 'COORDINATOR')
          THEN m.active ELSE m.active OR NOT m.cut END AS effective
      FROM role_assignment r
      JOIN seat s ON s.id = r.seat_id
      CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(status = 'ACTIVE'), false) AS active,
          coalesce(bool_or(status IN ('SUSPENDED', 'WITHDRAWN', 'ENDED')), false) AS cut
        FROM membership WHERE organisation_id = s.organisation_id AND network_id = r.network_id
      ) m
      CROSS JOIN (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') COLLATE "C" AS today) t
      WHERE r.revoked_at IS NULL
        AND (r.starts_on IS NULL OR r.starts_on <= t.today)
        AND (r.ends_on IS NULL OR r.ends_on >= left(t.today, length(r.ends_on)));

      CREATE TABLE rights (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        version integer NOT NULL DEFAULT 1
      );
      INSERT INTO rights DEFAULT VALUES;

      -- Grows with every change of rights, also with those that come by the calendar: dates of assignments that have passed count.
      CREATE VIEW rights_version AS
      SELECT (r.version + (
        SELECT count(*) FILTER (WHERE a.starts_on <= t.today) + count(*) FILTER (WHERE a.ends_on < left(t.today, length(a.ends_on)))
        FROM role_assignment a
      ))::integer AS version
      FROM rights r
      CROSS JOIN (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') COLLATE "C" AS today) t;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP VIEW rights_version;
      DROP TABLE rights;
      DROP VIEW held_role;
      DROP TABLE role_assignment, seat, person, membership_event, membership, organisation;
    `);
  }
}
