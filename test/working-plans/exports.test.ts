import { createHash } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import readXlsxFile from 'read-excel-file/node';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import type { Actor, Visibility } from '../../kit/context.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { exportLimits, requestExport } from '../../subgraphs/working-plans/commands/exports/request.ts';
import type { PlanStatus } from '../../subgraphs/working-plans/entities/plan.ts';
import { createExporter } from '../../subgraphs/working-plans/exports/exporter.ts';
import type { ExportFormat } from '../../subgraphs/working-plans/exports/render.ts';
import { mayExport } from '../../subgraphs/working-plans/policy.ts';
import { exportReaders } from './exports-readers.cases.ts';
import { openPlansAt } from './plans-at.ts';
import { redact } from './redacting.ts';
import {
  actors,
  af,
  am,
  createPlan,
  joint,
  type Name,
  names,
  nextMutation,
  openWorld,
  secret,
  type World,
} from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query('SET search_path TO working_plans');
});
afterAll(() => world.stop());

const job = `id status progress format locale version error contentHash expiresAt plan { id } file { url name mediaType bytes }`;
async function request(who: Name, over: object = {}) {
  const { data, errors } = await world.instance.ask(
    who,
    `mutation ($input: ExportPlanInput!) { exportPlan(input: $input) { job { ${job} } problems { __typename ... on UserError { message path } } } }`,
    { input: { clientMutationId: nextMutation(), planId: joint, format: 'MARKDOWN', locale: 'es', ...over } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.exportPlan;
}
const find = async (who: Name, id: string) =>
  (await world.instance.ask(who, `query ($id: ID!) { exportJob(id: $id) { ${job} } }`, { id })).data.exportJob;

/** Asks again every 50 ms until the job has ended: there is nothing to listen to. */
async function made(who: Name, id: string) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const now = await find(who, id);
    if (now?.status === 'DONE' || now?.status === 'FAILED') return now;
  }
  throw new Error('no file within a minute');
}
const signer = createAssertionSigner(secret);
async function fetchFile(who: Name, url: string) {
  const path = url.replace('/files/working-plans/', '/files/');
  const response = await fetch(world.instance.url.replace('/graphql', path), {
    headers: { [assertionHeader]: await signer.sign(actors[who], 'working-plans') },
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}
async function exported(format: ExportFormat, over: object = {}, who: Name = 'africa-rep') {
  const { job, problems } = await request(who, { format, ...over });
  expect(problems).toEqual([]);
  const done = await made(who, job.id);
  expect(done).toMatchObject({ status: 'DONE', progress: 100, error: null, plan: { id: joint } });
  const { status, bytes, headers } = await fetchFile(who, done.file.url);
  expect([status, bytes.byteLength, headers.get('content-type')]).toEqual([200, done.file.bytes, done.file.mediaType]);
  return { ...done, bytes };
}
const named = [
  { id: 'org:s01', name: 'Organización de muestra 1' },
  { id: 'net:americas', name: 'NET4U Américas' },
];

describe('a plan as', () => {
  test('XLSX stands in the order of the annual work plan, and with all columns', async () => {
    const { bytes, file } = await exported('XLSX', { names: named });
    expect(file.name).toMatch(/^Plan-de-trabajo-conjunto-de-las-dos-redes-2027-2028-muestra-\d{4}-\d\d-\d\d\.xlsx$/);
    const sheets = await readXlsxFile(bytes);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Plan anual de trabajo', 'Actividades', 'Financiación']);
    const [annual, all] = sheets.map(({ data }) => data);
    expect(annual![1]![0]).toBe('Redes: net:africa, NET4U Américas');
    expect(annual![4]!.filter(Boolean)).toEqual([
      'Productos esperados',
      'Actividades previstas',
      ...['2027 T1', '2027 T2', '2027 T3', '2027 T4', '2028 T1', '2028 T2', '2028 T3', '2028 T4'],
      'Parte responsable',
      'Fuente de fondos',
      'Descripción del presupuesto',
      'Monto',
      'Moneda',
      'Gastos',
      'Avance hacia los productos',
      'Nota',
    ]);
    const [output, activity, ...rest] = annual![5]!;
    expect(output).toMatch(/^1\.1 Las organizaciones miembros de ambas regiones/);
    expect(activity).toMatch(/^1\.1\.1 Mantener un mapa compartido de la etapa de examen de cada país\n• Primer mapa/);
    expect(rest.slice(0, 9)).toEqual([...Array(8).fill('X'), 'Organización de muestra 1']);
    expect(rest.slice(9, 13)).toEqual(['member contribution', 'Coordination time', 2400, 'USD']);
    expect(all!).toHaveLength(11);
    expect(all![1]).toContain('Organización de muestra 1 [org:s01]');
    // who made it is not in it
    expect(Object.keys(unzipSync(bytes)).filter((name) => name.startsWith('docProps'))).toEqual([]);
  });

  test('DOCX has the narrative, the logical framework as an annex, and no author', async () => {
    const { bytes } = await exported('DOCX');
    const parts = unzipSync(bytes);
    const text = strFromU8(parts['word/document.xml']!).replace(/<[^>]+>/g, ' ');
    const order = [
      'Plan de trabajo conjunto',
      'ambas redes acuerdan',
      '1.1.1',
      'Anexo: Marco lógico',
      'Medios de verificación',
    ];
    const places = order.map((words) => text.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.includes(-1)).toBe(false);
    const core = strFromU8(parts['docProps/core.xml']!);
    expect(core).not.toMatch(/creator|lastModifiedBy|Un-named/);
    expect(Object.keys(parts).filter((name) => /comments|people/.test(name))).toEqual([]);
  });

  test('PDF brings its letters along, is tagged, and has no author', async () => {
    const { bytes } = await exported('PDF');
    const pdf = await PDFDocument.load(bytes);
    expect([pdf.getAuthor(), pdf.getCreator(), pdf.getTitle()]).toEqual([
      undefined,
      '',
      expect.stringContaining('Plan de trabajo'),
    ]);
    expect(pdf.getPageCount()).toBeGreaterThan(2);
    const raw = bytes.toString('latin1');
    expect(raw).toMatch(/\/Marked true/);
    expect(raw).toMatch(/\/Lang \(es\)/);
    expect(raw).toContain('DejaVuSans');
    expect(raw).not.toContain('PDFKit');
  });

  test('CSV is read as UTF-8 and has no formula', async () => {
    const planId = await createPlan(world.instance, 'both-editor', { sourceLocale: 'en' });
    await world.instance.ask(
      'both-editor',
      'mutation ($input: UpsertObjectiveInput!) { upsertObjective(input: $input) { objective { id } } }',
      {
        input: { clientMutationId: nextMutation(), planId, code: '=cmd|1', title: [{ locale: 'en', text: '@SUM(1)' }] },
      },
    );
    const { job } = await request('both-editor', { planId, format: 'CSV', locale: 'en' });
    const { file } = await made('both-editor', job.id);
    const text = (await fetchFile('both-editor', file.url)).bytes.toString('utf8');
    expect(text).toMatch(/^\uFEFFObjective code,Objective,/);
    expect(text).toContain("'=cmd|1,'@SUM(1)");
  });

  test('Markdown is text, whatever people typed', async () => {
    const { bytes, contentHash } = await exported('MARKDOWN', { locale: 'fr' });
    const text = bytes.toString('utf8');
    expect(text).toMatch(/^# Joint working plan/);
    expect(text).toContain(`- **SHA-256 du texte**: ${contentHash}`);
    expect(text).toContain('- **État**: Projet');
  });

  test('JSON is the text that is hashed, in all locales', async () => {
    const { bytes, contentHash } = await exported('JSON');
    const { about, plan, states } = JSON.parse(bytes.toString('utf8'));
    const { canonicalize } = await import('../../subgraphs/working-plans/document/canonical.ts');
    expect(createHash('sha256').update(canonicalize(plan)).digest('hex')).toBe(contentHash);
    expect([about.contentHash, plan.title.en, plan.title.es.length > 0]).toEqual([
      contentHash,
      expect.any(String),
      true,
    ]);
    expect(states.activities['a1.1.1']).toEqual({ status: 'PLANNED', note: null });
  });

  test('ICS holds each deadline as a day, under an identity that stays', async () => {
    const text = (await exported('ICS')).bytes.toString('utf8').replaceAll('\r\n ', '');
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(26);
    expect(text).toContain(`UID:${joint}/m1.1.1-1`);
    expect(text).toMatch(/DTSTART;VALUE=DATE:20270331\r\nDTEND;VALUE=DATE:20270401/);
  });

  test('a version says what it said, without what became of it', async () => {
    await world.instance.ask(
      'both-editor',
      `mutation { savePlanVersion(planId: "${joint}", label: "x", clientMutationId: "v1") { version { number } } }`,
    );
    const { rows } = await world.db.query('SELECT max(number) AS number FROM plan_version WHERE plan_id = $1', [joint]);
    if (rows[0].number === null) throw new Error('no version was saved');
    const { bytes, version } = await exported('JSON', { version: rows[0].number });
    expect(version).toBe(rows[0].number);
    expect(JSON.parse(bytes.toString('utf8')).states).toEqual({ activities: {}, milestones: {}, indicators: {} });
    expect((await request('africa-rep', { version: 99 })).problems[0].path).toEqual(['input', 'version']);
  });
});

const members: Name[] = [
  ...(['americas-coordinator', 'americas-editor', 'americas-rep', 'expert-lead', 'other-lead'] as const),
  ...(['africa-coordinator', 'africa-editor', 'africa-rep', 'steering-member', 'both-editor'] as const),
];
test.each<[PlanStatus, Visibility, Name[]]>([
  ['DRAFT', 'PUBLIC', members],
  ['UNDER_REVIEW', 'PUBLIC', members],
  ['ADOPTED', 'NETWORK', [...members, 'un-liaison']],
  ['ADOPTED', 'PARTNERS', [...members, 'un-liaison', 'asia-editor', 'partner']],
  ['ARCHIVED', 'PUBLIC', [...members, 'un-liaison', 'asia-editor', 'observer', 'partner']],
])('who may export a plan that is %s and %s', (status, visibility, able) => {
  const plan = { networkIds: [am, af], status, visibility, expertGroups: {} };
  expect(names.filter((who) => mayExport(actors[who], plan)).sort()).toEqual([...able].sort());
});

test('who may not export a plan is told so, or that there is none', async () => {
  for (const who of ['safety-officer', 'un-liaison', 'observer', 'asia-editor', 'operator', 'partner'] as const) {
    const { job: none, problems } = await request(who);
    expect([who, none, problems[0].__typename]).toEqual([who, null, 'ForbiddenError']);
  }
});

describe('a file', () => {
  test('is its owner’s alone, and says nothing to others of being there', async () => {
    const { id, file } = await exported('MARKDOWN');
    for (const who of names) {
      if (who === 'africa-rep') continue;
      if (who !== 'gateway') expect([who, await find(who, id)]).toEqual([who, null]);
      expect([who, (await fetchFile(who, file.url)).status]).toEqual([who, 404]);
    }
    for (const other of ['nothing', `${id}x`, "' OR true --", '\u0000'])
      expect((await fetchFile('africa-rep', `/files/working-plans/${encodeURIComponent(other)}`)).status).toBe(404);
  });

  test('with what stays with the owner networks is closed to whom loses that right', async () => {
    const { id, file } = await exported('MARKDOWN', {}, 'africa-editor');
    const before = actors['africa-editor'].roles;
    try {
      (actors['africa-editor'] as Actor).roles = [{ role: 'OBSERVER', networkId: 'net:africa', bodyId: null }];
      // a signature is kept for an actor object
      const another = { ...actors['africa-editor'] } as Actor;
      const path = file.url.replace('/files/working-plans/', '/files/');
      const response = await fetch(world.instance.url.replace('/graphql', path), {
        headers: { [assertionHeader]: await signer.sign(another, 'working-plans') },
      });
      expect(response.status).toBe(404);
    } finally {
      (actors['africa-editor'] as Actor).roles = before;
    }
    expect((await find('africa-editor', id)).status).toBe('DONE');
  });

  test('holds no budget, reason or risk for readers from outside', async () => {
    const planId = await createPlan(world.instance, 'both-editor', {
      copyOf: joint,
      sourceLocale: 'en',
      visibility: 'PUBLIC',
    });
    await world.db.query("UPDATE plan SET status = 'ADOPTED' WHERE id = $1", [planId]);
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // so that the room reads the row anew
    const texts = new Map<Name, string>();
    for (const who of ['observer', 'partner', 'africa-rep'] as const) {
      const { job } = await request(who, { planId, format: 'JSON' });
      const { file } = await made(who, job.id);
      texts.set(who, (await fetchFile(who, file.url)).bytes.toString('utf8'));
    }
    for (const who of ['observer', 'partner'] as const)
      expect(texts.get(who)).not.toMatch(/"budget"|"safetyRelevant":true/);
    expect(texts.get('africa-rep')).toMatch(/"budget"/);
  });

  test('is asked for once by one clientMutationId, and by few at a time', async () => {
    const input = { clientMutationId: nextMutation(), format: 'JSON' };
    const [first, second] = await Promise.all([request('americas-rep', input), request('americas-rep', input)]);
    expect(second.job.id).toBe(first.job.id);
    expect((await request('americas-rep', { ...input, format: 'CSV' })).problems[0].message).toMatch(/used before/);
    // Those under way are held by a process that is not done with them.
    const held = `INSERT INTO plan_export (id, plan_id, owner_id, format, locale, inside, status, free_at)
      SELECT 'export:held-' || n, $1, 'seat:s02', 'JSON', 'en', true, 'RUNNING', now() + interval '1 hour' FROM generate_series(1, $2) n`;
    await world.db.query(held, [joint, exportLimits.underWay - 1]);
    const { job: last, problems: none } = await request('americas-editor');
    expect(none).toEqual([]);
    await made('americas-editor', last.id);
    await world.db.query(held.replace('|| n', "|| 'last'"), [joint, 1]);
    const { job: over, problems } = await request('americas-editor');
    expect([over, problems[0].message]).toEqual([null, expect.stringMatching(/^You wait for 5 files/)]);
    await world.db.query("DELETE FROM plan_export WHERE id LIKE 'export:held-%'");
  });

  test.each<[string, object, string]>([
    ['a name that is none', { names: [{ id: 'org:s01', name: ' ' }] }, 'names'],
    ['an id that is none', { names: [{ id: 'org s', name: 'x' }] }, 'names'],
    ['a name of a prototype', { names: [{ id: '__proto__', name: 'x' }] }, 'names'],
    ['a version below one', { version: 0 }, 'version'],
  ])('is refused for %s', async (_, over, field) => {
    const { job: none, problems } = await request('africa-rep', over);
    expect([none, problems[0].__typename, problems[0].path[1]]).toEqual([null, 'ValidationError', field]);
  });

  test('goes when a text of the plan is redacted, and one that was under way is made anew', async () => {
    const planId = await createPlan(world.instance, 'both-editor', { copyOf: joint, sourceLocale: 'en' });
    const { job: kept } = await request('africa-rep', { planId });
    const { file } = await made('africa-rep', kept.id);
    const { problems } = await redact(world.instance, { planId, text: 'Focal-point offices' });
    expect(problems).toEqual([]);
    expect((await fetchFile('africa-rep', file.url)).status).toBe(404);
    expect(await find('africa-rep', kept.id)).toBeNull();
  });
});

exportReaders(() => world);

describe('a job', () => {
  const stuck = { ...createProcessHints(), publish() {} };

  test('whose process died is taken by another, and one that is taken back is not stored', async () => {
    const at = await openPlansAt(world.database.url, stuck);
    const { job: queued } = await request('africa-rep', { format: 'JSON' });
    await made('africa-rep', queued.id);
    // as a process leaves it that dies at work
    await world.db.query(
      "UPDATE plan_export SET status = 'RUNNING', bytes = NULL, attempts = 1, free_at = now() - interval '1 s' WHERE id = $1",
      [queued.id],
    );
    const exporter = createExporter({ plans: at.plans, log: createLog('test', 'error'), every: 50 });
    expect((await made('africa-rep', queued.id)).file.bytes).toBeGreaterThan(1_000);
    await exporter.stop();
    await at.stop();
  });

  test('is given back by a process that stops, and fails after three tries with a reason', async () => {
    const at = await openPlansAt(world.database.url, stuck);
    let begun = 0;
    const never = createExporter({
      plans: at.plans,
      log: createLog('test', 'error', () => {}),
      every: 20,
      render: (_source, _format, { signal }) =>
        new Promise((_, reject) => {
          begun += 1;
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    const id = await requestExport(at.plans, actors['africa-rep'], {
      clientMutationId: nextMutation(),
      planId: joint,
      format: 'JSON',
      locale: 'en',
    });
    for (const end = Date.now() + 60_000; begun === 0 && Date.now() < end; )
      await new Promise((r) => setTimeout(r, 10));
    await never.stop();
    const { rows } = await world.db.query('SELECT status, attempts FROM plan_export WHERE id = $1', [id]);
    // this world's own exporter may have taken it up already
    expect(rows[0].attempts).toBeLessThanOrEqual(1);

    await world.db.query(
      "UPDATE plan_export SET status = 'RUNNING', bytes = NULL, attempts = 3, free_at = now() - interval '1 s' WHERE id = $1",
      [id],
    );
    const looker = createExporter({ plans: at.plans, log: createLog('test', 'error', () => {}), every: 20 });
    const failed = await made('africa-rep', id);
    expect(failed).toMatchObject({ status: 'FAILED', file: null, error: 'It was begun three times and never ended.' });
    await looker.stop();
    await at.stop();
  });

  test('is forgotten after a day', async () => {
    const { job: old } = await request('africa-rep', { format: 'JSON' });
    const { file } = await made('africa-rep', old.id);
    await world.db.query("UPDATE plan_export SET expires_at = now() - interval '1 s' WHERE id = $1", [old.id]);
    expect([await find('africa-rep', old.id), (await fetchFile('africa-rep', file.url)).status]).toEqual([null, 404]);
  });
});
