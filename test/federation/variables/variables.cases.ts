import { expect, test } from '@jest/globals';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { expectAnswer, runSituation } from '../run.ts';

/** Says what it got, as JSON. */
const echo = (_: unknown, args: unknown) => JSON.stringify(args);
const big = '9007199254740993'; // 2^53 + 1
const Big = new GraphQLScalarType({
  name: 'Big',
  parseValue: (value) => `value ${value}`,
  parseLiteral: (node: ValueNode) =>
    `literal ${node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : node.kind}`,
});
const known = async (key: { id: string }) => key;

const input = '{ echo: object(by: { name: $name, list: [$n, 3], nested: { flag: $flag } }) }';

runSituation(
  'variables',
  {
    a: {
      sdl: `scalar JSON scalar Big enum Colour { RED GREEN }
        input Filter { name: String list: [Int] nested: Filter flag: Boolean = true colours: [Colour!] any: JSON must: Int! = 7 }
        type Query {
          number(n: Int = 2): String list(l: [Int!]): String lists(l: [[Int]]): String id(id: ID!): String float(f: Float): String
          colour(c: Colour): String object(by: Filter): String objects(by: [Filter!]): String json(j: JSON): String big(b: Big): String text(t: String!): String
          item: Item
        }
        type Item @key(fields: "id") { id: ID! note(n: Int = 2): String }`,
      resolvers: {
        Big,
        Query: {
          ...Object.fromEntries(
            ['number', 'list', 'lists', 'id', 'float', 'colour', 'object', 'objects', 'json', 'big', 'text'].map(
              (name) => [name, echo],
            ),
          ),
          item: () => ({ id: '1' }),
        },
        Item: { __resolveReference: known, note: echo },
      },
    },
    b: {
      sdl: `input Range { low: Int = 0 high: Int }
        type Item @key(fields: "id") { id: ID! price(in: String = "EUR", range: Range, list: [ID!]): String }`,
      resolvers: { Item: { __resolveReference: known, price: echo } },
    },
  },
  [
    {
      name: 'one without a value stays away, and the argument’s default holds',
      query: 'query ($n: Int) { number(n: $n) item { price(in: "USD", range: { high: $n }) } }',
      data: { number: '{"n":2}', item: { price: '{"in":"USD","range":{"low":0}}' } },
      sent: { a: [{}], b: [{ representations: [{ __typename: 'Item', id: '1' }] }] },
    },
    {
      name: 'null is a value',
      query: 'query ($n: Int, $in: String) { number(n: $n) item { price(in: $in) } }',
      variables: { n: null, in: null },
      data: { number: '{"n":null}', item: { price: '{"in":null}' } },
    },
    {
      name: 'the operation’s default, and a value in its place',
      query: 'query ($n: Int = 5, $in: String = "CHF") { number(n: $n) item { price(in: $in) } }',
      variables: { in: 'JPY' },
      data: { number: '{"n":5}', item: { price: '{"in":"JPY"}' } },
    },
    {
      name: 'null in place of a default',
      query: 'query ($n: Int = 5) { number(n: $n) }',
      variables: { n: null },
      data: { number: '{"n":null}' },
    },
    {
      name: 'lists, lists of lists, and one value for a list',
      query: 'query ($l: [Int!], $ll: [[Int]], $one: [Int!]) { list(l: $l) lists(l: $ll) one: list(l: $one) }',
      variables: { l: [1, 2], ll: [[1, null], null, []], one: 4 },
      data: { list: '{"l":[1,2]}', lists: '{"l":[[1,null],null,[]]}', one: '{"l":[4]}' },
    },
    {
      name: 'enums, identifiers, floats',
      query:
        'query ($c: Colour, $id: ID!, $f: Float, $t: String!) { colour(c: $c) id(id: $id) float(f: $f) text(t: $t) }',
      variables: { c: 'GREEN', id: 12, f: 3, t: 'a "quoted"\n\u2028 line \u{1F600}' },
      data: {
        colour: '{"c":"GREEN"}',
        id: '{"id":"12"}',
        float: '{"f":3}',
        text: JSON.stringify({ t: 'a "quoted"\n\u2028 line \u{1F600}' }),
      },
    },
    {
      name: 'input objects, with the defaults of their fields',
      query: 'query ($by: Filter, $all: [Filter!]) { object(by: $by) objects(by: $all) }',
      variables: { by: { name: null, nested: { list: [null], flag: false } }, all: [{ colours: ['RED'] }] },
      data: {
        object: '{"by":{"name":null,"nested":{"list":[null],"flag":false,"must":7},"flag":true,"must":7}}',
        objects: '{"by":[{"flag":true,"colours":["RED"],"must":7}]}',
      },
    },
    {
      name: 'variables within an input object that is written out',
      query: `query ($name: String, $n: Int, $flag: Boolean) ${input}`,
      variables: { name: 'x', n: 1, flag: null },
      data: { echo: '{"by":{"name":"x","list":[1,3],"nested":{"flag":null,"must":7},"flag":true,"must":7}}' },
    },
    {
      name: 'and without values: left out of the object, null in a list',
      query: `query ($name: String, $n: Int, $flag: Boolean) ${input}`,
      data: { echo: '{"by":{"list":[null,3],"nested":{"flag":true,"must":7},"flag":true,"must":7}}' },
    },
    {
      name: 'JSON of any shape, as a variable and written out',
      query:
        'query ($j: JSON) { json(j: $j) again: json(j: { a: [1, { b: null }], c: "x", d: true }) by: object(by: { any: $j }) }',
      variables: { j: { a: [1, { b: null }], c: 1.5, text: '__proto__' } },
      data: {
        json: '{"j":{"a":[1,{"b":null}],"c":1.5,"text":"__proto__"}}',
        again: '{"j":{"a":[1,{"b":null}],"c":"x","d":true}}',
        by: '{"by":{"flag":true,"any":{"a":[1,{"b":null}],"c":1.5,"text":"__proto__"},"must":7}}',
      },
    },
    {
      name: 'an integer beyond 2^53, written out or as a text, arrives whole',
      query: `query ($b: Big) { big(b: ${big}) text: big(b: $b) }`,
      variables: { b: big },
      data: { big: `{"b":"literal ${big}"}`, text: `{"b":"value ${big}"}` },
    },
    {
      name: 'in a fetch of entities, objects and lists',
      query:
        'query ($r: Range, $low: Int, $l: [ID!]) { item { price(range: $r, list: $l) low: price(range: { low: $low }) } }',
      variables: { r: { high: 9 }, low: 4, l: ['a', 1] },
      data: {
        item: {
          price: '{"in":"EUR","range":{"low":0,"high":9},"list":["a","1"]}',
          low: '{"in":"EUR","range":{"low":4}}',
        },
      },
    },
    {
      name: 'one variable in two fetches',
      query: 'query ($in: String!, $n: Int) { text(t: $in) item { note(n: $n) price(in: $in) } }',
      variables: { in: 'X', n: 3 },
      data: { text: '{"t":"X"}', item: { note: '{"n":3}', price: '{"in":"X"}' } },
    },
    {
      name: 'called as the gateway calls its own',
      query: 'query ($representations: String, $r0: [ID!]) { item { price(in: $representations, list: $r0) } }',
      variables: { representations: 'mine', r0: ['1'] },
      data: { item: { price: '{"in":"mine","list":["1"]}' } },
    },
    {
      name: 'that nobody declared are not passed on',
      query: 'query ($n: Int) { number(n: $n) }',
      variables: { n: 1, more: 2 },
      data: { number: '{"n":1}' },
      sent: { a: [{ n: 1 }] },
    },
    {
      name: 'of a wrong type: nobody is asked',
      query: 'query ($n: Int, $c: Colour) { number(n: $n) colour(c: $c) }',
      variables: { n: 'one', c: 'BLUE' },
      data: undefined,
      errors: [
        ': BAD_USER_INPUT Variable "$c" got invalid value "BLUE"; Value "BLUE" does not exist in "Colour" enum.',
        ': BAD_USER_INPUT Variable "$n" got invalid value "one"; Int cannot represent non-integer value: "one"',
      ],
      sent: {},
    },
    {
      name: 'required and absent',
      query: 'query ($t: String!) { text(t: $t) }',
      data: undefined,
      errors: [': BAD_USER_INPUT Variable "$t" of required type "String!" was not provided.'],
    },
    {
      name: 'required and null, deep in an object',
      query: 'query ($by: Filter) { object(by: $by) }',
      variables: { by: { nested: { must: null } } },
      data: undefined,
      errors: [': BAD_USER_INPUT Variable "$by" got invalid value null at "by.nested.must"'],
    },
    {
      name: 'a field of an input object that does not exist',
      query: 'query ($by: Filter) { object(by: $by) }',
      variables: { by: { nam: 'x' } },
      data: undefined,
      errors: [
        ': BAD_USER_INPUT Variable "$by" got invalid value { nam: "x" }; Field "nam" is not defined by type "Filter".',
      ],
    },
  ],
  (world) => {
    test('variables that are no object are refused', async () => {
      const { status, body } = await world().post(
        { query: '{ number }', variables: '[1]' },
        { authorization: `Bearer ${world().ana.token}` },
      );
      expect(status).toBe(400);
      expect(body.data).toBeUndefined();
    });
    test('one named operation of several gets its own variables', async () => {
      const query = 'query A($n: Int) { number(n: $n) } query B($n: Int!) { item { note(n: $n) } }';
      expectAnswer(await world().ana.ask(query, { n: 8 }, 'B'), { data: { item: { note: '{"n":8}' } } });
      expectAnswer(await world().ana.ask(query, {}, 'A'), { data: { number: '{"n":2}' } });
    });
  },
);
