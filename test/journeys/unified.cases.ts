import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { unified } from './operations.ts';

describe('unified', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const ask = async (persona: string, slug: string): Promise<Answer> =>
    (await world.people.as(persona)).ask(unified, { slug });

  describe('one query over all four subgraphs', () => {
    test('NET4U Americas: 2022, eight countries, five expert groups, the joint plan and the joint meeting', async () => {
      const { data, errors } = await ask('americas-editor', 'net4u-americas');
      expect(errors).toBeUndefined();
      const { network } = data;
      expect(network).toMatchObject({
        id: 'net:americas',
        name: { text: 'NET4U Americas' },
        foundedOn: '2022',
        foundedPrecision: 'YEAR',
      });
      expect(network.countries.map((country: { code: string }) => country.code)).toEqual([
        'AR',
        'BR',
        'CO',
        'CR',
        'EC',
        'HN',
        'MX',
        'PE',
      ]);
      expect(network.countries[1]).toEqual({ code: 'BR', name: { text: 'Brasil' } });
      expect(network.bodies.map((body: { kind: string }) => body.kind)).toEqual(Array(5).fill('EXPERT_GROUP'));
      expect(new Set(network.bodies.map((body: { thematicArea: string }) => body.thematicArea))).toEqual(
        new Set(['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS', 'FIREARMS', 'GENERAL_UNTOC', 'EMERGING_CRIMES']),
      );
      expect(network.memberships.totalCount).toBe(7);
      expect(network.memberships.edges).toContainEqual({
        node: { status: 'ACTIVE', organisation: { name: 'Auditoria DC', stakeholderType: null, country: null } },
      });

      const [plan] = network.workingPlans;
      expect(plan).toMatchObject({
        id: 'plan:joint-2027',
        status: 'DRAFT',
        title: { text: 'Joint working plan of the two networks, 2027–2028 (sample)' },
        networks: expect.arrayContaining([{ slug: 'net4u-americas' }, { slug: 'net4u-africa' }]),
      });
      const activities = plan.objectives.flatMap((objective: Any) =>
        objective.outcomes.flatMap((outcome: Any) => outcome.activities),
      );
      expect(activities.map((activity: Any) => activity.code)).toEqual([
        '1.1.1',
        '1.1.2',
        '1.1.3',
        '1.1.4',
        '1.1.5',
        '2.1.1',
        '2.1.2',
        '2.1.3',
        '2.1.4',
        '2.1.5',
      ]);
      expect(activities[0]).toMatchObject({
        title: { text: 'Mantener un mapa compartido de la etapa de examen de cada país' },
        status: 'PLANNED',
        responsible: { name: 'Organización de muestra CR-1' },
        countries: [{ code: 'CR' }, { code: 'UG' }],
        milestones: [
          { title: { text: 'First complete map' }, dueOn: '2027-03-31', status: 'PENDING' },
          { dueOn: '2027-12-15' },
        ],
        threads: [{ title: { text: 'Which countries still lack a checked review stage? (sample)' } }],
      });

      const threads = network.threads.edges.map(({ node }: Any) => node);
      expect(threads).toHaveLength(2);
      const author = { displayName: expect.any(String), organisation: { name: 'Organización de muestra CR-1' } };
      expect(threads.flatMap((thread: Any) => thread.posts.edges.map((edge: Any) => edge.node))).toContainEqual(
        expect.objectContaining({ author }),
      );
      const joint = network.meetings.find((meeting: Any) => meeting.kind === 'JOINT_CROSS_REGION');
      expect(joint.startsAt.slice(0, 10)).toBe('2023-12-08');
      expect(joint.attendance).toContainEqual({ organisation: { name: 'Sample Organisation UG-1' }, rsvp: 'ATTENDED' });
    });

    test('NET4U Africa: June 2023, eight countries stated and one known, a Steering Committee', async () => {
      const { data, errors } = await ask('africa-editor', 'net4u-africa');
      expect(errors).toBeUndefined();
      const { network } = data;
      expect(network).toMatchObject({ foundedOn: '2023-06', foundedPrecision: 'MONTH', countries: [{ code: 'UG' }] });
      expect(network.bodies).toEqual([
        expect.objectContaining({
          kind: 'STEERING_COMMITTEE',
          seats: [expect.objectContaining({ organisation: { name: 'Sample Organisation Africa-1' } })],
        }),
      ]);
      expect(network.memberships.edges.map(({ node }: Any) => node.organisation.name)).toContain(
        'Uganda Youth Development Link',
      );
      expect(network.workingPlans).toHaveLength(1);
      const { data: stated } = await (await world.people.as('africa-editor')).ask(
        '{ network(slug: "net4u-africa") { countryCountStated provenance sourceUrl status } networks { slug status } }',
      );
      expect(stated.network).toMatchObject({
        countryCountStated: 8,
        provenance: 'SOURCED',
        sourceUrl: expect.stringContaining('unodc.org'),
      });
      expect(stated.networks).toContainEqual({ slug: 'net4u-asia', status: 'FORMING' });
    });

    test.each(['americas-editor', 'africa-editor', 'partner', 'observer', 'un-liaison', 'operator'])(
      '%s gets no error for either network',
      async (persona) => {
        for (const slug of ['net4u-americas', 'net4u-africa']) {
          const { data, errors } = await ask(persona, slug);
          expect(errors).toBeUndefined();
          expect(data.network.memberships.totalCount).toBeGreaterThan(0);
        }
      },
    );

    test('a partner and an observer see the floor and what is open to them, no draft plan and no members’ thread', async () => {
      const partner = (await ask('partner', 'net4u-africa')).data.network;
      expect(partner.workingPlans).toEqual([]);
      expect(partner.threads.edges.map(({ node }: Any) => node.title.text)).toEqual([
        'Calendar of public events (sample)',
      ]);
      const observer = (await ask('observer', 'net4u-africa')).data.network;
      expect(observer.workingPlans).toEqual([]);
      expect(observer.threads.edges).toEqual([]);
      expect(observer.memberships.edges[0].node.organisation.name).toEqual(expect.any(String));
    });

    test('an unknown network is null, not an error', async () => {
      expect(await ask('americas-editor', 'net4u-nowhere')).toEqual({ data: { network: null } });
    });
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
  type Any = any;
});
