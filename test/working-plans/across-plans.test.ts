import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createPlan,
  type Instance,
  joint,
  type Name,
  names,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';
import { make } from './typed.ts';

let world: World;
let here: Instance;
const organisations = ['org:s01', 'org:s02', 'org:s03', 'org:none'];
const bodies = ['body:am-1', 'body:am-2', 'body:am-3', 'body:am-4', 'body:am-5', 'body:none'];
const countries = ['UG', 'PE', 'BR', 'MX', 'FR'];
const statuses = ['DRAFT', 'UNDER_REVIEW', 'ADOPTED', 'SUPERSEDED', 'ARCHIVED'];
const visibilities = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK'];

const en = (text: string) => [{ locale: 'en', text }];

beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
  // Plans in every status and visibility, of one network and of both, with an activity deleted here and there.
  for (let n = 0; n < 8; n++) {
    const networkIds = n % 3 === 0 ? ['net:africa'] : ['net:americas', 'net:africa'];
    const expertGroups = n % 2 === 0 ? [{ thematicArea: 'FIREARMS', bodyId: 'body:am-3' }] : [];
    const planId = await createPlan(here, 'both-editor', { networkIds, visibility: visibilities[n % 4], expertGroups });
    const objective = await make(here, 'both-editor', 'upsertObjective', {
      planId,
      thematicArea: n % 2 ? 'FIREARMS' : null,
    });
    const outcome = await make(here, 'both-editor', 'upsertOutcome', { objectiveId: objective.id });
    for (let a = 0; a < 5; a++) {
      const { id } = await make(here, 'both-editor', 'upsertActivity', {
        outcomeId: outcome.id,
        title: en(`Activity ${n}.${a}`),
        responsibleId: organisations[(n + a) % 3],
        countries: [countries[(n + a) % 4], countries[(n * a) % 4]],
        ...(a % 2 === 0 && { expertGroupId: bodies[(n + a) % 5] }),
        ...(a !== 3 && { endsOn: `2027-0${1 + ((n + a) % 9)}-15` }),
        ...(a === 1 && { after: null }),
      });
      if (a === 4) await make(here, 'both-editor', 'deletePlanNode', { nodeId: id });
    }
    if (n === 5) await make(here, 'both-editor', 'deletePlanNode', { nodeId: outcome.id });
    if (n === 2)
      await make(here, 'both-editor', 'setObjectiveNetworks', {
        objectiveId: objective.id,
        expectedVersion: 1,
        networkIds: ['net:africa'],
      });
    await world.db.query('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [planId, statuses[n % 5]]);
  }
  await world.db.query(
    "UPDATE working_plans.activity_status SET status = 'COMPLETED' WHERE node_key IN ('a1.1.1', 'a2.1.3')",
  );
  await new Promise((resolve) => setTimeout(resolve, 1_050)); // rows changed behind a process's back are seen after a second
});
afterAll(() => world.stop());

interface Listed {
  id: string;
  endsOn: string | null;
  status: string;
  responsible: { id: string } | null;
  expertGroup: { id: string } | null;
  countries: { code: string }[];
  thematicArea: string | null;
  owners: string[];
}
const fields = 'id endsOn status responsible { id } expertGroup { id } countries { code }';

/** All activities the persona may read, computed from the documents: newest plan first, then in the plan's order. */
async function fromDocuments(who: Name): Promise<Listed[]> {
  const { data } = await here.ask(
    who,
    `{ workingPlans { objectives { thematicArea networks { id } outcomes { activities { ${fields} } } } } }`,
  );
  type Plan = {
    objectives: { thematicArea: string | null; networks: { id: string }[]; outcomes: { activities: Listed[] }[] }[];
  };
  return (data.workingPlans as Plan[]).flatMap(({ objectives }) =>
    objectives.flatMap(({ thematicArea, networks, outcomes }) =>
      outcomes.flatMap(({ activities }) =>
        activities.map((activity) => ({ ...activity, thematicArea, owners: networks.map(({ id }) => id) })),
      ),
    ),
  );
}
const idsOf = (list: { id: string }[]) => list.map(({ id }) => id);

