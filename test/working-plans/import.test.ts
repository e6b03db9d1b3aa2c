import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import readXlsxFile from 'read-excel-file/node';
import writeXlsxFile from 'write-excel-file/node';
import { type ContentNode, contentOf, nodesOfContent } from '../../subgraphs/working-plans/document/canonical.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { modelOf } from '../../subgraphs/working-plans/exports/model.ts';
import { sayIn } from '../../subgraphs/working-plans/exports/words.ts';
import { writeXlsx } from '../../subgraphs/working-plans/exports/xlsx.ts';
import { Copy, createPlan, joint, type Name, nextMutation, openWorld, type World } from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

/** A plan's content as its readers find it now. */
async function contentNow(planId: string): Promise<ContentNode> {
  const { doc } = await Copy.open(world.instance, 'both-editor', planId);
  return JSON.parse(contentOf(readPlan(doc)).json);
}
const xlsxOf = (content: ContentNode, locale = 'en') => {
  const source = {
    planId: 'plan:x',
    content,
    contentHash: '',
    locale,
    sourceLocale: 'en',
    status: 'DRAFT',
    version: null,
  };
  const about = {
    networkIds: [],
    expertGroups: {},
    exportedAt: '2027-01-01T00:00:00.000Z',
    names: { 'org:s01': 'Sample One' },
  };
  const states = { activities: {}, milestones: {}, actuals: {}, strategies: {} };
  return writeXlsx(modelOf({ ...source, ...about, ...states }), sayIn(locale));
};
type Rows = (string | number | null)[][];
const sheetOf = async (...sheets: [name: string, rows: Rows][]) =>
  writeXlsxFile(sheets.map(([sheet, data]) => ({ sheet, data }))).toBuffer();

async function tryImport(who: Name, planId: string, file: Uint8Array, over: object = {}) {
  const { data, errors } = await world.instance.ask(
    who,
    `mutation ($input: ImportPlanInput!) { importPlan(input: $input) {
       import { sheet created changed plan { id } rowProblems { row column message } }
       problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } } } }`,
    {
      input: {
        clientMutationId: nextMutation(),
        planId,
        file: Buffer.from(file).toString('base64'),
        locale: 'en',
        ...over,
      },
    },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.importPlan;
}
const english = { sourceLocale: 'en' };

/** What a content says, without keys: they are made anew. */
function said(content: ContentNode): unknown[] {
  const codes = new Map([...nodesOfContent(content)].map(({ node }) => [node.key, node.code]));
  return [...nodesOfContent(content)]
    .filter(({ kind }) => kind !== 'plan')
    .map(({ kind, node }) => {
      const { key, outcomes, activities, milestones, indicators, budget, risks, dependsOn, ...rest } = node;
      const waits = (dependsOn as string[] | undefined)?.map((one) => codes.get(one));
      return { kind, ...rest, ...(waits && { waits }) };
    });
}

describe('a plan that was exported', () => {
  const file = async (locale: string) => xlsxOf(await contentNow(joint), locale);

  test.each(['en', 'es'])('comes back without a change, in %s', async (locale) => {
    const before = await contentNow(joint);
    const { import: done, problems } = await tryImport('both-editor', joint, await file(locale), { locale });
    expect([problems, done.rowProblems, done.created, done.changed]).toEqual([[], [], 0, 0]);
    expect(await contentNow(joint)).toEqual(before);
  });

  test('fills an empty one with all that it says in that language', async () => {
    const planId = await createPlan(world.instance, 'both-editor', {
      ...english,
      title: [{ locale: 'en', text: 'Copy' }],
    });
    const { import: done } = await tryImport('both-editor', planId, await file('en'));
    expect(done).toMatchObject({ rowProblems: [], changed: 0, sheet: 'Activities' });
    const bare = (content: ContentNode) =>
      JSON.parse(
        JSON.stringify(said(content), (key, value) =>
          value?.en
            ? { en: value.en }
            : key === 'disaggregation' || key === 'frequency' || key === 'owner' || key === 'safetyRelevant'
              ? undefined
              : value,
        ),
      );
    const found = bare(await contentNow(planId));
    expect(found).toEqual(bare(await contentNow(joint)));
    expect(done.created).toBe(found.length);
    // once more, and nothing is there twice
    expect((await tryImport('both-editor', planId, await file('en'))).import).toMatchObject({ created: 0, changed: 0 });
  });

  test('in a language that it has not all of is no translation of it', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const rows: Rows = [
      ['Objective', 'Outcome', 'Activity'],
      ['Reach', 'People know', 'Tell them'],
    ];
    await tryImport('both-editor', planId, await sheetOf(['x', rows]));
    const { import: done } = await tryImport('both-editor', planId, await xlsxOf(await contentNow(planId), 'es'), {
      locale: 'es',
    });
    expect(done).toMatchObject({ created: 0, changed: 0, rowProblems: [] });
    expect(JSON.stringify(await contentNow(planId))).not.toContain('"es":"Reach"');
  });
});

