import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where partners have updates pushed to: how far each endpoint has come, who serves it just now, and what it never took. */
export class Webhooks1763801000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhook_endpoint (
        id text PRIMARY KEY,
        partner_id text NOT NULL REFERENCES partner,
        url text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('STRUCTURED', 'BINARY')),
        filter jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('ACTIVE', 'PAUSED', 'DISABLED')),
        state_since timestamptz(3) NOT NULL DEFAULT now(),
        disabled_reason text CHECK ((disabled_reason IS NOT NULL) = (state = 'DISABLED')),
        secret text NOT NULL,
        previous_secret text,
        previous_until timestamptz(3) CHECK ((previous_until IS NULL) = (previous_secret IS NULL)),
        place jsonb NOT NULL,
        epoch integer NOT NULL,
        delivered integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        item_failing_since timestamptz(3),
        failing_since timestamptz(3),
        retry_at timestamptz(3),
        last_attempt_at timestamptz(3),
        last_success_at timestamptz(3),
        last_status integer,
        last_error text,
        tested_at timestamptz(3),
        lease_by text,
        lease_until timestamptz(3),
        served_at timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE INDEX webhook_endpoint_by_partner ON webhook_endpoint (partner_id, id);

      CREATE TABLE webhook_dead_letter (
        id text PRIMARY KEY,
        endpoint_id text NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
        network_id text NOT NULL,
        position bigint NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        error text NOT NULL,
        last_status integer,
        attempts integer NOT NULL,
        failing_since timestamptz(3) NOT NULL,
        died_at timestamptz(3) NOT NULL DEFAULT now(),
        is_asked_for boolean NOT NULL DEFAULT false,
        UNIQUE (endpoint_id, event_id)
      );
      CREATE INDEX webhook_dead_letter_asked_for ON webhook_dead_letter (endpoint_id) WHERE is_asked_for;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_dead_letter, webhook_endpoint');
  }
}
