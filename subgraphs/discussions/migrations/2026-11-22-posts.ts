import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Words of a text by their stems in its language, as they were written and without accents: who types without them finds it too. */
const vectorOf = (config: string, text: string) =>
  `to_tsvector(${config}, ${text}) || to_tsvector(${config}, regexp_replace(normalize(${text}, NFD), '[\\u0300-\\u036f]', '', 'g'))`;

const configOf = (locale: string) =>
  `(CASE split_part(${locale}, '-', 1) WHEN 'en' THEN 'english' WHEN 'es' THEN 'spanish' WHEN 'fr' THEN 'french'
    WHEN 'pt' THEN 'portuguese' ELSE 'simple' END)`;

/** What posts are besides their text: attachments, reactions, translations, earlier versions, words to be found by, and who has read how far. */
export class Posts1763794000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE thread
        ADD COLUMN change_count integer NOT NULL DEFAULT 0,
        ADD COLUMN touched xid8 NOT NULL DEFAULT pg_current_xact_id();
      CREATE INDEX thread_by_touched ON thread (touched);
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.touched := pg_current_xact_id();
          RETURN NEW;
        END $$;
      CREATE TRIGGER thread_touched BEFORE UPDATE ON thread FOR EACH ROW EXECUTE FUNCTION touch();

      ALTER TABLE post
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN change integer NOT NULL DEFAULT 0,
        ADD COLUMN author_network_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN redacted_at timestamptz(3),
        ADD COLUMN redaction_reason text,
        ADD CHECK (redacted_at IS NULL OR (deleted_at IS NOT NULL AND text = ''));
      UPDATE post p SET author_network_ids = t.network_ids FROM thread t WHERE t.id = p.thread_id;
      CREATE INDEX post_by_change ON post (thread_id, change) WHERE change > 0;
      CREATE INDEX post_by_mention ON post USING gin (mention_seat_ids);

      CREATE TABLE post_revision (
        post_id text NOT NULL REFERENCES post,
        version integer NOT NULL,
        text text NOT NULL,
        written_at timestamptz(3) NOT NULL,
        PRIMARY KEY (post_id, version)
      );
      CREATE TABLE post_translation (
        post_id text NOT NULL REFERENCES post,
        locale text NOT NULL,
        text text NOT NULL,
        source_version integer NOT NULL,
        seat_id text NOT NULL,
        written_at timestamptz(3) NOT NULL,
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (post_id, locale)
      );
      CREATE TABLE translation_request (
        post_id text NOT NULL REFERENCES post,
        locale text NOT NULL,
        seat_id text NOT NULL,
        asked_at timestamptz(3) NOT NULL,
        PRIMARY KEY (post_id, locale)
      );
      CREATE TABLE reaction (
        post_id text NOT NULL REFERENCES post,
        key text NOT NULL,
        seat_id text NOT NULL,
        reacted_at timestamptz(3) NOT NULL,
        PRIMARY KEY (post_id, key, seat_id)
      );
      CREATE TABLE post_search (
        post_id text NOT NULL REFERENCES post,
        locale text NOT NULL,
        config text NOT NULL,
        vector tsvector NOT NULL,
        PRIMARY KEY (post_id, locale)
      );
      CREATE INDEX post_search_by_word ON post_search USING gin (vector);

      CREATE TABLE thread_reading (
        seat_id text NOT NULL,
        thread_id text NOT NULL REFERENCES thread,
        position integer NOT NULL CHECK (position >= 0),
        read_at timestamptz(3) NOT NULL,
        touched xid8 NOT NULL DEFAULT pg_current_xact_id(),
        PRIMARY KEY (seat_id, thread_id)
      );
      CREATE INDEX thread_reading_by_touched ON thread_reading (touched);
      CREATE TRIGGER thread_reading_touched BEFORE UPDATE ON thread_reading FOR EACH ROW EXECUTE FUNCTION touch();

      CREATE TABLE post_report (
        id text PRIMARY KEY,
        post_id text NOT NULL REFERENCES post,
        seat_id text NOT NULL,
        reason text NOT NULL,
        reported_text text,
        reported_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3),
        resolved_by_seat_id text,
        outcome text,
        CHECK ((closed_at IS NULL) = (outcome IS NULL)),
        CHECK (closed_at IS NULL OR reported_text IS NULL)
      );
      CREATE UNIQUE INDEX post_report_once ON post_report (post_id, seat_id) WHERE closed_at IS NULL;

      CREATE TABLE attachment (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('FILE', 'LINK')),
        thread_id text NOT NULL REFERENCES thread,
        post_id text REFERENCES post,
        position integer NOT NULL DEFAULT 0,
        seat_id text,
        name text NOT NULL,
        media_type text,
        size integer,
        content bytea,
        text_alternative text,
        url text,
        low_bandwidth_url text,
        created_at timestamptz(3) NOT NULL,
        CHECK ((kind = 'FILE') = (content IS NOT NULL)),
        CHECK ((kind = 'LINK') = (url IS NOT NULL))
      );
      ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL;
      CREATE INDEX attachment_by_post ON attachment (post_id, position);
      CREATE INDEX attachment_waiting ON attachment (created_at) WHERE post_id IS NULL;

      CREATE TABLE upload (
        id text PRIMARY KEY,
        thread_id text NOT NULL REFERENCES thread,
        seat_id text NOT NULL,
        name text NOT NULL,
        size integer NOT NULL CHECK (size > 0),
        text_alternative text,
        attachment_id text,
        created_at timestamptz(3) NOT NULL
      );
      CREATE INDEX upload_by_seat ON upload (seat_id, created_at);
      CREATE TABLE upload_part (
        upload_id text NOT NULL REFERENCES upload ON DELETE CASCADE,
        number integer NOT NULL CHECK (number >= 0),
        bytes bytea NOT NULL,
        PRIMARY KEY (upload_id, number)
      );
      ALTER TABLE upload_part ALTER COLUMN bytes SET STORAGE EXTERNAL;

      INSERT INTO post_search (post_id, locale, config, vector)
      SELECT p.id, p.original_locale, c.config, ${vectorOf('c.config::regconfig', 'p.text')}
      FROM post p CROSS JOIN LATERAL (SELECT ${configOf('p.original_locale')} AS config) c WHERE p.deleted_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE upload_part, upload, attachment, post_report, thread_reading, post_search, reaction, translation_request,
        post_translation, post_revision;
      DROP TRIGGER thread_touched ON thread;
      ALTER TABLE thread DROP COLUMN change_count, DROP COLUMN touched;
      ALTER TABLE post DROP COLUMN version, DROP COLUMN change, DROP COLUMN author_network_ids, DROP COLUMN redacted_at,
        DROP COLUMN redaction_reason;
      DROP INDEX post_by_mention;
      DROP FUNCTION touch();
    `);
  }
}