describe('a spreadsheet that people made', () => {
  test('may be an annual work plan, with merged cells, quarters and headings of any language', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const rows: Rows = [
      ['Plan anual de trabajo 2027'],
      [],
      [
        'PRODUCTOS ESPERADOS',
        'Actividades Previstas',
        'T1',
        'T2',
        'T3',
        'T4',
        'Parte responsable',
        'Fuente de fondos',
        'Descripcion del presupuesto',
        'Monto',
        'Moneda',
      ],
      [
        '1.1 Las redes actúan — Línea de base: 0; Meta: 5 (COUNT)\nActas publicadas',
        '1.1.1 Reunir a los miembros\n• Primera reunión (2027-03-31)\nEn línea',
        null,
        'X',
        'X',
        null,
        'org:s01',
        'UK',
        'Viajes',
        1200.5,
        'USD',
      ],
      [null, null, null, null, null, null, null, null, 'Salas', 300, 'usd'],
      [null, '1.1.2 Publicar un informe', 'x', null, null, 'x', null, null, null, null, null],
    ];
    const first = await sheetOf(['Hoja', rows]);
    const { import: refused } = await tryImport('both-editor', planId, first);
    expect(refused.rowProblems[0]).toEqual({
      row: 4,
      column: 'PRODUCTOS ESPERADOS',
      message: expect.stringContaining('which objective'),
    });
    await world.instance.ask(
      'both-editor',
      'mutation ($input: UpsertObjectiveInput!) { upsertObjective(input: $input) { objective { id } } }',
      { input: { clientMutationId: nextMutation(), planId, code: '1', title: [{ locale: 'en', text: 'Act' }] } },
    );
    const { import: done, problems } = await tryImport('both-editor', planId, first, { locale: 'es' });
    expect([problems, done.rowProblems]).toEqual([[], []]);
    const [outcome] = (await contentNow(planId)).objectives![0 as never]!['outcomes' as never] as ContentNode[];
    expect(outcome).toMatchObject({
      code: '1.1',
      statement: { es: 'Las redes actúan — Línea de base: 0; Meta: 5 (COUNT)' },
    });
    expect(outcome!.activities).toMatchObject([
      {
        code: '1.1.1',
        title: { es: 'Reunir a los miembros' },
        description: { es: 'En línea' },
        responsible: 'org:s01',
        ...{ startsOn: '2027-04-01', endsOn: '2027-09-30' },
        milestones: [{ title: { es: 'Primera reunión' }, dueOn: '2027-03-31' }],
        budget: [
          { label: 'Viajes', amount: 1200.5, currency: 'USD', fundingSource: 'UK' },
          { label: 'Salas', amount: 300, currency: 'USD' },
        ],
      },
      { code: '1.1.2', startsOn: '2027-01-01', endsOn: '2027-12-31' },
    ]);
  });

  const headings = [
    'Objective code',
    'Objective',
    'Outcome code',
    'Outcome',
    'Activity code',
    'Activity',
    'Start',
    'End',
    'Countries',
  ];
  const more = ['Responsible party', 'Instrument articles', 'Budget', 'Depends on', 'Thematic area', 'Milestones'];
  const bad: Rows = [
    [...headings, ...more],
    [
      '1',
      'One',
      '1.1',
      'Out',
      'A1',
      'First',
      '2027-13-01',
      '',
      'Uganda; Atlantis',
      'Nobody Known',
      'UNTOC:99',
      'Travel | 12,5 | USD',
      'A9',
      'Bees',
      '',
    ],
    [
      '',
      '',
      '',
      '',
      'A2',
      'Second',
      '2027-05-01',
      '2027-04-01',
      'ug',
      'org:s01',
      'UNTOC:31, TIP:9',
      'Travel | 12.50 | XXZ',
      'A3',
      'firearms',
      'a\nb | soon',
    ],
    ['', '', '', '', 'A3', '', '', '', '', '', '', '', 'A2', '', ''],
    ['', '', '', '', 'A4', 'x'.repeat(501), '', '', '', '', '', '', '', '', ''],
  ];

  test('is told what is wrong with every cell, and then nothing of it is taken', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const before = await contentNow(planId);
    const { import: done, problems } = await tryImport('both-editor', planId, await sheetOf(['Plan', bad]));
    expect(problems).toEqual([]);
    const told = done.rowProblems.map(({ row, column }: { row: number; column: string }) => `${row} ${column}`);
    expect(told.sort()).toEqual(
      [
        ...[
          '2 Budget',
          '2 Countries',
          '2 Depends on',
          '2 Instrument articles',
          '2 Responsible party',
          '2 Start',
          '2 Thematic area',
        ],
        ...['3 Budget', '3 Depends on', '3 End', '3 Milestones', '4 Activity', '5 Activity'],
      ].sort(),
    );
    expect([done.created, done.changed]).toEqual([0, 0]);
    expect(await contentNow(planId)).toEqual(before);
  });

  test('names organisations and countries as people do', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const rows: Rows = [
      ['Objective', 'Outcome', 'Activity', 'Responsible party', 'Partners', 'Countries', 'Thematic area'],
      ['A', 'B', 'C', 'sample ONE', 'Two [org:s02]; org:s03', 'Côte d’Ivoire, Brasil; PE', 'Armes à feu'],
    ];
    const names = [{ id: 'org:s01', name: 'Sample One' }];
    const { import: done } = await tryImport('both-editor', planId, await sheetOf(['Plan', rows]), { names });
    expect(done.rowProblems).toEqual([]);
    const [objective] = (await contentNow(planId)).objectives as unknown as ContentNode[];
    expect(objective).toMatchObject({ thematicArea: 'FIREARMS' });
    expect((objective!.outcomes as unknown as ContentNode[])[0]!.activities).toMatchObject([
      { responsible: 'org:s01', partners: ['org:s02', 'org:s03'], countries: ['CI', 'BR', 'PE'] },
    ]);
  });

  test('only changes what it says otherwise, and says beforehand what that is', async () => {
    const planId = await createPlan(world.instance, 'both-editor', { copyOf: joint, ...english });
    const all = (await readXlsxFile(Buffer.from(await xlsxOf(await contentNow(planId))))).find(
      ({ sheet }) => sheet === 'Activities',
    )!;
    const rows = all.data as unknown as Rows;
    const at = (heading: string) => rows[0]!.indexOf(heading);
    rows[1]![at('Activity')] = 'Keep a shared map, and read it';
    rows[1]![at('Milestones')] = `${rows[1]![at('Milestones')]}\nThird map | 2027-06-30`;
    rows[2]![at('Responsible party')] = null;
    const file = await sheetOf(['Activities', rows]);
    const dry = await tryImport('both-editor', planId, file, { dryRun: true });
    expect(dry.import).toMatchObject({ created: 1, changed: 1, rowProblems: [] });
    const { responsible } = (await contentNow(planId)) as never as { responsible: string };
    const clientMutationId = nextMutation();
    const { import: done } = await tryImport('both-editor', planId, file, { clientMutationId });
    expect(done).toMatchObject({ created: 1, changed: 1 });
    const again = await tryImport('both-editor', planId, file, { clientMutationId });
    expect([again.problems, again.import.rowProblems]).toEqual([[], []]);
    const after = JSON.stringify(await contentNow(planId));
    expect(after.match(/Third map/g)).toHaveLength(1);
    expect(after).toContain('Keep a shared map, and read it');
    expect(responsible).toBeUndefined();
  });
});

