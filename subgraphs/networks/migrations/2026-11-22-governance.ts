import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was adopted stays word for word: later texts are later editions. */
const keepAdoptedText = `
  CREATE FUNCTION keep_adopted_guidelines() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    IF OLD.status IN ('ADOPTED', 'SUPERSEDED') AND (
      TG_OP = 'DELETE' OR (OLD.title, OLD.body, OLD.record_locale, OLD.content_hash, OLD.adopted_on, OLD.adopted_by_decision_id)
        IS DISTINCT FROM (NEW.title, NEW.body, NEW.record_locale, NEW.content_hash, NEW.adopted_on, NEW.adopted_by_decision_id)
    ) THEN
      RAISE EXCEPTION 'adopted guidelines do not change';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END $$;
  CREATE TRIGGER keep_adopted_guidelines BEFORE UPDATE OR DELETE ON guidelines
    FOR EACH ROW EXECUTE FUNCTION keep_adopted_guidelines();
`;

/** How networks govern themselves: guidelines, mission and objectives by decision, terms of bodies, networks within networks. */
export class Governance1763790000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE network
        ADD COLUMN parent_id text REFERENCES network CHECK (parent_id <> id),
        ADD COLUMN contact_mailbox text,
        ADD COLUMN charter_id text,
        ADD COLUMN charter_locale text;
      CREATE INDEX network_by_parent ON network (parent_id) WHERE parent_id IS NOT NULL;

      ALTER TABLE body ADD COLUMN closed_on date, ADD COLUMN closing_reason text;
      CREATE TABLE body_term (
        body_id text NOT NULL REFERENCES body,
        number integer NOT NULL CHECK (number > 0),
        starts_on date NOT NULL,
        ends_on date CHECK (ends_on >= starts_on),
        decision_id text,
        PRIMARY KEY (body_id, number)
      );

      CREATE TABLE guidelines (
        id text PRIMARY KEY,
        network_id text NOT NULL REFERENCES network,
        series_id text NOT NULL,
        edition integer NOT NULL CHECK (edition > 0),
        supersedes_id text REFERENCES guidelines,
        status text NOT NULL CHECK (status IN ('DRAFT', 'CONSULTATION', 'ADOPTED', 'SUPERSEDED', 'WITHDRAWN')),
        visibility text NOT NULL CHECK (visibility IN ('PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK')),
        record_locale text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        consultation_ends_on date,
        adopted_on date,
        adopted_by_decision_id text,
        note text,
        drafted_by_seat_id text,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        provenance text NOT NULL,
        source_url text,
        version integer NOT NULL,
        CHECK ((adopted_on IS NOT NULL) = (status IN ('ADOPTED', 'SUPERSEDED')))
      );
      CREATE INDEX guidelines_by_network ON guidelines (network_id, id);
      CREATE INDEX guidelines_by_series ON guidelines (series_id);
      CREATE UNIQUE INDEX guidelines_open_amendment ON guidelines (supersedes_id) WHERE status IN ('DRAFT', 'CONSULTATION');
      CREATE UNIQUE INDEX guidelines_in_force ON guidelines (series_id) WHERE status = 'ADOPTED';

      CREATE TABLE guidelines_revision (
        guidelines_id text NOT NULL REFERENCES guidelines,
        number integer NOT NULL CHECK (number > 0),
        record_locale text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        content_hash text NOT NULL,
        circulated_by_seat_id text,
        circulated_at timestamptz(3) NOT NULL,
        PRIMARY KEY (guidelines_id, number)
      );
      CREATE TABLE guidelines_translation (
        guidelines_id text NOT NULL REFERENCES guidelines,
        locale text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        source_hash text NOT NULL,
        translated_by_seat_id text,
        translated_at timestamptz(3) NOT NULL,
        PRIMARY KEY (guidelines_id, locale)
      );

      CREATE TABLE charter_proposal (
        id text PRIMARY KEY,
        network_id text NOT NULL REFERENCES network,
        status text NOT NULL CHECK (status IN ('PROPOSED', 'APPLIED', 'REPLACED', 'WITHDRAWN')),
        record_locale text NOT NULL,
        mission jsonb,
        objectives jsonb NOT NULL,
        rationale jsonb,
        content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        decision_id text,
        decision_position bigint,
        withdrawal_reason text,
        proposed_by_seat_id text,
        proposed_at timestamptz(3) NOT NULL,
        applied_at timestamptz(3),
        version integer NOT NULL,
        CHECK ((decision_id IS NOT NULL) = (status IN ('APPLIED', 'REPLACED')))
      );
      CREATE INDEX charter_proposal_by_network ON charter_proposal (network_id, proposed_at DESC, id DESC);
      CREATE UNIQUE INDEX charter_in_force ON charter_proposal (network_id) WHERE status = 'APPLIED';
    `);
    await runner.query(keepAdoptedText);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE charter_proposal, guidelines_translation, guidelines_revision, guidelines, body_term;
      DROP FUNCTION keep_adopted_guidelines();
      ALTER TABLE body DROP COLUMN closed_on, DROP COLUMN closing_reason;
      DROP INDEX network_by_parent;
      ALTER TABLE network DROP COLUMN parent_id, DROP COLUMN contact_mailbox, DROP COLUMN charter_id, DROP COLUMN charter_locale;
    `);
  }
}
