import type pg from 'pg';

/**
 * Threads number `from + 1` to `to` of net:americas, each on one of these activities or (every second one) on the network, with four posts by grown seats, and
 * what hangs on posts; every tenth time a meeting with minutes, a decision, a statement and an item of the library, each answered by up to 24 members.
 */
export async function growDiscussions(
  client: pg.Client,
  from: number,
  to: number,
  activityIds: readonly string[],
): Promise<void> {
  const write = (sql: string, ...more: unknown[]) => client.query(sql, [from + 1, to, ...more]);
  const each = 'generate_series($1::int, $2::int) AS i';
  const tenth = `${each} CROSS JOIN (SELECT now() - interval '1 day' AS at) t WHERE i % 10 = 0`;
  const answering = `${each} CROSS JOIN generate_series(1, least(24, $2::int)) AS k CROSS JOIN LATERAL (SELECT 'g' || ((i + k) % $2::int + 1) AS who) w WHERE i % 10 = 0`;
  const hash = `repeat('ab', 32)`;
  await client.query('SET search_path TO discussions');
  await write(
    `INSERT INTO thread (id, network_ids, anchor_typename, anchor_id, titles, source_locale, status, visibility, started_by_seat_id, provenance,
       post_count, created_at, last_activity_at)
     SELECT 'thread:g' || i, '{net:americas}', CASE WHEN i % 2 = 1 THEN 'Activity' ELSE 'Network' END,
       CASE WHEN i % 2 = 1 THEN ($3::text[])[(i - 1) % cardinality($3::text[]) + 1] ELSE 'net:americas' END, jsonb_build_object('en', 'Thread ' || i), 'en',
       'OPEN', 'NETWORK', 'seat:g' || i || '-1', 'SAMPLE', 4, now(), now() + i * interval '1 ms'
     FROM ${each}`,
    activityIds,
  );
  await write(`
    INSERT INTO post (id, thread_id, position, author_seat_id, text, original_locale, mention_seat_ids, created_at, author_network_ids, reply_to_id)
    SELECT 'post:g' || i || '-' || k, 'thread:g' || i, k, 'seat:g' || ((i + k) % $2::int + 1) || '-1', 'What post ' || k || ' of ' || i || ' says.', 'en',
      ARRAY['seat:g' || ((i + k + 1) % $2::int + 1) || '-1'], now(), '{net:americas}', CASE WHEN k > 1 THEN 'post:g' || i || '-1' END
    FROM ${each} CROSS JOIN generate_series(1, 4) AS k`);
  await write(`
    INSERT INTO reaction (post_id, key, seat_id, reacted_at)
    SELECT 'post:g' || i || '-1', key, 'seat:g' || ((i + k) % $2::int + 1) || '-1', now()
    FROM ${each} CROSS JOIN generate_series(1, 3) AS k CROSS JOIN unnest('{agree,thanks}'::text[]) AS key`);
  await write(`
    INSERT INTO post_translation (post_id, locale, text, source_version, seat_id, written_at)
    SELECT 'post:g' || i || '-2', 'es', 'Lo que dice.', 1, 'seat:g' || i || '-1', now() FROM ${each}`);
  await write(`
    INSERT INTO translation_request (post_id, locale, seat_id, asked_at)
    SELECT 'post:g' || i || '-3', 'fr', 'seat:g' || i || '-1', now() FROM ${each}`);
  await write(`
    INSERT INTO attachment (id, kind, thread_id, post_id, name, url, created_at)
    SELECT 'attachment:g' || i, 'LINK', 'thread:g' || i, 'post:g' || i || '-1', 'A link', 'https://example.org', now() FROM ${each}`);
  await write(`
    INSERT INTO post_report (id, post_id, seat_id, reason, reported_text, reported_at)
    SELECT 'report:g' || i, 'post:g' || i || '-1', 'seat:g' || i || '-1', 'A name in it.', 'What it said.', now() FROM ${each} WHERE i % 10 = 0`);

  await write(
    `
    INSERT INTO knowledge_item (id, network_ids, visibility, publication_visibility, shown, status, version, kind, texts, source_locale, source_revision,
      organisation_id, named, written_by_seat_id, tags, articles, thematic_areas, countries, links, activity_ids, provenance, created_at)
    SELECT 'know:g' || i, '{net:americas}', 'NETWORK', 'NETWORK', true, 'PUBLISHED', 1, 'GOOD_PRACTICE',
      jsonb_build_object('en', jsonb_build_object('fields', jsonb_build_object('title', 'Item ' || i, 'summary', 'What was done.'), 'machine', false, 'revision', 1)),
      'en', 1, 'org:g' || i, true, 'seat:g' || i || '-1', '{reviews}', '{UNTOC:31}', '{FIREARMS}', '{PE}', '[]',
      ARRAY[($3::text[])[(i - 1) % cardinality($3::text[]) + 1]], 'SAMPLE', t.at FROM ${tenth}`,
    activityIds,
  );
  await write(`
    INSERT INTO knowledge_reading (item_id, organisation_id, source_revision, verdict, seat_id, read_at)
    SELECT 'know:g' || i, 'org:' || who, 1, 'RECOMMENDS', 'seat:' || who || '-1', now() FROM ${answering}`);
  await write(`
    INSERT INTO knowledge_reuse (item_id, organisation_id, network_id, seat_id, reused_at)
    SELECT 'know:g' || i, 'org:' || who, 'net:americas', 'seat:' || who || '-1', now() FROM ${answering}`);

  await write(`
    INSERT INTO decision (id, network_ids, visibility, subject_typename, subject_id, titles, content_hash, method, quorum, status, version, round,
      opened_by_seat_id, created_at)
    SELECT 'decision:g' || i, '{net:americas}', 'NETWORK', 'KnowledgeItem', 'know:g' || i, jsonb_build_object('en', 'Decision ' || i), ${hash}, 'CONSENT', 3,
      'CONSENT_ROUND', 1, 1, 'seat:g' || i || '-1', t.at FROM ${tenth}`);
  await write(`
    INSERT INTO decision_round (decision_id, number, content_hash, opens_at, closes_at, started_by_seat_id)
    SELECT 'decision:g' || i, 1, ${hash}, t.at, t.at + interval '90 days', 'seat:g' || i || '-1' FROM ${tenth}`);
  await write(`
    INSERT INTO decision_position (decision_id, round, organisation_id, position, seat_id, network_ids, taken_at)
    SELECT 'decision:g' || i, 1, 'org:' || who, 'CONSENT', 'seat:' || who || '-1', '{net:americas}', now() FROM ${answering}`);

  await write(`
    INSERT INTO meeting (id, network_ids, kind, status, visibility, titles, starts_at, starts_at_precision, ends_at, time_zone, languages, agenda_items,
      material_ids, co_organiser_ids, external_participants, links, provenance, created_at)
    SELECT 'meeting:g' || i, '{net:americas}', 'NETWORK', 'SCHEDULED', 'NETWORK', jsonb_build_object('en', 'Meeting ' || i), t.at + i * interval '1 hour', 'MINUTE',
      t.at + (i + 1) * interval '1 hour', 'America/Lima', '{es}',
      jsonb_build_array(jsonb_build_object('id', 'agenda:' || i, 'titles', jsonb_build_object('en', 'First'), 'minutesAllotted', 30,
        'presenterSeatId', 'seat:g' || i || '-1', 'threadId', 'thread:g' || i)),
      ARRAY['know:g' || i], ARRAY['org:g' || i], jsonb_build_array(jsonb_build_object('id', 'x', 'role', 'SPEAKER', 'offices', jsonb_build_object('en', 'An office'), 'country', 'PE')),
      jsonb_build_array(jsonb_build_object('url', 'https://example.org', 'titles', jsonb_build_object('en', 'More'), 'textAlternative', NULL)), 'SAMPLE', t.at FROM ${tenth}`);
  await write(`
    INSERT INTO attendance (meeting_id, organisation_id, seat_id, rsvp, provenance)
    SELECT 'meeting:g' || i, 'org:' || who, 'seat:' || who || '-1', 'GOING', 'SAMPLE' FROM ${answering}`);
  await write(`
    INSERT INTO minutes (meeting_id, number, texts, source_locale, attributed, content_hash, written_by_seat_id, created_at, decision_ids)
    SELECT 'meeting:g' || i, 1, jsonb_build_object('en', 'What was said.'), 'en', false, ${hash}, 'seat:g' || i || '-1', t.at, ARRAY['decision:g' || i] FROM ${tenth}`);

  await write(`
    INSERT INTO statement (id, network_ids, visibility, publication_visibility, circulated, status, version, texts, source_locale, source_revision,
      hashed_locales, content_hash, decision_ids, engagement_id, drafted_by_seat_id, provenance, created_at, published_at)
    SELECT 'stmt:g' || i, '{net:americas}', 'NETWORK', 'NETWORK', true, 'PUBLISHED', 1,
      jsonb_build_object('en', jsonb_build_object('fields', jsonb_build_object('title', 'Statement ' || i, 'body', 'We ask.'), 'machine', false, 'revision', 1)),
      'en', 1, '{en}', ${hash}, ARRAY['decision:g' || i], 'engagement:g' || i, 'seat:g' || i || '-1', 'SAMPLE', t.at, t.at FROM ${tenth}`);
  await write(`
    INSERT INTO statement_stance (statement_id, organisation_id, stance, content_hash, seat_id, taken_at)
    SELECT 'stmt:g' || i, 'org:' || who, 'ENDORSES', ${hash}, 'seat:' || who || '-1', now() FROM ${answering}`);
  await write(`
    INSERT INTO statement_check (statement_id, network_id, by_officer, content_hash, passed, seat_id, checked_at)
    SELECT 'stmt:g' || i, 'net:americas', true, ${hash}, true, 'seat:safety', now() FROM ${tenth}`);
}
