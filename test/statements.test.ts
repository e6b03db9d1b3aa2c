import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import DataLoader from 'dataloader';
import pg from 'pg';
import { createGraph } from '../gateway/supergraph/graph.ts';
import { unreadStatement } from '../subgraphs/discussions/quotes.ts';
import { findGrowth, type Measured } from './statements/compare.ts';
import { countStatements, type StatementCounter } from './statements/count.ts';
import { countInstances, queriesOfFields } from './statements/fields.ts';
import { grow, nothing, type Size } from './statements/grow.ts';
import { contract, nested, type Operation, widest } from './statements/operations.ts';
import { countReads } from './statements/reads.ts';
import { startWorld, type World } from './world.ts';

/* An operation costs as many SQL statements whatever the number of members and activities: a loader reads at once for all of a list. */

const sizes: Size[] = [
  { members: 10, activities: 10, plans: 1, networks: 1 },
  { members: 100, activities: 100, plans: 5, networks: 5 },
  { members: 1_000, activities: 1_000, plans: 9, networks: 9 },
];
/** Types of which there are more at each size: all their fields are asked for, those of tomorrow too. */
const mainTypes = `Network Body Organisation Membership MembershipEvent Seat RoleAssignment Sponsorship
  WorkingPlan Objective Outcome Activity Milestone Indicator BudgetLine Risk StrategyLink Suggestion
  Thread Post Reaction PostTranslation Attachment Meeting Attendance AgendaItem Minutes
  Decision DecisionRound PositionRecord Statement KnowledgeItem KnowledgeReading ReuseRecord
  Guidelines CharterProposal CountryReview ReviewStageChange ReviewEvent ReviewEngagement EngagementStep
  ExternalPartner Programme NetworkUpdate TimelineEntry`.split(/\s+/);