describe.each(names)('what %s finds across plans', (who) => {
  test('for organisations, bodies and countries is what the documents say', async () => {
    const all = await fromDocuments(who);
    const representations = [
      ...organisations.map((id) => ({ __typename: 'Organisation', id })),
      ...bodies.map((id) => ({ __typename: 'Body', id })),
      ...countries.map((code) => ({ __typename: 'Country', code })),
    ];
    const { data, errors } = await here.ask(
      who,
      `query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Organisation { responsibilities { ${fields} } done: responsibilities(status: COMPLETED) { id } }
        ... on Body { activities { ${fields} } } ... on Country { activities { ${fields} } } } }`,
      { r: representations },
    );
    expect(errors).toBeUndefined();
    const found = data._entities as { responsibilities?: Listed[]; activities?: Listed[]; done?: Listed[] }[];
    const plain = (list: Listed[]) => list.map(({ thematicArea: _t, owners: _o, ...activity }) => activity);
    for (const [index, id] of organisations.entries()) {
      const own = all.filter(({ responsible }) => responsible?.id === id);
      expect(found[index]!.responsibilities).toEqual(plain(own));
      expect(idsOf(found[index]!.done!)).toEqual(idsOf(own.filter(({ status }) => status === 'COMPLETED')));
    }
    for (const [index, id] of bodies.entries())
      expect(found[organisations.length + index]!.activities).toEqual(
        plain(all.filter(({ expertGroup }) => expertGroup?.id === id)),
      );
    for (const [index, code] of countries.entries())
      expect(found[organisations.length + bodies.length + index]!.activities).toEqual(
        plain(all.filter((activity) => activity.countries.some((country) => country.code === code))),
      );
    const whole = ['americas-coordinator', 'africa-editor', 'un-liaison'] as Name[];
    if (whole.includes(who)) expect(all.length).toBeGreaterThan(20);
  });

  test('in the list of activities, page by page, is what the documents say', async () => {
    const all = await fromDocuments(who);
    const filters: [object, (activity: Listed) => boolean][] = [
      [{}, () => true],
      [{ networkId: 'net:americas' }, ({ owners }) => owners.includes('net:americas')],
      [{ responsibleId: 'org:s02' }, ({ responsible }) => responsible?.id === 'org:s02'],
      [{ thematicArea: 'FIREARMS' }, ({ thematicArea }) => thematicArea === 'FIREARMS'],
      [{ status: 'PROPOSED' }, ({ status }) => status === 'PROPOSED'],
      [{ dueBefore: '2027-05-15' }, ({ endsOn }) => endsOn !== null && endsOn < '2027-05-15'],
      [
        { unfinished: true, dueBefore: '2028-01-01' },
        ({ endsOn, status }) => endsOn !== null && endsOn < '2028-01-01' && status !== 'COMPLETED',
      ],
      [
        {
          networkId: 'net:africa',
          responsibleId: 'org:s01',
          status: 'PROPOSED',
          thematicArea: 'FIREARMS',
          dueBefore: '2027-12-01',
        },
        ({ owners, responsible, status, thematicArea, endsOn }) =>
          owners.includes('net:africa') &&
          responsible?.id === 'org:s01' &&
          status === 'PROPOSED' &&
          thematicArea === 'FIREARMS' &&
          endsOn !== null,
      ],
      [{ responsibleId: "org:s01' OR true --" }, () => false],
    ];
    const key = ({ id, endsOn }: Listed) =>
      [endsOn ?? '~', id.slice(0, id.lastIndexOf('/')), id.slice(id.lastIndexOf('/') + 1)].join(' ');
    for (const [filter, matches] of filters) {
      const listed: Listed[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < 20; pages++) {
        const variables = { ...filter, first: 7, after };
        const { data, errors } = await here.ask(
          who,
          `query ($networkId: ID, $responsibleId: ID, $thematicArea: ThematicArea, $status: ActivityStatus, $dueBefore: Date, $unfinished: Boolean, $first: Int, $after: Cursor) {
            activities(networkId: $networkId, responsibleId: $responsibleId, thematicArea: $thematicArea, status: $status, dueBefore: $dueBefore, unfinished: $unfinished, first: $first, after: $after) {
              edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`,
          variables,
        );
        expect(errors).toBeUndefined();
        listed.push(...data.activities.edges.map(({ node }: { node: Listed }) => node));
        if (!data.activities.pageInfo.hasNextPage) break;
        after = data.activities.pageInfo.endCursor;
      }
      const expected = all.filter(matches).sort((a, b) => (key(a) < key(b) ? -1 : 1));
      expect([filter, idsOf(listed)]).toEqual([filter, idsOf(expected)]);
    }
  });
});

test('references ask for the document only where they need it, and say the same either way', async () => {
  const other = await startInstance(world.database.url);
  const ids = ['a1.1.1', 'a2.1.4', 'a9.9', 'o1', 'm1.1.1-1'].map((key) => ({
    __typename: 'Activity',
    id: `${joint}/${key}`,
  }));
  const strange = ['', '/', 'x', 'plan:none/a1', `${joint}/`, `${joint}/a1\u0000`].map((id) => ({
    __typename: 'Activity',
    id,
  }));
  const r = [...ids, ...strange];
  const ask = (who: Name, wanted: string) =>
    other.ask(
      who,
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Activity { ...F } } } fragment F on Activity { ${wanted} }`,
      { r },
    );
  for (const who of ['africa-rep', 'observer', 'asia-editor', 'partner'] as const) {
    other.statements.length = 0;
    const heads = await ask(who, fields);
    expect(heads.errors).toBeUndefined();
    expect(other.statements.some((sql) => sql.includes('plan_snapshot'))).toBe(false);
    const texts = await ask(who, `${fields} title { text }`);
    expect(texts.errors).toBeUndefined();
    expect(heads.data._entities).toEqual(
      texts.data._entities.map((one: Record<string, unknown> | null) => {
        if (!one) return null;
        const { title: _title, ...rest } = one;
        return rest;
      }),
    );
    expect(heads.data._entities.map((one: object | null) => one !== null).slice(0, 2)).toEqual(
      who === 'africa-rep' ? [true, true] : [false, false],
    );
    expect(heads.data._entities.slice(2).every((one: object | null) => one === null)).toBe(true);
  }
  await other.stop();
});

test('ids that are none find nothing', async () => {
  for (const name of ['networkId', 'responsibleId']) {
    const text = `query ($id: ID) { activities(${name}: $id) { edges { cursor } } }`;
    const { data, errors } = await here.ask('africa-rep', text, { id: 'a\u0000b' });
    expect([errors, data]).toEqual([undefined, { activities: { edges: [] } }]);
  }
});

test('cursors of another list are refused', async () => {
  const { errors } = await here.ask('africa-rep', '{ activities(after: "abc") { edges { cursor } } }');
  expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
  expect(
    (await here.ask('africa-rep', '{ activities(first: 101) { edges { cursor } } }')).errors?.[0]?.extensions.code,
  ).toBe('BAD_USER_INPUT');
});
