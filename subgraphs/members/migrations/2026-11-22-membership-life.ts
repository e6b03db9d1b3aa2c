import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the view says of a role; its first form stands in the first migration. */
const heldRole = (seats: { effective: string; held: string }) => `
  CREATE OR REPLACE VIEW held_role AS
  SELECT r.id, r.seat_id, s.organisation_id, s.person_id, r.role, r.network_id, r.body_id, r.starts_on, r.ends_on,
    r.granted_by_decision_id, r.granted_by_seat_id, r.revoked_at, r.revoked_by_seat_id,
    CASE WHEN r.role IN ('MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'STEERING_COMMITTEE', 'COORDINATOR')
      THEN m.active ELSE m.active OR NOT m.cut END${seats.effective} AS effective
  FROM role_assignment r
  JOIN seat s ON s.id = r.seat_id
  CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(status = 'ACTIVE'), false) AS active,
      coalesce(bool_or(status IN ('SUSPENDED', 'WITHDRAWN', 'ENDED')), false) AS cut
    FROM membership WHERE organisation_id = s.organisation_id AND network_id = r.network_id
  ) m
  CROSS JOIN (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') COLLATE "C" AS today) t
  WHERE r.revoked_at IS NULL${seats.held}
    AND (r.starts_on IS NULL OR r.starts_on <= t.today)
    AND (r.ends_on IS NULL OR r.ends_on >= left(t.today, length(r.ends_on)));`;

/**
 * Profiles with visibility by field; seats that are offered, frozen and ended; sponsors, checks, appeals and erasure of
 * applications; and an order of each network's membership steps without holes, for those who follow them.
 */
export class MembershipLife1763792000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE organisation
        ADD COLUMN contact_mailbox text,
        ADD COLUMN field_visibility jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN about_source text NOT NULL DEFAULT 'en',
        -- locales of 'about' whose source text has changed since they were written
        ADD COLUMN about_stale text[] NOT NULL DEFAULT '{}',
        ADD COLUMN locked_by_seat_id text,
        ADD COLUMN lock_reason text;

      ALTER TABLE seat
        ADD COLUMN preferred_locale text NOT NULL DEFAULT 'en',
        ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
        ADD COLUMN expertise text[] NOT NULL DEFAULT '{}',
        ADD COLUMN expertise_visibility text NOT NULL DEFAULT 'NETWORK',
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN ended_at timestamptz,
        ADD COLUMN frozen_at timestamptz,
        ADD COLUMN frozen_by_seat_id text,
        ADD COLUMN freeze_reason text;
      ${heldRole({ effective: ' AND s.frozen_at IS NULL', held: ' AND s.ended_at IS NULL' })}

      CREATE TABLE seat_offer (
        id text PRIMARY KEY,
        seat_id text NOT NULL REFERENCES seat,
        subject text NOT NULL,
        offered_by_seat_id text,
        offered_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        answer text CHECK (answer IN ('ACCEPTED', 'DECLINED', 'WITHDRAWN')),
        answered_at timestamptz
      );
      CREATE UNIQUE INDEX seat_offer_open ON seat_offer (seat_id) WHERE answer IS NULL;
      CREATE INDEX seat_offer_of_subject ON seat_offer (subject) WHERE answer IS NULL;

      ALTER TABLE membership
        ADD COLUMN invited_subject text,
        ADD COLUMN checked_at timestamptz,
        ADD COLUMN checked_by_seat_id text,
        ADD COLUMN check_note text,
        ADD COLUMN closed_at timestamptz,
        ADD COLUMN appealed_at timestamptz,
        ADD COLUMN erased_at timestamptz;
      CREATE INDEX membership_of_invited ON membership (invited_subject) WHERE invited_subject IS NOT NULL;
      CREATE INDEX membership_of_applicant ON membership (applied_by_person_id) WHERE applied_by_person_id IS NOT NULL;
      CREATE INDEX membership_to_erase ON membership (closed_at)
        WHERE status IN ('DECLINED', 'WITHDRAWN') AND since IS NULL AND erased_at IS NULL;
      UPDATE membership m SET closed_at = (SELECT max(at) FROM membership_event e WHERE e.membership_id = m.id)
        WHERE status = 'DECLINED';

      CREATE TABLE sponsorship (
        membership_id text NOT NULL REFERENCES membership,
        organisation_id text NOT NULL REFERENCES organisation,
        asked_at timestamptz NOT NULL DEFAULT now(),
        answer text CHECK (answer IN ('CONFIRMED', 'REFUSED')),
        answered_at timestamptz,
        answered_by_seat_id text,
        note text,
        PRIMARY KEY (membership_id, organisation_id)
      );
      CREATE INDEX sponsorship_of_organisation ON sponsorship (organisation_id);
      INSERT INTO sponsorship (membership_id, organisation_id)
        SELECT id, sponsor_organisation_id FROM membership WHERE sponsor_organisation_id IS NOT NULL;

      CREATE TABLE membership_stream (
        network_id text PRIMARY KEY,
        position bigint NOT NULL CHECK (position >= 0)
      );
      ALTER TABLE membership_event
        ADD COLUMN network_id text,
        ADD COLUMN position bigint,
        ADD COLUMN by_applicant boolean NOT NULL DEFAULT false;
      UPDATE membership_event e SET network_id = n.network_id, position = n.position
        FROM (SELECT e.id, m.network_id, row_number() OVER (PARTITION BY m.network_id ORDER BY e.id) AS position
          FROM membership_event e JOIN membership m ON m.id = e.membership_id) n
        WHERE n.id = e.id;
      ALTER TABLE membership_event ALTER network_id SET NOT NULL, ALTER position SET NOT NULL;
      CREATE UNIQUE INDEX membership_event_in_stream ON membership_event (network_id, position);
      INSERT INTO membership_stream SELECT network_id, max(position) FROM membership_event GROUP BY network_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE membership_event DROP COLUMN network_id, DROP COLUMN position, DROP COLUMN by_applicant;
      DROP TABLE membership_stream, sponsorship, seat_offer;
      ALTER TABLE membership DROP COLUMN invited_subject, DROP COLUMN checked_at, DROP COLUMN checked_by_seat_id,
        DROP COLUMN check_note, DROP COLUMN closed_at, DROP COLUMN appealed_at, DROP COLUMN erased_at;
      ${heldRole({ effective: '', held: '' })}
      ALTER TABLE seat DROP COLUMN preferred_locale, DROP COLUMN time_zone, DROP COLUMN expertise,
        DROP COLUMN expertise_visibility, DROP COLUMN version, DROP COLUMN ended_at, DROP COLUMN frozen_at,
        DROP COLUMN frozen_by_seat_id, DROP COLUMN freeze_reason;
      ALTER TABLE organisation DROP COLUMN contact_mailbox, DROP COLUMN field_visibility, DROP COLUMN about_source,
        DROP COLUMN about_stale, DROP COLUMN locked_by_seat_id, DROP COLUMN lock_reason;
    `);
  }
}
