import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Actor, gatewayActor } from '../kit/context.ts';
import { start } from '../subgraphs/networks/server.ts';
import { freshDatabase } from './database.ts';
import {
  codesOf,
  coordinator,
  type NetworksWorld,
  observer,
  operator,
  partner,
  representative,
  seat,
  startNetworks,
} from './networks.ts';

describe('networks', () => {
  let world: NetworksWorld;
  beforeAll(async () => {
    world = await startNetworks();
  });
  afterAll(() => world?.stop());

  describe('facts', () => {
    const document = `query ($slug: String!) { network(slug: $slug) {
    id slug name(locale: "es") { locale text } region status foundedOn foundedPrecision countryCountStated homeRegion timeZone workingLanguages
    countries { code name(locale: "es") { locale text } } mission { text } objectives { text }
    bodies { id kind thematicArea name(locale: "en") { text } provenance } provenance sourceUrl version } }`;

    test('NET4U Americas: 2022, eight countries, five expert groups and no committee', async () => {
      const { network } = await world.get(representative, document, { slug: 'net4u-americas' });
      expect(network).toMatchObject({
        id: 'net:americas',
        name: { locale: 'es', text: 'NET4U Américas' },
        status: 'ACTIVE',
        foundedOn: '2022',
        foundedPrecision: 'YEAR',
        countryCountStated: null,
        mission: null,
        objectives: [],
        provenance: 'SOURCED',
        version: 1,
      });
      expect(network.sourceUrl).toMatch(/^https:\/\/www\.unodc\.org\//);
      const names = network.countries.map((country: { code: string; name: { text: string } }) => [
        country.code,
        country.name.text,
      ]);
      expect(names).toEqual([
        ['AR', 'Argentina'],
        ['BR', 'Brasil'],
        ['CO', 'Colombia'],
        ['CR', 'Costa Rica'],
        ['EC', 'Ecuador'],
        ['HN', 'Honduras'],
        ['MX', 'México'],
        ['PE', 'Perú'],
      ]);
      expect(
        network.bodies.map((body: { kind: string; thematicArea: string }) => [body.kind, body.thematicArea]),
      ).toEqual([
        ['EXPERT_GROUP', 'TRAFFICKING_IN_PERSONS'],
        ['EXPERT_GROUP', 'SMUGGLING_OF_MIGRANTS'],
        ['EXPERT_GROUP', 'FIREARMS'],
        ['EXPERT_GROUP', 'GENERAL_UNTOC'],
        ['EXPERT_GROUP', 'EMERGING_CRIMES'],
      ]);
    });

    test('NET4U Africa: June 2023, Uganda named of eight stated, a steering committee', async () => {
      const { network } = await world.get(representative, document, { slug: 'net4u-africa' });
      expect(network).toMatchObject({ foundedOn: '2023-06', foundedPrecision: 'MONTH', countryCountStated: 8 });
      expect(network.countries).toEqual([{ code: 'UG', name: { locale: 'es', text: 'Uganda' } }]);
      expect(network.bodies).toMatchObject([{ id: 'body:af-sc', kind: 'STEERING_COMMITTEE', thematicArea: null }]);
    });

    test('NET4U Asia: forming, and nothing else known', async () => {
      const { networks } = await world.get(
        observer,
        '{ networks(status: FORMING) { slug foundedOn foundedPrecision timeZone homeRegion countries { code } } }',
      );
      expect(networks).toEqual([
        {
          slug: 'net4u-asia',
          foundedOn: null,
          foundedPrecision: null,
          timeZone: null,
          homeRegion: null,
          countries: [],
        },
      ]);
      const all = await world.get(observer, '{ networks { slug } }');
      expect(all.networks.map(({ slug }: { slug: string }) => slug)).toEqual([
        'net4u-africa',
        'net4u-americas',
        'net4u-asia',
      ]);
    });

    test('countries are named in the locale asked for, else its language, else English; ZZ is the sample one; what is no country is its code', async () => {
      const name = async (code: string, locale: string | null) => {
        const query =
          'query ($r: [_Any!]!, $l: LocaleTag) { _entities(representations: $r) { ... on Country { name(locale: $l) { locale text } } } }';
        const { _entities } = await world.get(observer, query, { r: [{ __typename: 'Country', code }], l: locale });
        return _entities[0] && `${_entities[0].name.locale}: ${_entities[0].name.text}`;
      };
      expect(await name('BR', 'en')).toBe('en: Brazil');
      expect(await name('BR', 'pt-BR')).toBe('pt-BR: Brasil');
      expect(await name('BR', 'xx')).toBe('en: Brazil');
      expect(await name('BR', 'en-12')).toBe('en: Brazil');
      expect(await name('BR', null)).toBe('en: Brazil');
      expect(await name('ZZ', 'en')).toBe('en: Sample country');
      expect(await name('ZZ', 'es-CO')).toBe('es: País de muestra');
      expect(await name('QQ', 'en')).toBe('und: QQ');
      expect(await name('EU', 'en')).toBe('und: EU');
      expect(await name('../', 'en')).toBeNull();
    });

    test('a network is found by id, by slug, and by both only if they agree', async () => {
      const find = (args: string) => world.ask(observer, `{ network(${args}) { id } }`);
      expect((await find('id: "net:africa"')).data.network).toEqual({ id: 'net:africa' });
      expect((await find('id: "net:africa", slug: "net4u-africa"')).data.network).toEqual({ id: 'net:africa' });
      expect((await find('id: "net:africa", slug: "net4u-asia"')).data.network).toBeNull();
      expect((await find('id: "net:nowhere"')).data.network).toBeNull();
      expect(codesOf(await world.ask(observer, '{ network { id } }'))).toEqual(['BAD_USER_INPUT']);
    });
  });

  describe('references', () => {
    const ids = ['net:americas', 'net:africa', 'net:asia', 'net:americas', 'net:unknown'];

    test('any number of networks, by id or by slug, is one statement', async () => {
      const byId = await world.count(() =>
        world.entities(
          observer,
          ids.map((id) => ({ __typename: 'Network', id })),
          '... on Network { slug }',
        ),
      );
      expect(byId).toEqual({
        count: 1,
        result: {
          _entities: [
            { slug: 'net4u-americas' },
            { slug: 'net4u-africa' },
            { slug: 'net4u-asia' },
            { slug: 'net4u-americas' },
            null,
          ],
        },
      });
      const slugs = ['net4u-asia', 'net4u-africa'];
      const bySlug = await world.count(() =>
        world.entities(
          observer,
          slugs.map((slug) => ({ __typename: 'Network', slug })),
          '... on Network { id }',
        ),
      );
      expect(bySlug).toEqual({ count: 1, result: { _entities: [{ id: 'net:asia' }, { id: 'net:africa' }] } });
    });

    test('any number of bodies is one statement, their networks one more', async () => {
      const bodies = ['body:am-1', 'body:am-2', 'body:af-sc', 'body:unknown'].map((id) => ({ __typename: 'Body', id }));
      const { count, result } = await world.count(() => world.entities(observer, bodies, '... on Body { kind }'));
      expect(count).toBe(1);
      expect(result).toEqual({
        _entities: [{ kind: 'EXPERT_GROUP' }, { kind: 'EXPERT_GROUP' }, { kind: 'STEERING_COMMITTEE' }, null],
      });
      const deeper = await world.count(() =>
        world.entities(observer, bodies, '... on Body { kind network { slug bodies { id } } }'),
      );
      expect(deeper.count).toBe(3);
    });

    test('countries need no statement, and bodies of all networks one', async () => {
      const countries = ['AR', 'UG', 'ZZ'].map((code) => ({ __typename: 'Country', code }));
      expect(
        (await world.count(() => world.entities(observer, countries, '... on Country { name { text } }'))).count,
      ).toBe(0);
      const lists = await world.count(() =>
        world.get(observer, '{ networks { bodies { id } countries { name { text } } } }'),
      );
      expect(lists.count).toBe(2);
    });

    test('a partner is shown to itself, to who leads its networks, and to nobody else', async () => {
      const verdict = async (actor: Actor) => {
        const { _entities } = await world.entities(
          actor,
          [{ __typename: 'Partner', id: 'partner:sample' }],
          '... on Partner { name status networks { slug } }',
        );
        return _entities[0];
      };
      expect(await verdict(partner(['net:africa']))).toEqual({
        name: 'Sample Partner',
        status: 'ACTIVE',
        networks: [{ slug: 'net4u-americas' }, { slug: 'net4u-africa' }],
      });
      for (const actor of [coordinator, operator, seat('SAFETY_OFFICER', 'net:africa')])
        expect(await verdict(actor)).not.toBeNull();
      for (const actor of [representative, observer, gatewayActor, seat('COORDINATOR', 'net:asia')])
        expect(await verdict(actor)).toBeNull();
    });

    test('the gateway itself reads nothing but what is made for it', async () => {
      const nothing = await world.get(gatewayActor, '{ networks { id } network(id: "net:africa") { id } }');
      expect(nothing).toEqual({ networks: [], network: null });
      const two = [
        { __typename: 'Network', id: 'net:africa' },
        { __typename: 'Body', id: 'body:af-sc' },
      ];
      expect(await world.entities(gatewayActor, two, '__typename')).toEqual({ _entities: [null, null] });
      expect(codesOf(await world.ask(gatewayActor, '{ networkUpdates { edges { cursor } } }'))).toEqual(['FORBIDDEN']);
    });
  });

  describe('in production', () => {
    test('samples are not loaded, and their key is not let in', async () => {
      const { options } = world;
      const fresh = await freshDatabase();
      const info: unknown[] = [];
      const server = await start({
        ...options,
        database: { ...options.database, url: fresh.url },
        load: { ...options.load!, refuseSamples: true },
        log: { ...options.log, info: (...line) => void info.push(line) },
      });
      const client = new pg.Client(fresh.url);
      await client.connect();
      try {
        const { rows } = await client.query(
          `SELECT (SELECT count(*)::int FROM networks.network) AS networks, (SELECT count(*)::int FROM networks.body) AS bodies,
           (SELECT count(*)::int FROM networks.partner) AS partners, (SELECT count(*)::int FROM networks.partner_token) AS tokens`,
        );
        expect(rows).toEqual([{ networks: 3, bodies: 6, partners: 0, tokens: 0 }]);
        expect(info).toContainEqual(['shipped records loaded', { refusedSamples: 1 }]);
      } finally {
        await client.end();
        await server.stop();
        await server.stop();
        await fresh.drop();
      }
    });
  });
});
