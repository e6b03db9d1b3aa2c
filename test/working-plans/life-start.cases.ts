import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import * as Y from 'yjs';
import { createSystemActor } from '../../kit/context.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { buildPlanDocument } from '../../subgraphs/working-plans/document/build.ts';
import { canonicalPlan, contentHash } from '../../subgraphs/working-plans/document/canonical.ts';
import { copyPlanDocument } from '../../subgraphs/working-plans/document/copy.ts';
import { deleteNode } from '../../subgraphs/working-plans/document/edit.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { isPosition } from '../../subgraphs/working-plans/document/values.ts';
import { start } from '../../subgraphs/working-plans/server.ts';
import { fromTemplate, readTemplates } from '../../subgraphs/working-plans/templates.ts';
import { freshDatabase } from '../database.ts';
import { type Payload, readFields } from './life.ts';
import {
  am,
  bytes,
  Copy,
  codeOf,
  createPlan,
  cursorSecret,
  type Instance,
  joint,
  type Name,
  openWorld,
  records,
  secret,
  tryCreatePlan,
  type World,
} from './subgraph.ts';

describe('life start', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const read = (id: string, fields: string, who: Name = 'both-editor') => readFields(here, id, fields, who);
  const pathOf = async (over: object, who: Name = 'both-editor') =>
    (await tryCreatePlan(here, who, over)).data.createPlan.problems[0]?.path;
  const titles = (...locales: string[]) => locales.map((locale) => ({ locale, text: `Title ${locale}` }));

  describe('A template', () => {
    test('is listed with its languages, and says where it comes from', async () => {
      const { data } = await here.ask(
        'observer',
        '{ planTemplates { id title(locale: "fr") { text locale } locales activitiesTotal provenance sourceUrl } }',
      );
      expect(data.planTemplates).toEqual([
        {
          id: 'template:annual',
          title: { text: expect.stringContaining("un objectif par groupe d'experts"), locale: 'fr' },
          locales: ['en', 'es', 'fr', 'pt'],
          activitiesTotal: 10,
          provenance: 'SAMPLE',
          sourceUrl: null,
        },
        expect.objectContaining({ id: 'template:country-review', activitiesTotal: 3 }),
      ]);
    });

    test.each(readTemplates().map((template) => [template.id, template] as const))(
      '%s has every text in each of its languages, its own references, and names nobody',
      (_, template) => {
        const locales = Object.keys(template.title).sort();
        const texts: string[][] = [];
        const walk = (value: unknown): void => {
          if (typeof value !== 'object' || value === null) return;
          const keys = Object.keys(value);
          if (keys.length > 0 && keys.every((key) => /^[a-z]{2}$/.test(key))) texts.push(keys.sort());
          else for (const inner of Object.values(value)) walk(inner);
        };
        walk(template);
        expect(texts.length).toBeGreaterThan(10);
        for (const given of texts) expect(given).toEqual(locales);
        const period = { periodStart: '2027-01-31', periodEnd: '2028-01-30', sourceLocale: 'es' };
        const title = Object.fromEntries(locales.map((locale) => [locale, locale]));
        const tree = readPlan(buildPlanDocument({ title, ...period, ...fromTemplate(template, period) }, 16_777_217));
        const activities = tree.objectives.flatMap(({ outcomes }) => outcomes.flatMap((outcome) => outcome.activities));
        const keys = activities.map(({ key }) => key);
        for (const activity of activities) {
          expect(keys).toEqual(expect.arrayContaining(activity.dependsOn));
          expect([activity.responsible, activity.countries, activity.partners]).toEqual([null, [], []]);
          expect(activity.startsOn! >= period.periodStart && activity.endsOn! <= period.periodEnd).toBe(true);
          expect(activity.startsOn! < activity.endsOn!).toBe(true);
          for (const { dueOn } of activity.milestones) {
            expect(dueOn! > activity.startsOn! && dueOn! <= activity.endsOn!).toBe(true);
          }
        }
        expect(tree.unreachable).toEqual([]);
      },
    );

    test('counts months from the first day of the period, to the last of a short month, and leaves out what lies after its end', () => {
      const template = readTemplates().find(({ id }) => id === 'template:annual')!;
      const dates = (periodStart: string, periodEnd: string) =>
        fromTemplate(template, { periodStart, periodEnd, sourceLocale: 'en' })
          .objectives.flatMap(({ outcomes }) => outcomes.flatMap(({ activities }) => activities))
          .map(({ code, startsOn, endsOn, milestones }) => [code, startsOn, endsOn, milestones?.[0]?.dueOn]);
      const whole = dates('2027-01-01', '2027-12-31');
      expect(whole[0]).toEqual(['1.1.1', '2027-01-01', '2027-12-31', '2027-03-31']);
      expect(whole[1]).toEqual(['1.1.2', '2027-04-01', '2027-09-30', '2027-06-30']);
      const half = dates('2027-08-31', '2028-02-15');
      expect(half[0]).toEqual(['1.1.1', '2027-08-31', '2028-02-15', '2027-11-29']);
      expect(half[1]).toEqual(['1.1.2', '2027-11-30', '2028-02-15', '2028-02-15']);
      expect(half.at(-2)).toEqual(['5.1.1', '2027-08-31', '2028-02-15', '2028-02-15']);
      expect(half.find(([code]) => code === '4.1.2')).toEqual(['4.1.2', undefined, undefined, undefined]);
    });

    test('fills a new plan in its languages, which is edited like any other', async () => {
      const id = await createPlan(here, 'both-editor', {
        templateId: 'template:annual',
        title: titles('fr', 'en', 'de'),
        sourceLocale: 'fr',
        expertGroups: [{ thematicArea: 'FIREARMS', bodyId: 'body:am-3' }],
      });
      const plan = await read(
        id,
        `locales status provenance preamble { text locale } progress { activitiesTotal milestonesTotal completed } objectives { id title(locale: "de") { text locale }
        thematicArea outcomes { activities { id status title(locale: "en") { text } budget { label amount } expertGroup { id } startsOn } } }`,
      );
      expect(plan).toMatchObject({
        locales: ['de', 'en', 'fr'],
        status: 'DRAFT',
        provenance: 'USER',
        preamble: { locale: 'fr' },
        progress: { activitiesTotal: 10, completed: 0 },
      });
      expect(plan.objectives.map((objective: Payload) => objective.title.locale)).toEqual([
        'fr',
        'fr',
        'fr',
        'fr',
        'fr',
      ]);
      expect(plan.objectives[0].outcomes[0].activities[1]).toMatchObject({
        id: `${id}/a1.1.2`,
        status: 'PROPOSED',
        budget: [{ label: 'Traduction', amount: null }],
        startsOn: '2027-04-01',
      });
      expect(plan.objectives[3].outcomes[0].activities[0].expertGroup).toEqual({ id: 'body:am-3' });
      const copy = await Copy.join(here, 'africa-editor', id);
      expect(
        codeOf(await copy.push(copy.edit((it) => it.text('a1.1.2', 'title', 'de').insert(0, 'Beitrag')))),
      ).toBeUndefined();
      expect(await pathOf({ templateId: 'template:none' })).toEqual(['input', 'templateId']);
      expect(await pathOf({ templateId: 'template:annual', title: titles('de'), sourceLocale: 'de' })).toEqual([
        'input',
        'sourceLocale',
      ]);
      expect(await pathOf({ templateId: 'template:annual', copyOf: joint })).toEqual(['input', 'templateId']);
    });
  });

  describe('A copy', () => {
    test('of a document says the same, under the same keys, and holds nothing that was deleted, nor any history', () => {
      const source = buildPlanDocument(records.plans[0], 16_777_217);
      source.clientID = 16_777_218;
      const nodes = source.getMap<Y.Map<Y.Map<Y.XmlFragment | Y.Text>>>('nodes');
      const title = nodes.get('plan')!.get('title')!.get('en') as Y.Text;
      title.insert(0, 'Somebody’s name ');
      title.delete(0, 'Somebody’s name '.length);
      const fragment = nodes.get('a1.1.1')!.get('description')!.get('en') as Y.XmlFragment;
      ((fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 4, { link: { href: 'https://example.org' } });
      const heading = new Y.XmlElement('heading');
      heading.setAttribute('level', 2 as never);
      heading.insert(0, [new Y.XmlText('Head')]);
      fragment.insert(1, [heading]);
      Y.applyUpdate(source, deleteNode(source, 'a1.1.2', { by: 'seat:s01', at: '2027-01-01T00:00:00Z' }, 16_777_219));

      const copy = copyPlanDocument(source, 33_554_433, { locales: ['en', 'es'] });
      expect(canonicalPlan(readPlan(copy)).replaceAll('"dependsOn":["a1.1.2"],', '')).toBe(
        canonicalPlan(readPlan(source)).replaceAll('"dependsOn":["a1.1.2"],', ''),
      );
      expect([...Y.decodeStateVector(Y.encodeStateVector(copy)).keys()]).toEqual([33_554_433]);
      expect(copy.store.clients.get(33_554_433)!.every((struct) => struct instanceof Y.Item && !struct.deleted)).toBe(
        true,
      );
      const held = Buffer.from(Y.encodeStateAsUpdate(copy)).toString('utf8');
      for (const gone of ['Somebody', 'seat:s01', 'a1.1.2']) expect(held).not.toContain(gone);
      for (const [, node] of copy.getMap<Y.Map<unknown>>('nodes')) expect(isPosition(node.get('pos'))).toBe(true);

      const other = copyPlanDocument(source, 33_554_434, {
        locales: ['es', 'fr'],
        title: { es: 'Otro', fr: 'Autre' },
        periodEnd: '2030-12-31',
      });
      expect(readPlan(other)).toMatchObject({
        locales: ['es', 'fr'],
        title: [
          { locale: 'es', text: 'Otro' },
          { locale: 'fr', text: 'Autre' },
        ],
        periodStart: '2027-01-01',
        periodEnd: '2030-12-31',
      });
      // in a language that the source has not, each text is there to be typed into, together
      const texts = (other.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('a1.1.1') as Y.Map<Y.Map<unknown>>).get(
        'description',
      )!;
      expect((texts.get('fr') as Y.XmlFragment).toString()).toBe('<paragraph></paragraph>');
    });

    test('of a plan takes its structure and text, not its statuses, and owners as far as they are its own', async () => {
      const mutate = (name: string, input: object) =>
        here.ask(
          'americas-coordinator',
          `mutation ($input: ActivityStatusInput!) { ${name}(input: $input) { problems { __typename } } }`,
          { input },
        );
      await mutate('setActivityStatus', {
        clientMutationId: 'copy-1',
        activityId: `${joint}/a1.1.1`,
        expectedVersion: 1,
        status: 'IN_PROGRESS',
      });
      await world.db.query(
        `INSERT INTO working_plans.objective_networks VALUES ($1, 'o1', ARRAY['net:africa']), ($1, 'o2', ARRAY[$2])`,
        [joint, am],
      );
      const id = await createPlan(here, 'both-editor', {
        copyOf: joint,
        title: titles('en', 'es'),
        periodStart: '2029-01-01',
        periodEnd: '2030-12-31',
      });
      const fields = `title(locale: "en") { text } periodStart status amends { id } progress { activitiesTotal completed milestonesReached }
      objectives { code title(locale: "es") { text } networks { id } outcomes { activities { code status version description(locale: "es") { text } startsOn
        milestones { status } budget { label amount } risks { mitigation(locale: "es") { text } } expertGroup { id } } } }`;
      const [source, copy] = [await read(joint, fields), await read(id, fields)];
      expect(copy).toMatchObject({
        title: { text: 'Title en' },
        periodStart: '2029-01-01',
        status: 'DRAFT',
        amends: null,
      });
      const activities = (plan: Payload) =>
        plan.objectives.flatMap((o: Payload) => o.outcomes.flatMap((it: Payload) => it.activities));
      const text = ({ status: _status, version: _version, milestones, ...rest }: Payload) => ({
        ...rest,
        milestones: milestones.length,
      });
      expect(activities(copy).map(text)).toEqual(activities(source).map(text));
      expect(new Set(activities(copy).map((activity: Payload) => activity.status))).toEqual(new Set(['PROPOSED']));
      expect(activities(source)[0].status).toBe('IN_PROGRESS');
      expect(copy.objectives.map((objective: Payload) => objective.networks)).toEqual(
        source.objectives.map((objective: Payload) => objective.networks),
      );

      // one network's own copy: what belongs to the other is its own there
      const own = await createPlan(here, 'americas-editor', {
        networkIds: [am],
        copyOf: joint,
        title: titles('en'),
        sourceLocale: 'en',
      });
      expect((await read(own, fields)).objectives.map((objective: Payload) => objective.networks)).toEqual([
        [{ id: am }],
        [{ id: am }],
      ]);
      const mine = await Copy.join(here, 'americas-editor', own);
      expect(codeOf(await mine.push(mine.type('Ours: ', 'a1.1.1')))).toBeUndefined();
      const { data } = await here.ask('both-editor', `{ workingPlan(id: "${own}") { document { update } } }`);
      const opened = new Y.Doc();
      Y.applyUpdateV2(opened, bytes(data.workingPlan.document.update));
      expect(Y.encodeStateVector(opened).length).toBeLessThan(20);
    });

    test('is of a plan that is open to who makes it, in a language it has', async () => {
      const secret = await createPlan(here, 'americas-editor', { networkIds: [am] });
      const to = { networkIds: ['net:africa'], title: titles('es'), sourceLocale: 'es' };
      const refused = ['input', 'copyOf'];
      for (const copyOf of [secret, 'plan:none', `${joint}/o1`, 'a\u0000b']) {
        expect([copyOf, await pathOf({ ...to, copyOf }, 'africa-editor')]).toEqual([copyOf, refused]);
      }
      // published to all, it may be read from outside, and not opened
      await world.db.query(`UPDATE working_plans.plan SET status = 'ADOPTED', visibility = 'PUBLIC' WHERE id = $1`, [
        secret,
      ]);
      expect(await pathOf({ ...to, copyOf: secret }, 'africa-editor')).toEqual(refused);
      expect(await pathOf({ copyOf: secret, title: titles('fr'), sourceLocale: 'fr' })).toEqual([
        'input',
        'sourceLocale',
      ]);
      expect(await pathOf({ copyOf: secret })).toBeUndefined();
    });
  });

  describe('A shipped plan past its draft', () => {
    test.each([
      ['UNDER_REVIEW', 'SUBMITTED'],
      ['ARCHIVED', 'ADOPTED'],
    ] as const)('%s comes with the version it says', async (status, kind) => {
      const database = await freshDatabase();
      const running = await start({
        database: { url: database.url, secret, hints: createProcessHints() },
        secret,
        cursorSecret,
        region: 'americas',
        regionNumber: 1,
        log: createLog('test', 'error'),
        load: {
          system: createSystemActor(),
          records: { plans: [{ ...records.plans[0], status }] },
          refuseSamples: false,
        },
      });
      const db = new pg.Client(database.url);
      await db.connect();
      const { rows } = await db.query(
        'SELECT number, kind, seq::int, content, content_hash, created_by, contributors FROM working_plans.plan_version',
      );
      await db.end();
      await running.stop();
      await database.drop();
      const content = canonicalPlan(readPlan(buildPlanDocument(records.plans[0], 16_777_217)));
      const whole = {
        number: 1,
        seq: 1,
        content,
        content_hash: contentHash(content),
        created_by: null,
        contributors: [],
      };
      expect(rows).toEqual([{ ...whole, kind }]);
    });
  });
});
