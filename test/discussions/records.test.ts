import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../subgraphs/discussions/migrations/index.ts';
import { freshDatabase } from '../database.ts';
import { af, am, ask, db, open, useSubgraph } from './subgraph.ts';

useSubgraph();

describe('shipped records', () => {
  test('say the two meetings as their sources do', async () => {
    const { data } = await ask(
      'americas-rep',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Network { meetings { id kind status title(locale: "es") { text locale } startsAt
        startsAtPrecision endsAt timeZone place hostCity hostCountry { code } coOrganisers { id } externalParticipants { role office(locale: "es") { text } } participantsStated visibility provenance sourceUrl networks { id } agenda { title { text } }
        attendance { organisation { id } seat { id } rsvp provenance } } } } }`,
      { r: [{ __typename: 'Network', id: am }] },
    );
    const [joint, panama] = data._entities[0].meetings;
    expect(joint).toMatchObject({
      id: 'meet:joint-1',
      kind: 'JOINT_CROSS_REGION',
      status: 'CLOSED',
      startsAt: '2023-12-08T00:00:00.000Z',
      startsAtPrecision: 'DAY',
      endsAt: null,
      timeZone: null,
      participantsStated: '24',
      visibility: 'PUBLIC',
      provenance: 'SOURCED',
      networks: [{ id: af }, { id: am }],
    });
    expect(joint.sourceUrl).toMatch(/^https:\/\/www\.unodc\.org\//);
    expect(joint.agenda).toHaveLength(4);
    expect(joint.agenda[0].title.text).toBe('Operating guidelines');
    expect(joint.attendance).toHaveLength(6);
    expect(joint.attendance[0]).toEqual({
      organisation: { id: 'org:s01' },
      seat: { id: 'seat:s01' },
      rsvp: 'ATTENDED',
      provenance: 'SAMPLE',
    });
    expect(panama).toMatchObject({
      id: 'meet:panama',
      title: { text: 'Consulta regional que dio forma a la red de las Américas', locale: 'es' },
      startsAt: '2022-03-28T00:00:00.000Z',
      endsAt: '2022-03-29T00:00:00.000Z',
      startsAtPrecision: 'DAY',
      place: 'Panama City',
      hostCity: 'Panama City',
      hostCountry: { code: 'PA' },
      coOrganisers: [{ id: 'org:gi-toc' }],
      externalParticipants: [
        { role: 'SPEAKER', office: { text: 'Fiscalía' } },
        { role: 'SPEAKER', office: { text: 'Un ministerio' } },
        { role: 'SPEAKER', office: { text: 'Una embajada' } },
      ],
      participantsStated: 'more than 20',
      attendance: [],
    });
  });

  test('hold threads at their dates, and are told to each network once, oldest first', async () => {
    const { data } = await ask(
      'americas-rep',
      '{ thread(id: "thread:am-network") { provenance createdAt lastActivityAt title(locale: "fr") { text locale } startedBy { id } participants { id } posts { edges { node { id body { text locale } author { id } } } } } }',
    );
    expect(data.thread).toMatchObject({
      provenance: 'SAMPLE',
      createdAt: '2026-10-05T14:00:00.000Z',
      lastActivityAt: '2026-10-05T15:30:00.000Z',
      title: { locale: 'es' },
      startedBy: { id: 'seat:s01' },
      participants: [{ id: 'seat:s01' }, { id: 'seat:s03' }],
    });
    expect(data.thread.posts.edges.map((e: { node: { id: string } }) => e.node.id)).toEqual([
      'post:am-network-1',
      'post:am-network-2',
    ]);
    const { rows } = await db.query(
      'SELECT network_id, type, subject, visibility FROM feed.event ORDER BY network_id, position',
    );
    const of = (network: string) =>
      rows.filter((r) => r.network_id === network).map((r) => `${r.type} ${r.subject} ${r.visibility}`);
    expect(of(am)).toEqual([
      'MEETING_HELD meeting/meet:panama PUBLIC',
      'MEETING_HELD meeting/meet:joint-1 PUBLIC',
      'THREAD_STARTED thread/thread:am-network NETWORK',
      'THREAD_STARTED thread/thread:am-partners PARTNERS',
      'GOOD_PRACTICE_PUBLISHED knowledge/know:sample-briefing PARTNERS',
    ]);
    expect(of(af)).toEqual([
      'MEETING_HELD meeting/meet:joint-1 PUBLIC',
      'THREAD_STARTED thread/thread:af-network NETWORK',
      'THREAD_STARTED thread/thread:af-partners PARTNERS',
      'KNOWLEDGE_PUBLISHED knowledge/know:sample-facilitators ALL_NETWORKS',
      'STATEMENT_CIRCULATED statement/stmt:sample-af NETWORK',
    ]);
  });

  test('in production come without samples, and only once', async () => {
    const other = await freshDatabase();
    try {
      for (const _start of [1, 2]) await (await open(other.url, true)).stop();
      const client = new pg.Client(other.url);
      await client.connect();
      const { rows } = await client.query(
        'SELECT (SELECT count(*) FROM discussions.meeting) AS meetings, (SELECT count(*) FROM discussions.attendance) AS attendance, (SELECT count(*) FROM discussions.thread) AS threads, (SELECT count(*) FROM discussions.knowledge_item) AS items, (SELECT count(*) FROM discussions.statement) AS statements',
      );
      await client.end();
      expect(rows).toEqual([{ meetings: '2', attendance: '0', threads: '0', items: '0', statements: '0' }]);
    } finally {
      await other.drop();
    }
  });
});

test('migrations go down and up again', async () => {
  const other = await freshDatabase();
  try {
    await (await open(other.url)).stop();
    const source = await new DataSource({
      type: 'postgres',
      url: other.url,
      schema: 'discussions',
      migrations,
      migrationsTableName: 'migration',
      extra: { options: '-c search_path=discussions' },
    }).initialize();
    for (const _one of migrations) await source.undoLastMigration();
    const tables = await source.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'discussions' AND table_name NOT IN ('migration', 'loaded', 'mutation')",
    );
    expect(tables).toEqual([]);
    expect(await source.runMigrations()).toHaveLength(migrations.length);
    await source.destroy();
  } finally {
    await other.drop();
  }
});
