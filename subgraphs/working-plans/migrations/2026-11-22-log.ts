import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendPlanEdits as firstAppend } from './2026-11-21-initial.ts';

/**
 * A transaction's work on the log in one round trip; log.ts is its only caller. Locks the plans in id order, so that two calls cannot wait for each other. Then,
 * entry by entry, judges by what is true under the lock and writes what passed; a refused entry leaves the others as they are. Each statement after
 * the lock sees what was committed while it waited. Entries of one plan stand together. One row an entry, in their order.
 *
 * clients: for each entry an array of [client id, start clock, end clock]. touched: for each an array of texts.
 * origins: the number that another region gave the edit; such an edit brings its own client ids.
 * forced: taken whatever the plan's status.
 * judged: for an edit that makes nodes or texts, the number up to which the log was known when it was judged; null for others. Of two that make the same
 * at once one would take the place of the other, with all that is typed in it: where a later edit touched what this one makes, it is judged again.
 */
const appendPlanEdits = `
  CREATE FUNCTION append_plan_edits(
    plans text[], epochs integer[], edits text[], seats text[], updates bytea[], regions text[], origins bigint[], clients jsonb, touched jsonb,
    forced boolean[], judged bigint[]
  ) RETURNS TABLE (outcome text, at_seq bigint, at_epoch integer, at_time timestamptz)
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    head plan%ROWTYPE;
    known plan_edit%ROWTYPE;
  BEGIN
    PERFORM FROM plan WHERE id = ANY (plans) ORDER BY id FOR UPDATE;
    FOR i IN 1 .. cardinality(plans) LOOP
      IF head.id IS DISTINCT FROM plans[i] THEN
        UPDATE plan SET seq = head.seq WHERE id = head.id AND seq < head.seq;
        SELECT * INTO head FROM plan WHERE id = plans[i];
      END IF;
      at_seq := NULL;
      at_time := NULL;
      at_epoch := coalesce(head.epoch, epochs[i]);
      SELECT * INTO known FROM plan_edit e WHERE e.plan_id = plans[i] AND e.seat_id = seats[i] AND e.edit_id = edits[i];
      IF head.id IS NOT NULL AND known.seq IS NULL AND origins[i] IS NOT NULL THEN
        INSERT INTO plan_client (plan_id, client_id, seat_id)
          SELECT plans[i], (r ->> 0)::integer, seats[i] FROM jsonb_array_elements(clients -> (i - 1)) AS r ON CONFLICT DO NOTHING;
      END IF;
      IF head.id IS NULL THEN
        outcome := 'NOT_FOUND';
      ELSIF known.seq IS NOT NULL AND known.update = updates[i] THEN
        outcome := 'REPEATED';
        at_seq := known.seq;
        at_epoch := known.epoch;
      ELSIF known.seq IS NOT NULL THEN
        outcome := 'EDIT_ID_REUSED';
      ELSIF head.epoch <> epochs[i] THEN
        outcome := 'EPOCH_CHANGED';
      ELSIF head.status NOT IN ('DRAFT', 'CHANGES_REQUESTED') AND NOT forced[i] THEN
        outcome := 'PLAN_FROZEN';
      ELSIF EXISTS (
        SELECT FROM jsonb_array_elements(clients -> (i - 1)) AS r LEFT JOIN plan_client c
          ON c.plan_id = plans[i] AND c.client_id = (r ->> 0)::integer AND c.seat_id = seats[i] AND c.next_clock = (r ->> 1)::bigint
            AND (c.used_at > now() - interval '90 days' OR forced[i])
        WHERE c.client_id IS NULL
      ) THEN
        outcome := 'CLOCK';
      ELSIF head.seq > judged[i] AND EXISTS (
        SELECT FROM plan_edit e WHERE e.plan_id = plans[i] AND e.seq > judged[i] AND (
          cardinality(e.touched) NOT BETWEEN 1 AND 199 OR jsonb_array_length(append_plan_edits.touched -> (i - 1)) > 199
            OR e.touched && ARRAY(SELECT jsonb_array_elements_text(append_plan_edits.touched -> (i - 1))))
      ) THEN
        outcome := 'CLOCK';
      ELSE
        outcome := 'COMMITTED';
        UPDATE plan_client c SET next_clock = (r ->> 2)::bigint, used_at = now() FROM jsonb_array_elements(clients -> (i - 1)) AS r
          WHERE c.plan_id = plans[i] AND c.client_id = (r ->> 0)::integer;
        head.seq := head.seq + 1;
        at_seq := head.seq;
        INSERT INTO plan_edit (plan_id, seq, epoch, edit_id, seat_id, client_id, update, region, origin_seq, touched)
          VALUES (plans[i], head.seq, epochs[i], edits[i], seats[i], (clients #>> ARRAY[(i - 1)::text, '0', '0'])::integer, updates[i],
            regions[i], origins[i], ARRAY(SELECT jsonb_array_elements_text(touched -> (i - 1))))
          RETURNING at INTO at_time;
      END IF;
      RETURN NEXT;
    END LOOP;
    UPDATE plan SET seq = head.seq WHERE id = head.id AND seq < head.seq;
  END $$;
`;

/**
 * What an edit touched, so that the log can be read as history; edits that come from another region; and client ids that expire 90 days after their last
 * use. Region numbers begin at 1: client ids below 2^24 belong to shipped records, which every region loads alike.
 */
export class PlanLog1763780000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE plan ADD COLUMN home_region text, ADD COLUMN amends text REFERENCES plan;
      ALTER TABLE plan_edit ADD COLUMN touched text[] NOT NULL DEFAULT '{}';
      CREATE UNIQUE INDEX plan_edit_origin ON plan_edit (plan_id, region, origin_seq) WHERE origin_seq IS NOT NULL;
      ALTER TABLE plan_client ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
      ALTER TABLE plan_client DROP CONSTRAINT plan_client_client_id_check, ADD CHECK (client_id > 0);
      DROP FUNCTION append_plan_edits;
    `);
    await runner.query(appendPlanEdits);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION append_plan_edits;
      ALTER TABLE plan_client DROP CONSTRAINT plan_client_client_id_check, DROP COLUMN used_at;
      ALTER TABLE plan_client ADD CHECK (client_id >= 16777216) NOT VALID;
      DROP INDEX plan_edit_origin;
      ALTER TABLE plan_edit DROP COLUMN touched;
      ALTER TABLE plan DROP COLUMN home_region, DROP COLUMN amends;
    `);
    await runner.query(firstAppend);
  }
}
