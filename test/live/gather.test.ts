import { expect, test } from '@jest/globals';
import type { SubgraphRequest } from '../../gateway/execute/index.ts';
import { gather } from '../../gateway/live/gather.ts';
import type { GatewayContext } from '../../gateway/wire/wire.ts';
import { gatewayActor } from '../../kit/context.ts';

const ana: GatewayContext = { actor: { ...gatewayActor, subject: 'ana' }, requestId: '1' };
const ben: GatewayContext = { actor: { ...gatewayActor, subject: 'ben' }, requestId: '2' };
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function start() {
  const sent: SubgraphRequest[] = [];
  const ask = gather(async (request) => {
    sent.push(request);
    return { data: { n: sent.length } };
  });
  const seat = (id: string, context = ana, more: Partial<SubgraphRequest> = {}) =>
    ask({ subgraph: 'members', query: '{ seat }', variables: { id }, operationKind: 'query', ...more }, context);
  return { sent, seat };
}

test('what is asked alike in one turn is asked once, after the last who asks; who joins into the answer knows that others have it too', async () => {
  const { sent, seat } = start();
  const answers = [seat('s1'), seat('s1'), seat('s1', { ...ana, requestId: '3' })];
  await Promise.resolve();
  expect(sent).toEqual([]);
  expect(await Promise.all(answers)).toEqual(Array(3).fill({ data: { n: 1 }, shared: true }));
  expect(sent).toHaveLength(1);
});

test('one that nobody shares is not marked, and has no use for a copy', async () => {
  expect(await start().seat('s1')).toEqual({ data: { n: 1 } });
});

test('other actors, variables, texts and subgraphs are asked apart, and so is a later turn', async () => {
  const { sent, seat } = start();
  const apart = [seat('s1'), seat('s1', ben), seat('s2'), seat('s1', ana, { query: '{ other }' })];
  apart.push(seat('s1', ana, { subgraph: 'networks' }));
  await nextTurn();
  apart.push(seat('s1'));
  const answers = await Promise.all(apart);
  expect(sent).toHaveLength(6);
  expect(answers.every(({ shared }) => shared === undefined)).toBe(true);
});

test('a failure is that of all who share it; one who leaves calls nothing off for the others', async () => {
  const leaving = new AbortController();
  const signals: unknown[] = [];
  const ask = gather(async ({ signal }) => {
    signals.push(signal);
    throw new Error('down');
  });
  const request = { subgraph: 'members', query: '{ seat }', operationKind: 'query' as const };
  const both = [ask({ ...request, signal: leaving.signal }, ana), ask(request, ana)];
  leaving.abort();
  expect(await Promise.allSettled(both)).toEqual(Array(2).fill({ status: 'rejected', reason: new Error('down') }));
  expect(signals).toEqual([undefined]);
});

test('a mutation is nobody else’s', async () => {
  const { sent, seat } = start();
  await Promise.all([seat('s1', ana, { operationKind: 'mutation' }), seat('s1', ana, { operationKind: 'mutation' })]);
  expect(sent).toHaveLength(2);
});
