import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The review tracker, engagements with governments, the calendar of the Review Mechanism, partners and programmes. Days are kept as text: as precise as their source. */
export class Reviews1763791000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE review_cluster (
        id text PRIMARY KEY,
        code text NOT NULL UNIQUE,
        title jsonb NOT NULL,
        articles text[] NOT NULL,
        phase integer CHECK (phase > 0),
        source_url text,
        checked_on text,
        provenance text NOT NULL,
        version integer NOT NULL
      );

      CREATE TABLE country_review (
        id text PRIMARY KEY,
        country text NOT NULL,
        instrument text NOT NULL,
        cluster_code text NOT NULL REFERENCES review_cluster (code),
        review_group integer CHECK (review_group BETWEEN 1 AND 3),
        started_on text,
        stage text NOT NULL,
        stage_since text,
        reviewing_states text[] NOT NULL,
        focal_point_office text,
        source_url text,
        source_note text,
        checked_on text NOT NULL,
        recorded_by_network text REFERENCES network,
        provenance text NOT NULL,
        version integer NOT NULL,
        CONSTRAINT country_review_once UNIQUE (country, instrument, cluster_code)
      );
      CREATE INDEX country_review_by_cluster ON country_review (cluster_code, stage);

      CREATE TABLE review_stage_change (
        review_id text NOT NULL REFERENCES country_review,
        number integer NOT NULL,
        from_stage text,
        to_stage text NOT NULL,
        since text,
        correction boolean NOT NULL,
        source_url text,
        source_note text,
        checked_on text NOT NULL,
        recorded_at timestamptz(3) NOT NULL,
        network_id text REFERENCES network,
        seat_id text,
        PRIMARY KEY (review_id, number),
        CHECK (NOT correction OR source_url IS NOT NULL)
      );

      CREATE TABLE review_input (
        id text PRIMARY KEY,
        review_id text NOT NULL REFERENCES country_review,
        network_id text NOT NULL REFERENCES network,
        article text NOT NULL,
        status text NOT NULL,
        text jsonb,
        organisation_id text,
        visibility text NOT NULL,
        changed_by text,
        changed_at timestamptz(3) NOT NULL,
        version integer NOT NULL,
        CONSTRAINT review_input_once UNIQUE (review_id, network_id, article)
      );

      CREATE TABLE review_event (
        id text PRIMARY KEY,
        kind text NOT NULL,
        topics text[] NOT NULL,
        status text NOT NULL,
        title jsonb NOT NULL,
        starts_on text NOT NULL,
        ends_on text,
        time_zone text NOT NULL,
        hours text,
        mode text,
        place text,
        languages text[] NOT NULL,
        participants_stated text,
        deadlines jsonb NOT NULL,
        source_url text,
        checked_on text,
        provenance text NOT NULL,
        version integer NOT NULL
      );
      CREATE INDEX review_event_by_day ON review_event (starts_on, id);

      CREATE TABLE review_engagement (
        id text PRIMARY KEY,
        network_id text NOT NULL REFERENCES network,
        body_id text REFERENCES body,
        review_id text REFERENCES country_review,
        event_id text REFERENCES review_event,
        country text,
        track text NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        summary jsonb,
        office text,
        answer jsonb,
        answer_visibility text NOT NULL,
        due_on text,
        submitted_on text,
        answered_on text,
        delivered_on text,
        source_url text,
        visibility text NOT NULL CHECK (visibility <> 'GROUP' OR body_id IS NOT NULL),
        organisation_ids text[] NOT NULL,
        recorded_at timestamptz(3) NOT NULL,
        recorded_by_seat_id text,
        recorded_by_organisation text,
        provenance text NOT NULL,
        version integer NOT NULL
      );
      CREATE INDEX review_engagement_by_network ON review_engagement (network_id, recorded_at DESC, id DESC);
      CREATE INDEX review_engagement_by_review ON review_engagement (review_id, recorded_at DESC, id DESC);
      CREATE INDEX review_engagement_by_event ON review_engagement (event_id, recorded_at DESC, id DESC);

      CREATE TABLE engagement_step (
        engagement_id text NOT NULL REFERENCES review_engagement,
        number integer NOT NULL,
        from_status text,
        to_status text NOT NULL,
        happened_on text NOT NULL,
        note jsonb,
        recorded_at timestamptz(3) NOT NULL,
        seat_id text,
        PRIMARY KEY (engagement_id, number)
      );

      CREATE TABLE external_partner (
        id text PRIMARY KEY,
        network_id text NOT NULL REFERENCES network,
        kind text NOT NULL,
        relations text[] NOT NULL,
        name jsonb NOT NULL,
        description jsonb,
        countries text[] NOT NULL,
        website text,
        organisation_id text,
        partner_id text REFERENCES partner,
        since text,
        until text,
        visibility text NOT NULL,
        source_url text,
        provenance text NOT NULL,
        version integer NOT NULL
      );
      CREATE INDEX external_partner_by_network ON external_partner (network_id, id);

      CREATE TABLE programme (
        id text PRIMARY KEY,
        short_name text,
        name jsonb NOT NULL,
        description jsonb,
        organisation_id text,
        network_ids text[] NOT NULL,
        started_on text,
        ended_on text,
        last_known_running_on text,
        source_url text,
        checked_on text,
        provenance text NOT NULL,
        version integer NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE programme, external_partner, engagement_step, review_engagement, review_event,
      review_input, review_stage_change, country_review, review_cluster`);
  }
}
