import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The exchange of edits with other regions. `link_plan` says up to where a peer's log of a plan was read; it changes in the transaction that stores what was
 * read. `link_item` keeps what could not be taken: WAITING until what it builds on has come, REFUSED for an operator to look at; set back to
 * WAITING by hand, it is tried again. A redaction takes the bytes of what was refused too.
 */
export class PlanLink1763785000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE link_peer (
        region text PRIMARY KEY,
        heard_at timestamptz,
        connected boolean NOT NULL DEFAULT false,
        error text
      );

      CREATE TABLE link_plan (
        region text NOT NULL,
        plan_id text NOT NULL,
        cursor text NOT NULL,
        epoch integer NOT NULL,
        position bigint,
        PRIMARY KEY (region, plan_id)
      ) WITH (fillfactor = 50);

      CREATE TABLE link_item (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        region text NOT NULL,
        plan_id text NOT NULL,
        origin_seq bigint NOT NULL,
        seat_id text NOT NULL,
        update bytea,
        state text NOT NULL CHECK (state IN ('WAITING', 'REFUSED')),
        reason text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX link_item_waiting ON link_item (region, plan_id, origin_seq) WHERE state = 'WAITING';
      CREATE INDEX link_item_plan ON link_item (plan_id);

      CREATE FUNCTION forget_refused_items() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      BEGIN
        UPDATE link_item SET update = NULL WHERE plan_id = NEW.id AND state = 'REFUSED';
        RETURN NULL;
      END $$;
      CREATE TRIGGER forget_refused_items AFTER UPDATE OF epoch ON plan FOR EACH ROW WHEN (OLD.epoch <> NEW.epoch)
        EXECUTE FUNCTION forget_refused_items();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER forget_refused_items ON plan;
      DROP FUNCTION forget_refused_items;
      DROP TABLE link_item, link_plan, link_peer;
    `);
  }
}
