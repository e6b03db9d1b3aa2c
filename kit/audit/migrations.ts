import type { SharedMigration } from '../database/shared.ts';

/**
 * The schema `audit`: one chain for each network, and one (`''`) for what concerns no network. Logins cannot write the
 * tables: `audit.append` gives position, time, login and hashes, whoever calls it. What is hashed, and how, is said in
 * hash.ts, which the verifier uses: two makings of one rule.
 *
 * A reason is the one text in it that people write: the hash of an entry has only a salted hash of it, so that it can be
 * erased and the chain still holds.
 */
export const auditMigrations: SharedMigration[] = [
  {
    name: '2026-11-22-audit',
    up: `
      CREATE TABLE audit.chain (
        network_id text PRIMARY KEY,
        position bigint NOT NULL CHECK (position >= 0),
        hash text NOT NULL
      );
      CREATE TABLE audit.entry (
        network_id text NOT NULL REFERENCES audit.chain,
        position bigint NOT NULL,
        id text NOT NULL UNIQUE,
        at timestamptz NOT NULL,
        login text NOT NULL,
        actor_kind text NOT NULL,
        actor_seat_id text,
        actor_person_id text,
        action text NOT NULL,
        target_type text NOT NULL,
        target_id text NOT NULL,
        detail text,
        reason text,
        reason_salt text,
        reason_hash text,
        previous_hash text NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (network_id, position)
      );

      CREATE FUNCTION audit.digest(fields text[]) RETURNS text IMMUTABLE LANGUAGE sql
      SET search_path = pg_catalog, pg_temp AS $$
        SELECT encode(sha256(convert_to(string_agg(
          CASE WHEN f IS NULL THEN '-,' ELSE octet_length(convert_to(f, 'UTF8')) || ':' || f || ',' END, '' ORDER BY n
        ), 'UTF8')), 'hex') FROM unnest(fields) WITH ORDINALITY AS t(f, n)
      $$;

      CREATE FUNCTION audit.append(of_network text, entries jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        head audit.chain;
        item jsonb;
        moment timestamptz;
        salt text;
        reason_digest text;
        following text;
      BEGIN
        INSERT INTO audit.chain VALUES (of_network, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM audit.chain WHERE network_id = of_network FOR UPDATE;
        FOR item IN SELECT value FROM jsonb_array_elements(entries) WITH ORDINALITY AS t(value, n) ORDER BY n LOOP
          moment := clock_timestamp();
          salt := CASE WHEN item ->> 'reason' IS NULL THEN NULL ELSE gen_random_uuid()::text END;
          reason_digest := CASE WHEN salt IS NULL THEN NULL ELSE audit.digest(ARRAY[salt, item ->> 'reason']) END;
          head.position := head.position + 1;
          following := audit.digest(ARRAY[head.hash, of_network, head.position::text, item ->> 'id',
            to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), session_user::text,
            item ->> 'actor_kind', item ->> 'actor_seat_id', item ->> 'actor_person_id', item ->> 'action',
            item ->> 'target_type', item ->> 'target_id', item ->> 'detail', reason_digest]);
          INSERT INTO audit.entry VALUES (of_network, head.position, item ->> 'id', moment, session_user::text,
            item ->> 'actor_kind', item ->> 'actor_seat_id', item ->> 'actor_person_id', item ->> 'action',
            item ->> 'target_type', item ->> 'target_id', item ->> 'detail',
            item ->> 'reason', salt, reason_digest, head.hash, following);
          head.hash := following;
        END LOOP;
        UPDATE audit.chain SET position = head.position, hash = head.hash WHERE network_id = of_network;
      END $$;

      CREATE FUNCTION audit.erase_reason(of_network text, entry_id text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        UPDATE audit.entry SET reason = NULL, reason_salt = NULL
        WHERE network_id = of_network AND id = entry_id AND reason IS NOT NULL;
        RETURN FOUND;
      END $$;

      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
    `,
    down: `
      DROP FUNCTION audit.erase_reason(text, text), audit.append(text, jsonb), audit.digest(text[]);
      DROP TABLE audit.entry, audit.chain
    `,
  },
  {
    // Who has asked that a seat be stopped is looked for by the seat.
    name: '2026-11-22-audit-freezes',
    up: `CREATE INDEX entry_of_freeze ON audit.entry (target_id, at) WHERE action IN ('FREEZE_ASKED', 'SAFETY_LOCKED', 'SAFETY_UNLOCKED')`,
    down: 'DROP INDEX audit.entry_of_freeze',
  },
  {
    // What other regions have said of where their logs stand: see peers.ts.
    name: '2026-11-22-audit-peers',
    up: `
      CREATE TABLE audit.peer_head (
        region text NOT NULL,
        network_id text NOT NULL,
        position bigint NOT NULL,
        hash text NOT NULL,
        heard_at timestamptz NOT NULL DEFAULT now(),
        -- when the region first said otherwise
        disputed_at timestamptz,
        PRIMARY KEY (region, network_id)
      );
    `,
    down: 'DROP TABLE audit.peer_head',
  },
  {
    // Whether somebody has asked for an act and nobody has done it since: told to every subgraph, without letting it read the log.
    name: '2026-11-22-audit-asked',
    up: `
      CREATE INDEX entry_of_target ON audit.entry (target_id, at);
      CREATE FUNCTION audit.asked(of_networks text[], asked text, done text, of_type text, of_id text)
      RETURNS TABLE (person_id text, seat_id text) STABLE LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        SELECT last.actor_person_id, last.actor_seat_id FROM (
          SELECT e.action, e.actor_person_id, e.actor_seat_id FROM audit.entry e
          WHERE e.network_id = ANY (of_networks) AND e.target_type = of_type AND e.target_id = of_id
            AND e.action IN (asked, done) AND e.at > now() - interval '24 hours'
          ORDER BY e.at DESC, e.position DESC LIMIT 1
        ) last WHERE last.action = asked
      $$;
      REVOKE ALL ON FUNCTION audit.asked(text[], text, text, text, text) FROM PUBLIC;
    `,
    down: 'DROP FUNCTION audit.asked(text[], text, text, text, text); DROP INDEX audit.entry_of_target',
  },
];