const { schema } = createGraph(readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8'));
const fields = queriesOfFields(schema)
  .filter(({ type }) => mainTypes.includes(type))
  .map((one) => ({ ...one, name: `${one.type} at ${one.path.join('.')}` }));
const operations: readonly Operation[] = [...contract, ...widest, ...nested];

let world: World;
let counter: StatementCounter;
let token: string;
const measured = new Map<string, Measured[]>();
/** Of each operation, bytes of its answers; of each type, how many instances its answers hold. */
const found = new Map<string, number[]>();
const refused: string[] = [];

/** Opens what has grown, and brings up what is made of it when somebody looks: that is done once. */
const firstLook = `{ workingPlans { title { text } translationCoverage { locale } suggestions { pageInfo { endCursor } } }
  activities(first: 1) { edges { node { similar { score } } } } }`;

const ask = ({ query, variables, operationName }: Omit<Operation, 'name'>) =>
  counter.ask(world.url, token, query, variables, operationName);

async function measure(
  operation: Operation,
  { members, plans }: Size,
  count: (data: unknown) => number,
): Promise<void> {
  const { name, variables } = operation;
  const { answer, statements } = await ask(
    variables?.id ? { ...operation, variables: { id: `plan:grown-${plans}` } } : operation,
  );
  if (answer.errors) refused.push(`${name}: ${JSON.stringify(answer.errors).slice(0, 300)}`);
  measured.set(name, [...(measured.get(name) ?? []), { members, statements }]);
  found.set(name, [...(found.get(name) ?? []), count(answer.data)]);
}

/** A file, and no operation: read by the same loaders. */
const directory = 'the directory with contacts';
const agreeToDirectory = `INSERT INTO members.directory_export SELECT 'directory:counted', 'net:americas', 'To count', s.id, p.id, now(),
  s.id, p.id, now(), now() + interval '1 hour' FROM members.seat s JOIN members.person p ON p.id = s.person_id
  WHERE p.subject = 'persona:americas-coordinator'`;

async function measureDirectory({ members }: Size): Promise<void> {
  const { text, statements } = await counter.fetchFile(world.url, token, '/files/members/directory%3Acounted');
  measured.set(directory, [...(measured.get(directory) ?? []), { members, statements }]);
  found.set(directory, [...(found.get(directory) ?? []), text.split('\n').length]);
}

beforeAll(async () => {
  counter = countStatements();
  // Some of these lists cost more than one operation of a member may.
  world = await startWorld({ COST_BUDGETS: 'seat=100000000' });
  token = (await world.people.as('americas-coordinator')).token;
  const owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  await owner.query(agreeToDirectory);
  await owner.end();
  let before = nothing;
  for (const size of sizes) {
    await grow(world.databaseUrl, before, size);
    before = size;
    await ask({ query: firstLook });
    for (const operation of operations) await measure(operation, size, (data) => JSON.stringify(data).length);
    await measureDirectory(size);
    if (size.members === 1_000) continue; // a page of a hundred is as long as a hundred members make it
    for (const one of fields) await measure(one, size, (data) => countInstances(data, one));
  }
}, 300_000);
afterAll(async () => {
  counter.stop();
  await world.stop();
});

describe('the number of SQL statements does not grow with the number of members and activities', () => {
  test.each(operations.map(({ name }) => name))('%s, with 10, 100 and 1,000', (name) => {
    expect(measured.get(name)?.map(({ members }) => members)).toEqual([10, 100, 1_000]);
    expect(findGrowth(name, measured.get(name) ?? [])).toEqual([]);
  });

  test('the directory with contacts, with 10, 100 and 1,000', () => {
    expect(found.get(directory)?.map((lines) => lines > 1)).toEqual([true, true, true]);
    expect(found.get(directory)![2]).toBeGreaterThan(2_000); // two seats each
    expect(findGrowth(directory, measured.get(directory) ?? [])).toEqual([]);
  });

  test('all fields of the main types, with 10 and 100', () => {
    expect(fields.flatMap(({ name }) => findGrowth(name, measured.get(name) ?? []))).toEqual([]);
  });

  test('unified.graphql asks all four subgraphs, of which none sends more than a dozen', () => {
    const { statements } = measured.get('unified.graphql')!.at(-1)!;
    expect(Object.keys(statements).sort()).toEqual(['discussions', 'members', 'networks', 'working-plans']);
    for (const sent of Object.values(statements)) expect(sent.length).toBeLessThanOrEqual(12);
  });
});

describe('of a long table is read what is asked for, planned for values that are not known', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client(world.databaseUrl);
    await client.connect();
  });
  afterAll(() => client.end());

  test.each([
    ['net4u-americas', 10, 'most of 1,000'],
    ['net4u-africa', 1, 'few of 1,000'],
  ])('the latest threads of %s, which has %i or more: %s', async (slug, least) => {
    const query = `{ network(slug: "${slug}") { threads(first: 10) { edges { node { id } } } } }`;
    const { answer, sent } = await ask({ query });
    expect(answer.data.network.threads.edges.length).toBeGreaterThanOrEqual(least);
    const read = await countReads(client, sent, 'discussions.thread');
    expect([read >= least, read <= 50]).toEqual([true, true]);
  });

  test('whether a text was taken out of a plan, of all that the feed has said', async () => {
    const text = unreadStatement.replace('FROM redaction_feed f', "FROM (SELECT '{}'::jsonb AS positions) f");
    const sent = [{ subgraph: 'discussions', text, values: [] }];
    const { rows } = await client.query('SELECT sum(position)::int AS said FROM feed.stream');
    expect(rows[0].said).toBeGreaterThan(1_000);
    expect(await countReads(client, sent, 'feed.event', 'redaction')).toBe(0);
  });

  test('what a post that is deleted was made by, of 5,000 mutations', async () => {
    await client.query(
      `INSERT INTO discussions.mutation (actor, client_mutation_id, input_hash, result_id)
       SELECT 'seat:s09', 'long-' || n, '', 'post:long-' || n FROM generate_series(1, 5000) AS n`,
    );
    await client.query('ANALYZE discussions.mutation');
    const posted = await ask({
      query: 'mutation ($input: PostInput!) { post(input: $input) { post { id } } }',
      variables: { input: { clientMutationId: 'long', threadId: 'thread:g1', body: 'Taken back.', locale: 'en' } },
    });
    const { id } = posted.answer.data.post.post;
    const { answer, sent } = await ask({
      query: 'mutation ($id: ID!) { deletePost(id: $id) { post { deletedAt } } }',
      variables: { id },
    });
    expect(answer.data.deletePost.post.deletedAt).not.toBeNull();
    expect(sent.some(({ text }) => text.startsWith('UPDATE mutation'))).toBe(true);
    expect(await countReads(client, sent, 'discussions.mutation')).toBeLessThanOrEqual(5);
  });
});

describe('what is counted is there', () => {
  test('every operation is answered without an error', () => {
    expect(refused).toEqual([]);
  });

  test('answers grow, as far as pages let them', () => {
    for (const { name } of operations) {
      const [few = 0, many = 0] = found.get(name) ?? [];
      // of updates there is a page from the beginning
      if (!name.endsWith('NetworkUpdatesPage')) expect([name, many > few]).toEqual([name, true]);
    }
  });

  test('there are more of every main type', () => {
    const grown = fields.flatMap(({ type, name }) => {
      const [few = 0, many = 0] = found.get(name) ?? [];
      return few > 0 && many > few ? [type] : [];
    });
    expect(mainTypes.filter((type) => !grown.includes(type))).toEqual([]);
  });

  test('without batches the counts would grow, and the failure names the operation and its counts', async () => {
    const { load } = DataLoader.prototype;
    DataLoader.prototype.load = function (this: { _maxBatchSize: number } & DataLoader<unknown, unknown>, key) {
      this._maxBatchSize = 1;
      return load.call(this, key);
    };
    const rows: Measured[] = [];
    try {
      for (const members of [10, 100]) {
        const query = `{ network(slug: "net4u-americas") { memberships(first: ${members}) { edges { node { organisation { name } } } } } }`;
        rows.push({ members, statements: (await ask({ query })).statements });
      }
    } finally {
      DataLoader.prototype.load = load;
    }
    const [first, second] = findGrowth('planted', rows);
    expect(first).toBe('planted: statements of members: 11 with 10 members, 101 with 100 members');
    expect(second).toMatch(/^ {2}10 → 100 times: SELECT o."id"/);
  });
});
