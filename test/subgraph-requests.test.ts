import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { assertionHeader, createAssertionSigner } from '../kit/assertion.ts';
import { createLog } from '../kit/log.ts';
import { createDocuments } from '../kit/operations.ts';
import { type RunningServer, serveSubgraph } from '../kit/server.ts';
import { actors, secret } from './working-plans/subgraph.ts';

const schema = buildSchema(
  'type Query { a: String b(x: Int): B } type B { a: String } type Mutation { m: String } type Subscription { s: String }',
);
const lines: string[] = [];
let server: RunningServer;
let token: string;
beforeAll(async () => {
  const log = createLog('test', 'debug', (line) => lines.push(line));
  server = await serveSubgraph({ name: 'x', schema, secret, log, createContext: (request) => request });
  token = await createAssertionSigner(secret).sign(actors.gateway, 'x');
});
afterAll(() => server.stop());

async function send(body: string | null, headers: object = {}, method = 'POST', search = '') {
  const response = await fetch(server.url + search, {
    method,
    headers: { 'content-type': 'application/json', [assertionHeader]: token, ...headers },
    ...(body !== null && { body }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data, code: errors?.[0]?.extensions.code };
}

test('a connection is kept for longer than clients do by themselves, and they are told', async () => {
  const { headers } = await fetch(new URL('/health', server.url));
  expect(headers.get('keep-alive')).toBe('timeout=75');
});

describe('what is no request is the sender’s fault, and no failure of ours', () => {
  test.each([
    '{}',
    '',
    'null',
    '7',
    '{"query":',
    '[{"query":"{a}"}]',
    '{"query":1}',
    '{"query":"{a}","variables":[]}',
    '{"query":"{a}","operationName":1}',
    '{"query":"{a}","extensions":7}',
  ])('%j', async (body) => {
    expect(await send(body)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
  test('content that is not JSON, an answer that is not, other methods', async () => {
    const query = '{"query":"{a}"}';
    expect(await send(query, { 'content-type': 'text/plain' })).toMatchObject({ status: 415, code: 'BAD_REQUEST' });
    expect(await send(query, { accept: 'text/html' })).toMatchObject({ status: 406, code: 'BAD_REQUEST' });
    expect(await send(query, {}, 'PUT')).toMatchObject({ status: 405, code: 'BAD_REQUEST' });
    expect(await send(null, {}, 'GET', '?query={a}')).toMatchObject({ status: 405, code: 'BAD_REQUEST' });
  });
  test('an operation that cannot be run', async () => {
    const ask = async (query: string, rest: object = {}) => (await send(JSON.stringify({ query, ...rest }))).code;
    expect(await ask('{')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await ask('{zz}')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await ask('query($x: Int!) { b(x: $x) { a } }', { variables: { x: 'y' } })).toBe('BAD_USER_INPUT');
    expect(await ask('query A { a } query B { a }')).toBe('OPERATION_RESOLUTION_FAILURE');
    expect(await ask('subscription { s }')).toBe('BAD_REQUEST');
    expect(await ask(`${'{b'.repeat(20_000)}${'}'.repeat(20_000)}`)).toBe('GRAPHQL_PARSE_FAILED');
  });
  test('nothing of it is logged as unexpected', () => {
    expect(lines.filter((line) => line.includes('unexpected'))).toEqual([]);
  });
});

test('documents that are all different are not kept beyond their bound', () => {
  const documents = createDocuments(schema, 1024 * 1024);
  const text = (n: number) => `{ ${Array.from({ length: 30 }, (_, i) => `x${n}_${i}: b(x: ${i}) { a }`).join(' ')} }`;
  const first = documents(text(0));
  expect(documents(text(0))).toBe(first);
  for (let n = 1; n < 20; n++) documents(text(n));
  // 20 documents of 330 tokens take 3 MB: the first of them has gone.
  expect(documents(text(0))).not.toBe(first);
});