describe('is refused', () => {
  const rows: Rows = [
    ['Objective', 'Outcome', 'Activity'],
    ['A', 'B', 'C'],
  ];

  test.each<[Name, string]>([
    ['africa-rep', 'ForbiddenError'],
    ['un-liaison', 'ForbiddenError'],
    ['observer', 'ForbiddenError'],
    ['operator', 'ForbiddenError'],
    ['partner', 'ForbiddenError'],
    ['asia-editor', 'ForbiddenError'],
    ['expert-lead', 'ForbiddenError'],
  ])('to %s', async (who, type) => {
    const before = await contentNow(joint);
    const { import: none, problems } = await tryImport(who, joint, await sheetOf(['x', rows]));
    expect([none, problems[0].__typename]).toEqual([null, type]);
    expect(await contentNow(joint)).toEqual(before);
  });

  test('when it is no spreadsheet, has no headings, unpacks to too much, or is of a language that the plan has not', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const good = await sheetOf(['x', rows]);
    const bomb = zipSync({ 'xl/workbook.xml': Buffer.alloc(40 * 1024 * 1024, 'a') }, { level: 9 });
    const cases: [Uint8Array, object, string][] = [
      [Buffer.from('not a zip'), {}, 'cannot be read'],
      [Buffer.from('PK\x03\x04 and then nothing'), {}, 'cannot be read'],
      [good.subarray(0, good.length / 2), {}, 'cannot be read'],
      [bomb, {}, 'cannot be read'],
      [Buffer.alloc(181 * 1024, 'PK'), {}, '180 KiB'],
      [
        await sheetOf([
          'x',
          [
            ['Name', 'Colour'],
            ['a', 'b'],
          ],
        ]),
        {},
        'no sheet',
      ],
      [good, { sheet: 'another' }, 'no sheet'],
      [good, { locale: 'fr' }, 'locale'],
    ];
    for (const [file, over, message] of cases) {
      const { import: none, problems } = await tryImport('both-editor', planId, file, over);
      expect([none, problems[0].__typename, problems[0].message]).toEqual([
        null,
        'ValidationError',
        expect.stringContaining(message),
      ]);
    }
  });

  test('by a plan that takes no edits', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    await world.db.query("UPDATE working_plans.plan SET status = 'UNDER_REVIEW' WHERE id = $1", [planId]);
    const { problems } = await tryImport('both-editor', planId, await sheetOf(['x', rows]));
    expect(problems).toEqual([expect.objectContaining({ __typename: 'ConflictError', currentVersion: 1 })]);
  });

  test('for one row too many', async () => {
    const planId = await createPlan(world.instance, 'both-editor', english);
    const many: Rows = [rows[0]!, ...Array.from({ length: 301 }, (_, n) => ['A', 'B', `C${n}`])];
    const { import: done } = await tryImport('both-editor', planId, await sheetOf(['x', many]));
    expect(done.rowProblems).toEqual([{ row: 302, column: null, message: expect.stringContaining('300 rows') }]);
  });
});
