import type pg from 'pg';

/**
 * Members number `from + 1` to `to` of net:americas: an organisation with an ACTIVE membership, two seats (one held, one vacant) with a role each; every tenth
 * one sits in an expert group too, vouches for an applicant, and belongs to net:africa as well. Their names stand behind all others in a list.
 */
export async function growMembers(client: pg.Client, from: number, to: number): Promise<void> {
  const write = (sql: string) => client.query(sql, [from + 1, to]);
  await client.query('SET search_path TO members');
  await write(`
    INSERT INTO organisation (id, name, sort_name, stakeholder_type, country, relation, website, about, languages, thematic_tags,
      field_visibility, provenance)
    SELECT 'org:g' || i, 'ZZ Grown organisation ' || i, 'zz grown organisation ' || i,
      (ARRAY['CIVIL_SOCIETY', 'ACADEMIA', 'PRIVATE_SECTOR'])[i % 3 + 1], (ARRAY['AR', 'BR', 'CO', 'CR', 'EC', 'HN', 'MX', 'PE'])[i % 8 + 1],
      'MEMBER', 'https://example.org/' || i, jsonb_build_object('en', 'What organisation ' || i || ' does.'), '{es,en}', '{reviews}',
      CASE WHEN i % 4 = 0 THEN '{"website": "GROUP"}' ELSE '{}' END::jsonb, 'SAMPLE'
    FROM generate_series($1::int, $2::int) AS i`);
  await write(`
    INSERT INTO organisation (id, name, sort_name, relation, provenance)
    SELECT 'org:a' || i, 'Applicant ' || i, 'applicant ' || i, 'APPLICANT', 'SAMPLE'
    FROM generate_series($1::int, $2::int) AS i WHERE i % 10 = 0`);
  await write(`
    INSERT INTO membership (id, organisation_id, network_id, status, since, provenance)
    SELECT 'mem:g' || i, 'org:g' || i, 'net:americas', 'ACTIVE', '2026-01', 'SAMPLE' FROM generate_series($1::int, $2::int) AS i
    UNION ALL
    SELECT 'mem:f' || i, 'org:g' || i, 'net:africa', 'ACTIVE', NULL, 'SAMPLE' FROM generate_series($1::int, $2::int) AS i WHERE i % 10 = 0`);
  await write(`
    INSERT INTO membership (id, organisation_id, network_id, status, sponsor_organisation_id, motivation, provenance)
    SELECT 'mem:a' || i, 'org:a' || i, 'net:americas', 'APPLIED', 'org:g' || i, 'To take part.', 'SAMPLE'
    FROM generate_series($1::int, $2::int) AS i WHERE i % 10 = 0`);
  await write(`
    INSERT INTO sponsorship (membership_id, organisation_id)
    SELECT 'mem:a' || i, 'org:g' || s FROM generate_series($1::int, $2::int) AS i CROSS JOIN LATERAL (VALUES (i), (i - 1)) AS v(s) WHERE i % 10 = 0`);
  await client.query("INSERT INTO membership_stream VALUES ('net:americas', 0) ON CONFLICT DO NOTHING");
  await write(`
    INSERT INTO membership_event (membership_id, at, to_status, by_seat_id, network_id, position)
    SELECT 'mem:g' || i, now(), 'ACTIVE', 'seat:s01', 'net:americas', s.position + i - $1 + 1
    FROM generate_series($1::int, $2::int) AS i CROSS JOIN membership_stream s WHERE s.network_id = 'net:americas'`);
  await write("UPDATE membership_stream SET position = position + $2 - $1 + 1 WHERE network_id = 'net:americas'");
  await write(`
    INSERT INTO person (id, name, subject, contact_channels)
    SELECT 'person:g' || i, 'Sample Persona ' || i, 'grown:' || i, '[]' FROM generate_series($1::int, $2::int) AS i`);
  await write(`
    INSERT INTO seat (id, organisation_id, alias, display_mode, person_id, provenance, expertise)
    SELECT 'seat:g' || i || '-' || k, 'org:g' || i, 'Seat ' || k, (ARRAY['SEAT_ALIAS', 'NAMED', 'ORGANISATION_ONLY'])[i % 3 + 1],
      CASE WHEN k = 1 THEN 'person:g' || i END, 'SAMPLE', '{reviews}'
    FROM generate_series($1::int, $2::int) AS i CROSS JOIN generate_series(1, 2) AS k`);
  await write(`
    INSERT INTO role_assignment (id, seat_id, role, network_id, body_id, starts_on)
    SELECT 'role:g' || i || '-' || k, 'seat:g' || i || '-' || k, (ARRAY['MEMBER_REP', 'MEMBER_EDITOR'])[k], 'net:americas', NULL, '2026-01'
    FROM generate_series($1::int, $2::int) AS i CROSS JOIN generate_series(1, 2) AS k
    UNION ALL
    SELECT 'role:b' || i, 'seat:g' || i || '-1', 'MEMBER_REP', 'net:americas', 'body:am-' || (i / 10 % 5 + 1), '2026-01'
    FROM generate_series($1::int, $2::int) AS i WHERE i % 10 = 0`);
}
