/** The schema `feed`: one counter row per network, which is the only order; the events, kept; and the installation's identity. */
export const feedMigrations: { name: string; up: string; down: string }[] = [
  {
    name: '2026-11-21-feed',
    up: `
      CREATE TABLE feed.installation (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        epoch integer NOT NULL DEFAULT 1
      );
      INSERT INTO feed.installation DEFAULT VALUES;
      CREATE TABLE feed.stream (
        network_id text PRIMARY KEY,
        position bigint NOT NULL CHECK (position >= 0)
      );
      CREATE TABLE feed.event (
        network_id text NOT NULL REFERENCES feed.stream,
        position bigint NOT NULL,
        id text NOT NULL UNIQUE,
        type text NOT NULL,
        event_type text NOT NULL,
        subject text NOT NULL,
        visibility text NOT NULL,
        body_ids text[] NOT NULL,
        thematic_areas text[] NOT NULL,
        countries text[] NOT NULL,
        data jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (network_id, position)
      );
    `,
    down: 'DROP TABLE feed.event, feed.stream, feed.installation',
  },
  {
    name: '2026-11-21-feed-recorded-index',
    up: 'CREATE INDEX event_recorded ON feed.event (network_id, recorded_at DESC, position DESC)',
    down: 'DROP INDEX feed.event_recorded',
  },
  {
    // What working-plans must know before a plan is adopted. Its login reads this and nothing else of the events.
    name: '2026-11-22-feed-decisions',
    up: `CREATE VIEW feed.decision AS
      SELECT network_id, position, id, data, recorded_at FROM feed.event WHERE type = 'DECISION_CONCLUDED'`,
    down: 'DROP VIEW feed.decision',
  },
  {
    // Which plans are rid of a text: discussions drops what its threads quote of them. Its login reads this and nothing else of the events.
    name: '2026-11-22-feed-redactions',
    up: `CREATE VIEW feed.redaction AS
      SELECT network_id, position, data ->> 'planId' AS plan_id, data ->> 'nodeId' AS node_id FROM feed.event WHERE type = 'PLAN_TEXT_REDACTED'`,
    down: 'DROP VIEW feed.redaction',
  },
  {
    // A network's history read by the time of what happened, and one decision found by its id.
    name: '2026-11-22-feed-history',
    up: `
      CREATE INDEX event_occurred ON feed.event (network_id, occurred_at DESC, position DESC);
      CREATE INDEX event_decision ON feed.event (network_id, (data ->> 'decisionId'), position DESC) WHERE type = 'DECISION_CONCLUDED';
    `,
    down: 'DROP INDEX feed.event_occurred, feed.event_decision',
  },
  {
    // One decision by its id, with the body that took it: what members asks before it admits or declines an applicant.
    name: '2026-11-22-feed-conclusions',
    up: `CREATE VIEW feed.conclusion AS
      SELECT network_id, position, data ->> 'decisionId' AS decision_id, data ->> 'outcome' AS outcome,
        data ->> 'contentHash' AS content_hash, body_ids
      FROM feed.event WHERE type = 'DECISION_CONCLUDED'`,
    down: 'DROP VIEW feed.conclusion',
  },
  {
    // What a hidden member's events say of where it is, is taken back at once.
    name: '2026-11-22-feed-members',
    up: `CREATE INDEX event_of_membership ON feed.event (subject) WHERE subject LIKE 'membership/%'`,
    down: 'DROP INDEX feed.event_of_membership',
  },
  {
    // No login may change an event. What can be taken back of one goes through these: visibility, to a narrower one only; countries, of memberships only.
    name: '2026-11-22-feed-narrowing',
    up: `
      CREATE FUNCTION feed.narrow(of_network text, of_subject text, to_visibility text, to_bodies text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE feed.event SET visibility = to_visibility, body_ids = to_bodies
        WHERE network_id = of_network AND subject = of_subject
          AND array_position(ARRAY['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'], visibility)
            < array_position(ARRAY['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'], to_visibility)
      $$;
      CREATE FUNCTION feed.set_countries(of_subjects text[], to_countries text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE feed.event SET countries = to_countries WHERE subject LIKE 'membership/%' AND subject = ANY (of_subjects)
      $$;
      REVOKE ALL ON FUNCTION feed.narrow(text, text, text, text[]), feed.set_countries(text[], text[]) FROM PUBLIC;
    `,
    down: 'DROP FUNCTION feed.narrow(text, text, text, text[]), feed.set_countries(text[], text[])',
  },
  {
    // Which network a body is of: what members asks before it gives somebody a role in one. Its login reads this and nothing else of the events.
    name: '2026-11-22-feed-bodies',
    up: `
      CREATE INDEX event_body ON feed.event ((data ->> 'bodyId')) WHERE type = 'BODY_CHANGED';
      CREATE VIEW feed.body AS SELECT network_id, data ->> 'bodyId' AS body_id FROM feed.event WHERE type = 'BODY_CHANGED';
    `,
    down: 'DROP VIEW feed.body; DROP INDEX feed.event_body',
  },
  {
    // Which region a network is at home in, where it is said: networks writes it, and every subgraph asks before it changes what is the network's.
    name: '2026-11-22-feed-homes',
    up: 'CREATE TABLE feed.home (network_id text PRIMARY KEY, region text NOT NULL)',
    down: 'DROP TABLE feed.home',
  },
  {
    // What was said of one thing, to narrow it, and the few redactions among all that is said, are found without reading the log.
    name: '2026-11-22-feed-subjects',
    up: `
      CREATE INDEX event_of_subject ON feed.event (network_id, subject);
      CREATE INDEX event_redaction ON feed.event (network_id, position) WHERE type = 'PLAN_TEXT_REDACTED';
    `,
    down: 'DROP INDEX feed.event_of_subject, feed.event_redaction',
  },
  {
    // The trace of the request that an event came of. What is no W3C traceparent is not kept, whoever writes it.
    name: '2026-11-22-feed-traces',
    up: `ALTER TABLE feed.event ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$')`,
    down: 'ALTER TABLE feed.event DROP COLUMN traceparent',
  },
  {
    // What was said of a record that is erased says that alone, from then on; each login erases what is its own. Answers what each event had been, for the one that tells of it.
    name: '2026-11-22-feed-erasure',
    up: `
      ALTER TABLE feed.event ADD COLUMN erased_types text[];
      CREATE FUNCTION feed.erase(of_subject text, ids jsonb) RETURNS TABLE (said_in text, said_as text, said_to text, said_to_bodies text[], left_with jsonb)
      LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        UPDATE feed.event SET type = 'TOMBSTONE', event_type = 'org.net4u.tombstone.v1', erased_types = ARRAY[type], data = ids,
          thematic_areas = '{}', countries = '{}', traceparent = NULL
        WHERE subject = of_subject AND network_id = ANY (ARRAY(SELECT network_id FROM feed.stream)) AND type <> 'TOMBSTONE'
        RETURNING network_id, erased_types[1], visibility, body_ids, data
      $$;
      CREATE FUNCTION feed.erase_thread(id text) RETURNS TABLE (said_in text, said_as text, said_to text, said_to_bodies text[], left_with jsonb)
      LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT * FROM feed.erase('thread/' || id, jsonb_build_object('threadId', id))
      $$;
      REVOKE ALL ON FUNCTION feed.erase(text, jsonb), feed.erase_thread(text) FROM PUBLIC;
    `,
    down: `DROP FUNCTION feed.erase_thread(text), feed.erase(text, jsonb); ALTER TABLE feed.event DROP COLUMN erased_types`,
  },
  {
    // An item of the library that was published, and goes back to its peers, is its networks' own again: also in the log.
    name: '2026-11-22-feed-knowledge',
    up: `
      CREATE FUNCTION feed.narrow_knowledge(id text, to_visibility text, to_bodies text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
        UPDATE feed.event SET visibility = to_visibility, body_ids = to_bodies
        WHERE subject = 'knowledge/' || $1 AND network_id = ANY (ARRAY(SELECT network_id FROM feed.stream))
          AND array_position(ARRAY['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'], visibility)
            < array_position(ARRAY['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'], to_visibility)
      $$;
      REVOKE ALL ON FUNCTION feed.narrow_knowledge(text, text, text[]) FROM PUBLIC;
    `,
    down: 'DROP FUNCTION feed.narrow_knowledge(text, text, text[])',
  },
];
