import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log is only ever appended to. A redaction may purge what is older than the plan's present epoch. */
export const keepPlanEdit = `
  CREATE FUNCTION keep_plan_edit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    IF TG_OP = 'DELETE' AND OLD.epoch < (SELECT epoch FROM plan WHERE id = OLD.plan_id) THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'plan_edit is append-only';
  END $$;
  CREATE TRIGGER keep_plan_edit BEFORE UPDATE OR DELETE ON plan_edit FOR EACH ROW EXECUTE FUNCTION keep_plan_edit();
`;

/**
 * A transaction's work on the log in one round trip; log.ts is its only caller. Locks the plans in id order, so that two calls cannot wait for each other. Then,
 * entry by entry, judges by what is true under the lock and writes what passed; a refused entry leaves the others as they are. Each statement after
 * the lock sees what was committed while it waited. Entries of one plan stand together. One row an entry, in their order.
 *
 * clients: for each entry an array of [client id, start clock, end clock].
 */
export const appendPlanEdits = `
  CREATE FUNCTION append_plan_edits(
    plans text[], epochs integer[], edits text[], seats text[], updates bytea[], regions text[], origins bigint[], clients jsonb
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
      ELSIF head.status NOT IN ('DRAFT', 'CHANGES_REQUESTED') AND seats[i] <> 'SYSTEM' THEN
        outcome := 'PLAN_FROZEN';
      ELSIF EXISTS (
        SELECT FROM jsonb_array_elements(clients -> (i - 1)) AS r LEFT JOIN plan_client c
          ON c.plan_id = plans[i] AND c.client_id = (r ->> 0)::integer AND c.seat_id = seats[i] AND c.next_clock = (r ->> 1)::bigint
        WHERE c.client_id IS NULL
      ) THEN
        outcome := 'CLOCK';
      ELSE
        outcome := 'COMMITTED';
        UPDATE plan_client c SET next_clock = (r ->> 2)::bigint FROM jsonb_array_elements(clients -> (i - 1)) AS r
          WHERE c.plan_id = plans[i] AND c.client_id = (r ->> 0)::integer;
        head.seq := head.seq + 1;
        at_seq := head.seq;
        INSERT INTO plan_edit (plan_id, seq, epoch, edit_id, seat_id, client_id, update, region, origin_seq)
          VALUES (plans[i], head.seq, epochs[i], edits[i], seats[i], (clients #>> ARRAY[(i - 1)::text, '0', '0'])::integer, updates[i],
            regions[i], origins[i])
          RETURNING at INTO at_time;
      END IF;
      RETURN NEXT;
    END LOOP;
    UPDATE plan SET seq = head.seq WHERE id = head.id AND seq < head.seq;
  END $$;
`;

/**
 * Plans, their log of edits and what belongs to a plan but is not in its document. The row of `plan` is the plan's one lock: whoever numbers edits,
 * freezes, adopts or redacts holds it.
 */
export class InitialWorkingPlans1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE plan (
        id text PRIMARY KEY,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        status text NOT NULL CHECK (status IN ('DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED', 'ADOPTED', 'SUPERSEDED', 'ARCHIVED')),
        visibility text NOT NULL CHECK (visibility IN ('PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK')),
        source_locale text NOT NULL,
        expert_groups jsonb NOT NULL DEFAULT '{}',
        seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
        epoch integer NOT NULL DEFAULT 1 CHECK (epoch >= 1),
        version integer NOT NULL DEFAULT 1,
        provenance text NOT NULL CHECK (provenance IN ('SOURCED', 'SAMPLE', 'USER')),
        source_url text,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 50);
      CREATE INDEX plan_networks ON plan USING gin (network_ids);

      CREATE TABLE objective_networks (
        plan_id text NOT NULL REFERENCES plan,
        node_key text NOT NULL,
        network_ids text[] NOT NULL CHECK (cardinality(network_ids) > 0),
        PRIMARY KEY (plan_id, node_key)
      );

      CREATE TABLE activity_status (
        plan_id text NOT NULL REFERENCES plan,
        node_key text NOT NULL,
        status text NOT NULL
          CHECK (status IN ('PROPOSED', 'PLANNED', 'IN_PROGRESS', 'AT_RISK', 'BLOCKED', 'COMPLETED', 'CANCELLED', 'DEFERRED')),
        note text,
        version integer NOT NULL DEFAULT 1,
        changed_by text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, node_key)
      );

      CREATE TABLE milestone_status (
        plan_id text NOT NULL REFERENCES plan,
        node_key text NOT NULL,
        status text NOT NULL CHECK (status IN ('PENDING', 'REACHED', 'MISSED', 'DROPPED')),
        reached_on date,
        evidence text[] NOT NULL DEFAULT '{}',
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (plan_id, node_key)
      );

      CREATE TABLE plan_client (
        plan_id text NOT NULL REFERENCES plan,
        client_id integer NOT NULL CHECK (client_id >= 16777216),
        seat_id text NOT NULL,
        next_clock bigint NOT NULL DEFAULT 0,
        issued_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, client_id)
      ) WITH (fillfactor = 50);

      CREATE TABLE plan_edit (
        plan_id text NOT NULL REFERENCES plan,
        seq bigint NOT NULL CHECK (seq > 0),
        epoch integer NOT NULL,
        edit_id text NOT NULL,
        seat_id text NOT NULL,
        client_id integer,
        update bytea NOT NULL,
        region text NOT NULL,
        origin_seq bigint,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (plan_id, seq),
        UNIQUE (plan_id, seat_id, edit_id)
      );

      CREATE TABLE plan_snapshot (
        plan_id text NOT NULL REFERENCES plan,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        update_v2 bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plan_id, epoch, seq)
      );
    `);
    await runner.query(appendPlanEdits);
    await runner.query(keepPlanEdit);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE plan_snapshot, plan_edit, plan_client, milestone_status, activity_status, objective_networks, plan;
      DROP FUNCTION keep_plan_edit, append_plan_edits;
    `);
  }
}
