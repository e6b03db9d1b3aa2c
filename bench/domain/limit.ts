import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { answerCalls } from '../gateway/process.ts';

/*
 * The lower limit: unified.graphql by one hand-written statement over the tables of all four subgraphs, whose answer Postgres writes as JSON and nobody reads on
 * the way. It is made for one reader, who reads net:americas and sits in no body, and asks nobody about his rights; the texts of plans come from tables made
 * for it (texts.ts).
 */
const list = (item: string, order: string, from: string) =>
  `(SELECT coalesce(json_agg(${item} ORDER BY ${order}), '[]') FROM ${from})`;
const object = (fields: Record<string, string>) =>
  `json_build_object(${Object.entries(fields)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`;
const text = (value: string) => object({ text: value });
const english = (column: string) =>
  text(`coalesce(${column} ->> 'en', (SELECT value FROM jsonb_each_text(${column}) LIMIT 1))`);
/** What the reader may read: a plan is of several networks, and each of them has threads on it that the others do not see. */
const readable = (alias: string) =>
  `(${alias}.visibility IN ('PUBLIC', 'PARTNERS', 'ALL_NETWORKS') OR ${alias}.visibility = 'NETWORK' AND ${alias}.network_ids @> '{net:americas}')`;
const titleOf = (column: string) => `CASE WHEN ${column} IS NOT NULL THEN ${english(column)} END`;
const seat = object({
  displayName: `CASE WHEN s.display_mode = 'ORGANISATION_ONLY' THEN o.name
    ELSE o.name || ', ' || s.alias || CASE WHEN s.person_id IS NULL THEN ' (vacant)' ELSE '' END END`,
  organisation: object({ name: 'o.name' }),
});
const seats = 'members.seat s JOIN members.organisation o ON o.id = s.organisation_id';

