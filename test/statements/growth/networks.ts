import type pg from 'pg';

/**
 * For each tenth number from `from + 1` to `to`: guidelines and a charter proposal of net:americas, a term of one of its bodies, a review of a country with
 * its history and a line of the input kit, an event, an engagement, a partner and a programme. And networks without members, a body each.
 * @param networks numbers of those, the first and the last
 */
export async function growNetworks(
  client: pg.Client,
  from: number,
  to: number,
  networks: [number, number],
): Promise<void> {
  const write = (sql: string) => client.query(sql, [from + 1, to]);
  const tenth = 'generate_series($1::int, $2::int) AS i WHERE i % 10 = 0';
  const hash = `repeat('ab', 32)`;
  const text = (words: string) => `jsonb_build_object('en', '${words}')`;
  const words = (text: string) =>
    `jsonb_build_object('texts', jsonb_build_object('en', '${text}'), 'recordLocale', 'en', 'stale', '[]'::jsonb)`;
  await client.query('SET search_path TO networks');
  const add = (sql: string) => client.query(sql, networks);
  await add(`
    INSERT INTO network (id, slug, name, region, status, founded_on, countries, objectives, working_languages, parent_id, provenance, version)
    SELECT 'net:g' || i, 'grown-' || i, ${text('Grown')}, 'AMERICAS', 'ACTIVE', '2026', '{PE}', '[]', '{es}', 'net:americas', 'SAMPLE', 1
    FROM generate_series($1::int, $2::int) AS i`);
  await add(`
    INSERT INTO body (id, network_id, kind, thematic_area, name, provenance, version)
    SELECT 'body:g' || i, 'net:g' || i, 'EXPERT_GROUP', 'FIREARMS', ${text('A group')}, 'SAMPLE', 1 FROM generate_series($1::int, $2::int) AS i`);
  await add(`
    INSERT INTO charter_proposal (id, network_id, status, record_locale, objectives, content_hash, proposed_by_seat_id, proposed_at, version)
    SELECT 'charter:n' || i, 'net:g' || i, 'PROPOSED', 'en', '[]', ${hash}, 'seat:s01', now(), 1 FROM generate_series($1::int, $2::int) AS i`);
  await write(`
    INSERT INTO charter_proposal (id, network_id, status, record_locale, objectives, content_hash, proposed_by_seat_id, proposed_at, version)
    SELECT 'charter:g' || i, 'net:americas', 'PROPOSED', 'en', '[]', ${hash}, 'seat:g' || i || '-1', now(), 1 FROM ${tenth}`);
  await write(`
    INSERT INTO guidelines (id, network_id, series_id, edition, status, visibility, record_locale, title, body, content_hash, drafted_by_seat_id,
      created_at, updated_at, provenance, version)
    SELECT 'guidelines:g' || i, 'net:americas', 'guidelines:g' || i, 1, 'CONSULTATION', 'NETWORK', 'en', 'Guidelines ' || i, 'How we work.', ${hash},
      'seat:g' || i || '-1', now(), now(), 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO guidelines_revision (guidelines_id, number, record_locale, title, body, content_hash, circulated_by_seat_id, circulated_at)
    SELECT 'guidelines:g' || i, 1, 'en', 'Guidelines', 'How we work.', ${hash}, 'seat:g' || i || '-1', now() FROM ${tenth}`);
  await write(`
    INSERT INTO guidelines_translation (guidelines_id, locale, title, body, source_hash, translated_by_seat_id, translated_at)
    SELECT 'guidelines:g' || i, 'es', 'Directrices', 'Cómo trabajamos.', ${hash}, 'seat:g' || i || '-1', now() FROM ${tenth}`);
  await write(`
    INSERT INTO body_term (body_id, number, starts_on, ends_on, decision_id)
    SELECT 'body:am-' || (i / 10 % 5 + 1), i, date '1900-01-01' + i * 400, date '1900-01-01' + i * 400 + 365, 'decision:g' || i FROM ${tenth}`);

  await write(`
    INSERT INTO review_cluster (id, code, title, articles, provenance, version)
    SELECT 'cluster:g' || i, 'G' || i, ${text('A cluster')}, '{UNTOC:31,UNTOC:32}', 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO country_review (id, country, instrument, cluster_code, stage, reviewing_states, checked_on, recorded_by_network, provenance, version)
    SELECT 'review:g' || i, (ARRAY['AR', 'BR', 'CO', 'PE'])[i / 10 % 4 + 1], 'UNTOC', 'G' || i, 'DIALOGUE', '{MX}', '2026-10-01', 'net:americas', 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO review_stage_change (review_id, number, to_stage, correction, checked_on, recorded_at, network_id, seat_id)
    SELECT 'review:g' || i, 1, 'DIALOGUE', false, '2026-10-01', now(), 'net:americas', 'seat:g' || i || '-1' FROM ${tenth}`);
  await write(`
    INSERT INTO review_input (id, review_id, network_id, article, status, text, organisation_id, visibility, changed_at, version)
    SELECT 'input:g' || i, 'review:g' || i, 'net:americas', 'UNTOC:31', 'COLLECTING', ${words('Prevention.')}, 'org:g' || i, 'NETWORK', now(), 1 FROM ${tenth}`);
  await write(`
    INSERT INTO review_event (id, kind, topics, status, title, starts_on, time_zone, languages, deadlines, provenance, version)
    SELECT 'review-event:g' || i, 'WORKING_GROUP', '{FIREARMS}', 'ANNOUNCED', ${text('A working group')}, '2027-05-01', 'Europe/Vienna', '{en}', '[]', 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO review_engagement (id, network_id, body_id, review_id, event_id, country, track, kind, status, summary, answer_visibility, visibility,
      organisation_ids, recorded_at, recorded_by_seat_id, provenance, version)
    SELECT 'engagement:g' || i, 'net:americas', 'body:am-1', 'review:g' || i, 'review-event:g' || i, 'PE', 'COUNTRY_REVIEW', 'BRIEFING_TO_FOCAL_POINT', 'PLANNED',
      ${words('A briefing')}, 'NETWORK', 'NETWORK', ARRAY['org:g' || i], now(), 'seat:g' || i || '-1', 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO engagement_step (engagement_id, number, to_status, happened_on, note, recorded_at, seat_id)
    SELECT 'engagement:g' || i, 1, 'PLANNED', '2026-10-01', ${text('Begun')}, now(), 'seat:g' || i || '-1' FROM ${tenth}`);
  await write(`
    INSERT INTO external_partner (id, network_id, kind, relations, name, countries, organisation_id, visibility, provenance, version)
    SELECT 'external-partner:g' || i, 'net:americas', 'ORGANISATION', '{CO_ORGANISER}', ${text('A partner')}, '{PE}', 'org:g' || i, 'NETWORK', 'SAMPLE', 1 FROM ${tenth}`);
  await write(`
    INSERT INTO programme (id, name, organisation_id, network_ids, provenance, version)
    SELECT 'programme:g' || i, ${text('A programme')}, 'org:g' || i, '{net:americas}', 'SAMPLE', 1 FROM ${tenth}`);
}
