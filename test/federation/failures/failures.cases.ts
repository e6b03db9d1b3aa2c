import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { startClock } from '../../clock.ts';
import { expectAnswer, runSituation } from '../run.ts';

const query = '{ items { id name far { title } } other }';
const item = (id: string, more: object) => ({ id, ...more });
const away = (...fields: string[]) =>
  fields.map((field) => `${field}: SUBGRAPH_UNAVAILABLE Subgraph 'b' is unavailable.`);
const whole = { name: 'a name', far: { title: 'a title' } };
const data = (x: object, y = x) => ({ items: [item('x', x), null, item('y', y), item('x', x)], other: 1 });
const nothing = data({ name: null, far: null });
const places = [0, 2, 3];
const everywhere = (code: string) => places.flatMap((i) => [`items.${i}.far: ${code}`, `items.${i}.name: ${code}`]);

const reply =
  (status: number, body: string | object, type = 'application/json'): RequestListener =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': type })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const entities = (...list: unknown[]) => ({ _entities: list });
const full = { name: 'a name', far: { title: 'a title' } };

type Answered = [name: string, instead: RequestListener, data: unknown, errors: string[]];
const answers: Answered[] = [
  [
    '500 and a page',
    reply(500, '<html>', 'text/html'),
    nothing,
    everywhere("SUBGRAPH_UNAVAILABLE Subgraph 'b' is unavailable."),
  ],
  ['503 and nothing', reply(503, ''), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  ['JSON that breaks off', reply(200, '{"data":{"_entities":[{"na'), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  ['JSON that is not of GraphQL', reply(200, { hello: 1 }), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  ['a list of answers', reply(200, [{ data: null }]), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  ['data null, without errors', reply(200, { data: null }), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  ['no list of entities', reply(200, { data: {} }), nothing, everywhere('SUBGRAPH_UNAVAILABLE')],
  [
    'a text for a list of entities',
    reply(200, { data: { _entities: 'none' } }),
    nothing,
    everywhere('SUBGRAPH_UNAVAILABLE'),
  ],
  ['400 with data: what it says holds', reply(400, { data: entities(full, full) }), data(whole), []],
  [
    'an error without a path: at all that is missing',
    reply(200, { data: null, errors: [{ message: 'Not today.', extensions: { code: 'FORBIDDEN' } }] }),
    nothing,
    everywhere('FORBIDDEN Not today.'),
  ],
  [
    'an error without a path, and all the data: it is said once',
    reply(200, { data: entities(full, full), errors: [{ message: 'Slow.', extensions: { code: 'NOT_FOUND' } }] }),
    data(whole),
    ['items.0: NOT_FOUND Slow.'],
  ],
  [
    'an error at one entity: at all its places',
    reply(200, {
      data: entities(full, null),
      errors: [{ message: 'Not y.', path: ['_entities', 1], extensions: { code: 'FORBIDDEN' } }],
    }),
    data(whole, { name: null, far: null }),
    ['items.2.far: FORBIDDEN Not y.', 'items.2.name: FORBIDDEN Not y.'],
  ],
  [
    'an error in a field of one entity: at all its places',
    reply(200, {
      data: entities({ name: null, far: { title: 'a title' } }, full),
      errors: [{ message: 'No name.', path: ['_entities', 0, 'name'], extensions: { code: 'FORBIDDEN' } }],
    }),
    data({ name: null, far: whole.far }, whole),
    ['items.0.name: FORBIDDEN No name.', 'items.3.name: FORBIDDEN No name.'],
  ],
  [
    'an error below a field of one entity',
    reply(200, {
      data: entities(full, { name: 'a name', far: { title: null } }),
      errors: [{ message: 'No title.', path: ['_entities', 1, 'far', 'title'], extensions: { code: 'FORBIDDEN' } }],
    }),
    data(whole, { name: 'a name', far: { title: null } }),
    ['items.2.far.title: FORBIDDEN No title.'],
  ],
  [
    'an error at an entity that was not asked for: it is not lost',
    reply(200, {
      data: entities(full, full),
      errors: [{ message: 'Odd.', path: ['_entities', 7, 'name'], extensions: { code: 'FORBIDDEN' } }],
    }),
    data(whole),
    ['items.0: FORBIDDEN Odd.'],
  ],
  [
    'an error at a field that was not asked for: at its entity',
    reply(200, {
      data: entities(full, full),
      errors: [{ message: 'Odd.', path: ['_entities', 1, 'secret', 3], extensions: { code: 'FORBIDDEN' } }],
    }),
    data(whole),
    ['items.2: FORBIDDEN Odd.'],
  ],
  [
    'an error whose path is elsewhere: it is not lost',
    reply(200, {
      data: entities(full, full),
      errors: [{ message: 'Odd.', path: ['elsewhere'], extensions: { code: 'FORBIDDEN' } }],
    }),
    data(whole),
    ['items.0: FORBIDDEN Odd.'],
  ],
  [
    'a code that is not ours, and a message that says too much',
    reply(200, {
      data: null,
      errors: [{ message: 'SELECT * FROM x', extensions: { code: 'ER_BAD_FIELD', host: '10.0.0.7' } }],
    }),
    nothing,
    everywhere('INTERNAL Something went wrong on our side.'),
  ],
  [
    'fewer entities than were asked for',
    reply(200, { data: entities(full) }),
    data(whole, { name: null, far: null }),
    [],
  ],
  ['more entities than were asked for', reply(200, { data: entities(full, full, full) }), data(whole), []],
];

runSituation(
  'a subgraph that fails',
  {
    a: {
      sdl: 'type Query { items: [Item] other: Int } type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { items: () => [{ id: 'x' }, null, { id: 'y' }, { id: 'x' }], other: () => 1 } },
    },
    b: {
      sdl: 'type Query { alone: Int! maybe: Int } type Item @key(fields: "id") { id: ID! name: String far: Far } type Far { title: String }',
      resolvers: {
        Query: { alone: () => 1, maybe: () => 1 },
        Item: { __resolveReference: async (key: object) => ({ ...key, ...whole }) },
      },
    },
  },
  [{ name: 'and does not, at first', query, data: data(whole) }],
  (world) => {
    const b = () => world().at.b as NonNullable<ReturnType<typeof world>['at'][string]>;
    afterEach(async () => {
      b().instead = undefined;
      // Successes between, or the gateway would stop asking it.
      await Promise.all(Array.from({ length: 3 }, () => world().ana.ask('{ maybe }')));
    });

    test.each(answers)('%s', async (_name, instead, expected, errors) => {
      b().instead = instead;
      const answer = await world().ana.ask(query);
      expectAnswer(answer, { data: expected, errors });
      expect(JSON.stringify(answer)).not.toMatch(/SELECT|html|10\.0\.0|127\.0/);
    });

    test('what extensions of an error reach the client: the code, its details, the subgraph; no trace of the stack', async () => {
      const extensions = { code: 'EPOCH_CHANGED', epoch: 4, stacktrace: ['at x'], exception: { stacktrace: ['at y'] } };
      b().instead = reply(200, {
        data: { maybe: null },
        errors: [{ message: 'New epoch.', path: ['maybe'], locations: [{ line: 1, column: 2 }], extensions }],
        extensions: { trace: 'secret' },
      });
      const answer = await world().ana.ask('{ maybe }');
      expect(answer).toEqual({
        data: { maybe: null },
        errors: [
          { message: 'New epoch.', path: ['maybe'], extensions: { code: 'EPOCH_CHANGED', epoch: 4, service: 'b' } },
        ],
      });
    });

    test('of an error that is not the client’s only a correlation id is told, and the cause is logged under it', async () => {
      b().instead = reply(200, { data: { maybe: null }, errors: [{ message: 'disk full on db-7', path: ['maybe'] }] });
      const { errors } = await world().ana.ask('{ maybe }');
      const [{ extensions } = { extensions: {} }] = errors ?? [];
      expect(extensions).toEqual({ code: 'INTERNAL', correlationId: expect.any(String) });
      const logged = world().logged.find((line) => line.includes(extensions.correlationId));
      expect(logged).toContain('disk full on db-7');
    });

    test('a field that may not be null takes the answer with it, with one error', async () => {
      b().instead = reply(500, '');
      expectAnswer(await world().ana.ask('{ alone other }'), {
        data: null,
        errors: ['alone: SUBGRAPH_UNAVAILABLE'],
      });
    });

    test('the connection breaks in the middle of the answer', async () => {
      b().instead = (_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"data":');
        setImmediate(() => response.destroy());
      };
      expectAnswer(await world().ana.ask('{ other maybe }'), {
        data: { other: 1, maybe: null },
        errors: away('maybe'),
      });
    });

    test('it says nothing for 10 s: the rest is answered', async () => {
      b().instead = () => {};
      const at = Date.now();
      const passed = startClock();
      expectAnswer(await world().ana.ask('{ other maybe }'), {
        data: { other: 1, maybe: null },
        errors: away('maybe'),
      });
      expect(Date.now() - at).toBeGreaterThan(9_000);
      expect(passed()).toBeLessThan(13_000);
    });

    test('it is down: the rest is answered', async () => {
      await b().stop();
      expectAnswer(await world().ana.ask(query), {
        data: nothing,
        errors: everywhere("SUBGRAPH_UNAVAILABLE Subgraph 'b' is unavailable."),
      });
      expectAnswer(await world().ana.ask('{ other maybe }'), {
        data: { other: 1, maybe: null },
        errors: away('maybe'),
      });
    });
  },
);
