import type { MigrationInterface, QueryRunner } from 'typeorm';

export class InitialNetworks1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE network (
        id text PRIMARY KEY,
        slug text NOT NULL UNIQUE,
        name jsonb NOT NULL,
        region text NOT NULL,
        status text NOT NULL,
        founded_on text,
        countries text[] NOT NULL,
        country_count_stated integer CHECK (country_count_stated >= 0),
        mission jsonb,
        objectives jsonb NOT NULL,
        working_languages text[] NOT NULL,
        time_zone text,
        home_region text,
        provenance text NOT NULL,
        source_url text,
        version integer NOT NULL
      );

      CREATE TABLE body (
        id text PRIMARY KEY,
        network_id text NOT NULL REFERENCES network,
        kind text NOT NULL,
        thematic_area text,
        name jsonb NOT NULL,
        mandate jsonb,
        seats_total integer CHECK (seats_total > 0),
        term_months integer CHECK (term_months > 0),
        provenance text NOT NULL,
        source_url text,
        version integer NOT NULL
      );
      CREATE INDEX body_by_network ON body (network_id, id);

      CREATE TABLE partner (
        id text PRIMARY KEY,
        name text NOT NULL,
        status text NOT NULL,
        scopes text[] NOT NULL,
        network_ids text[] NOT NULL,
        max_visibility text NOT NULL,
        provenance text NOT NULL
      );

      CREATE TABLE partner_token (
        id text PRIMARY KEY,
        partner_id text NOT NULL REFERENCES partner,
        key_sha256 text NOT NULL UNIQUE CHECK (key_sha256 ~ '^[0-9a-f]{64}$'),
        label text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3) NOT NULL,
        revoked_at timestamptz(3),
        last_used_at timestamptz(3),
        lapsed boolean NOT NULL DEFAULT false
      );
      CREATE INDEX partner_token_by_partner ON partner_token (partner_id);
      CREATE INDEX partner_token_by_expiry ON partner_token (expires_at) WHERE NOT lapsed;

      CREATE TABLE rights_version (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        version integer NOT NULL
      );
      INSERT INTO rights_version (version) VALUES (1);

      -- Whatever changes what a key may do moves the version in the same transaction; its last use does not.
      CREATE FUNCTION bump_rights_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          UPDATE rights_version SET version = version + 1;
          RETURN NULL;
        END
      $$;
      CREATE TRIGGER partner_rights AFTER INSERT OR UPDATE OR DELETE ON partner
        FOR EACH ROW EXECUTE FUNCTION bump_rights_version();
      CREATE TRIGGER partner_token_rights
        AFTER INSERT OR DELETE OR UPDATE OF partner_id, key_sha256, expires_at, revoked_at, lapsed ON partner_token
        FOR EACH ROW EXECUTE FUNCTION bump_rights_version();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rights_version, partner_token, partner, body, network');
    await runner.query('DROP FUNCTION bump_rights_version()');
  }
}