const activity = object({
  id: "a.plan_id || '/' || a.key",
  code: 'a.code',
  title: text('a.title'),
  status: "coalesce(st.status, 'PROPOSED')",
  responsible: `CASE WHEN r.id IS NOT NULL THEN ${object({ name: 'r.name' })} END`,
  countries: list(object({ code: 'c.code' }), 'c.at', 'unnest(a.countries) WITH ORDINALITY AS c(code, at)'),
  milestones: list(
    object({ title: text('m.title'), dueOn: 'm.due_on', status: "coalesce(ms.status, 'PENDING')" }),
    'm.at',
    `bench.milestone m LEFT JOIN working_plans.milestone_status ms ON ms.plan_id = m.plan_id AND ms.node_key = m.key
     WHERE m.plan_id = a.plan_id AND m.activity = a.key`,
  ),
  threads: list(
    object({ title: titleOf('t.titles') }),
    't.last_activity_at DESC, t.id DESC',
    `discussions.thread t WHERE t.anchor_typename = 'Activity' AND t.anchor_id = a.plan_id || '/' || a.key AND ${readable('t')}`,
  ),
});
const plan = object({
  id: 'p.id',
  status: 'p.status',
  title: text('bp.title'),
  networks: list(
    object({ slug: 'pn.slug' }),
    'u.at',
    'unnest(p.network_ids) WITH ORDINALITY AS u(id, at) JOIN networks.network pn USING (id)',
  ),
  objectives: list(
    object({
      code: 'ob.code',
      thematicArea: 'ob.area',
      title: text('ob.title'),
      outcomes: list(
        object({
          activities: list(
            activity,
            'a.at',
            `bench.activity a LEFT JOIN working_plans.activity_status st ON st.plan_id = a.plan_id AND st.node_key = a.key
             LEFT JOIN members.organisation r ON r.id = a.responsible
             WHERE a.plan_id = oc.plan_id AND a.objective = oc.objective AND a.outcome = oc.at`,
          ),
        }),
        'oc.at',
        'bench.outcome oc WHERE oc.plan_id = ob.plan_id AND oc.objective = ob.at',
      ),
    }),
    'ob.at',
    'bench.objective ob WHERE ob.plan_id = p.id',
  ),
});
const posts = list(
  object({
    node: object({ body: text('q.text'), author: `(SELECT ${seat} FROM ${seats} WHERE s.id = q.author_seat_id)` }),
  }),
  'q.position',
  '(SELECT * FROM discussions.post WHERE thread_id = t.id ORDER BY position LIMIT $4) q',
);
const statement = `SELECT ${object({
  network: object({
    id: 'n.id',
    slug: 'n.slug',
    name: english('n.name'),
    foundedOn: 'n.founded_on',
    foundedPrecision: "CASE length(n.founded_on) WHEN 4 THEN 'YEAR' WHEN 7 THEN 'MONTH' ELSE 'DAY' END",
    countries: list(
      object({ code: 'c.code', name: text('c.name') }),
      'u.at',
      'unnest(n.countries) WITH ORDINALITY AS u(code, at) JOIN bench.country c USING (code)',
    ),
    bodies: list(
      object({
        kind: 'b.kind',
        thematicArea: 'b.thematic_area',
        name: english('b.name'),
        seats: list(
          seat,
          'o.list_name, s.id',
          `(SELECT DISTINCT seat_id AS id FROM members.held_role WHERE body_id = b.id AND effective) h
           JOIN members.seat s USING (id) JOIN members.organisation o ON o.id = s.organisation_id`,
        ),
      }),
      'b.id',
      'networks.body b WHERE b.network_id = n.id AND b.closed_on IS NULL',
    ),
    memberships: object({
      totalCount: "(SELECT count(*) FROM members.membership m WHERE m.network_id = n.id AND m.status = 'ACTIVE')",
      edges: list(
        object({
          node: object({
            status: 'm.status',
            organisation: object({
              name: 'm.name',
              stakeholderType: 'm.stakeholder_type',
              country: `CASE WHEN m.country IS NOT NULL THEN ${object({ code: 'm.country' })} END`,
            }),
          }),
        }),
        'm.list_name, m.id',
        `(SELECT m.id, m.status, o.name, o.stakeholder_type, o.country, o.list_name
          FROM members.membership m JOIN members.organisation o ON o.id = m.organisation_id
          WHERE m.network_id = n.id AND m.status = 'ACTIVE' ORDER BY o.list_name, m.id LIMIT $2) m`,
      ),
    }),
    workingPlans: list(
      plan,
      'p.created_at DESC, p.id',
      'working_plans.plan p JOIN bench.plan bp USING (id) WHERE p.network_ids @> ARRAY[n.id]',
    ),
    threads: object({
      edges: list(
        object({ node: object({ title: titleOf('t.titles'), posts: object({ edges: posts }) }) }),
        't.last_activity_at DESC, t.id DESC',
        `(SELECT * FROM discussions.thread t WHERE network_ids @> ARRAY[n.id] AND ${readable('t')} ORDER BY last_activity_at DESC, id DESC LIMIT $3) t`,
      ),
    }),
    meetings: list(
      object({
        kind: 'g.kind',
        title: english('g.titles'),
        startsAt: `to_char(g.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
        attendance: list(
          object({ organisation: object({ name: 'o.name' }), rsvp: 'w.rsvp' }),
          'w.organisation_id',
          'discussions.attendance w JOIN members.organisation o ON o.id = w.organisation_id WHERE w.meeting_id = g.id',
        ),
      }),
      "coalesce(g.starts_at, 'infinity') DESC, g.id",
      `(SELECT * FROM discussions.meeting m WHERE network_ids @> ARRAY[n.id] AND announced AND ${readable('m')}
        ORDER BY coalesce(starts_at, 'infinity') DESC, id LIMIT 100) g`,
    ),
  }),
})}::text AS answer FROM networks.network n WHERE n.slug = $1`;

interface Asked {
  slug: string;
  memberships: number;
  threads: number;
  posts: number;
}

answerCalls({
  async start(databaseUrl: string): Promise<string> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const { slug, memberships, threads, posts: most } = JSON.parse(Buffer.concat(parts).toString()) as Asked;
        pool.query({ name: 'unified', text: statement, values: [slug, memberships, threads, most] }).then(
          ({ rows }) => response.setHeader('content-type', 'application/json').end(`{"data":${rows[0].answer}}`),
          (error) => response.writeHead(500).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },
});
