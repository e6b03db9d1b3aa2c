import { describe, expect, test } from '@jest/globals';
import {
  clock,
  concluded,
  day,
  first,
  hashOf,
  inRound,
  opened,
  pass,
  question,
  refusal,
  rules,
  second,
  send,
  take,
} from './decisions.ts';
import { af, am, useSubgraph } from './subgraph.ts';

describe('decisions input', () => {
  useSubgraph(rules);

  const step = (decision: { id: string; version: number }, more: object = {}) => ({
    decisionId: decision.id,
    expectedVersion: decision.version,
    ...more,
  });
  const reason = 'Taken in the meeting';

  describe('rounds', () => {
    const start = (decision: { id: string; version: number }, more: object) =>
      send('americas-coordinator', 'startDecisionRound', step(decision, more));
    const lazy = { method: 'LAZY_CONSENSUS', quorum: null };
    const vote = { method: 'MAJORITY', quorum: 1 };
    const at = (ms: number) => new Date(clock.now.getTime() + ms).toISOString();

    test('shorter than five working days need a reason, which is shown', async () => {
      const decision = await opened(vote);
      expect((await start(decision, { closesAt: at(day) })).problems).toMatchObject([
        { path: ['input', 'shortReason'] },
      ]);
      expect((await start(decision, { closesAt: at(day), shortReason: ' ' })).problems).toMatchObject([
        { path: ['input', 'shortReason'] },
      ]);
      const started = (await start(decision, { closesAt: at(day), shortReason: reason })).decision;
      expect(started.rounds).toMatchObject([{ closesAt: at(day), shortReason: reason }]);
      pass(day);
      expect(
        await refusal('americas-rep', 'takePosition', {
          decisionId: decision.id,
          contentHash: first,
          position: 'YES',
        }),
      ).toMatchObject([{ path: ['input', 'decisionId'] }]);
      expect((await concluded(started)).status).toBe('NOT_ADOPTED');
    });

    test('in which silence is enough are not: one person alone would decide before anybody has looked', async () => {
      const decision = await opened(lazy);
      const { problems } = await start(decision, { closesAt: at(60_000), shortReason: reason });
      expect(problems).toMatchObject([{ path: ['input', 'closesAt'] }]);
      expect((await start(decision, {})).problems).toEqual([]);
    });

    test.each<[string, () => object, string]>([
      ['of no length', () => ({ closesAt: at(0), shortReason: reason }), 'closesAt'],
      ['in the past', () => ({ closesAt: at(-day), shortReason: reason }), 'closesAt'],
      ['of less than a minute', () => ({ closesAt: at(59_999), shortReason: reason }), 'closesAt'],
      ['of more than a year', () => ({ closesAt: at(367 * day) }), 'closesAt'],
      ['with a reason that is a book', () => ({ closesAt: at(day), shortReason: 'x'.repeat(1_001) }), 'shortReason'],
    ])('%s are refused', async (_what, more, field) => {
      expect((await start(await opened(vote), more())).problems).toMatchObject([{ path: ['input', field] }]);
    });

    test('may begin with a text that clarifying has changed', async () => {
      const started = await inRound({}, { contentHash: second });
      expect(started).toMatchObject({ contentHash: second, round: 1 });
    });
  });

  describe('what cannot be is refused with the path of the field', () => {
    test.each<[string, object, string[]]>([
      ['no network', { networkIds: [] }, ['networkIds']],
      ['SEAT_ONLY', { visibility: 'SEAT_ONLY' }, ['visibility']],
      ['GROUP without a body', { visibility: 'GROUP' }, ['bodyId']],
      ['a plan decided on by a body', { bodyId: 'body:am-5' }, ['bodyId']],
      ['a subject of no such type', { subject: { typename: 'Post', id: 'x' } }, ['subject', 'typename']],
      ['a subject named as a property', { subject: { typename: 'constructor', id: 'x' } }, ['subject', 'typename']],
      ['a decision on a decision', { subject: { typename: 'Decision', id: 'decision:x' } }, ['subject', 'typename']],
      ['a subject in another network', { subject: { typename: 'Network', id: af } }, ['subject', 'id']],
      ['an unknown meeting', { subject: { typename: 'Meeting', id: 'meet:none' } }, ['subject', 'id']],
      ['an id with a NUL', { subject: { typename: 'Activity', id: 'a\u0000' } }, ['subject', 'id']],
      ['no title', { title: [] }, ['title']],
      ['a blank title', { title: [{ locale: 'en', text: '\u0007 ' }] }, ['title']],
      ['a title of 301', { title: [{ locale: 'en', text: 'x'.repeat(301) }] }, ['title', '0', 'text']],
      ['a language twice', { title: ['en', 'en'].map((locale) => ({ locale, text: 'x' })) }, ['title', '1']],
      ['a hash in capitals', { contentHash: first.toUpperCase() }, ['contentHash']],
      ['half a hash', { contentHash: first.slice(32) }, ['contentHash']],
      ['a hash with a line after it', { contentHash: `${first}\n` }, ['contentHash']],
      ['no quorum', { quorum: null }, ['quorum']],
      ['a quorum of none', { quorum: 0 }, ['quorum']],
      ['a quorum of too many', { quorum: 1_001 }, ['quorum']],
      ['a quorum of silence', { method: 'LAZY_CONSENSUS' }, ['quorum']],
      ['an empty clientMutationId', { clientMutationId: '' }, ['clientMutationId']],
    ])('%s', async (_what, over, path) => {
      expect(await refusal('americas-coordinator', 'openDecision', question(over))).toEqual([
        { __typename: 'ValidationError', path: ['input', ...path] },
      ]);
    });

    test('a body of two networks', async () => {
      const over = { networkIds: [am, af], bodyId: 'body:am-5', subject: { typename: 'Body', id: 'body:am-5' } };
      expect(await refusal('joint', 'openDecision', question(over))).toMatchObject([{ path: ['input', 'networkIds'] }]);
    });

    test('steps that have their own mutation, and hashes and reasons of a position', async () => {
      const decision = await inRound();
      for (const to of ['ADOPTED', 'DRAFT', 'CONSENT_ROUND', 'EXPIRED', 'REACTIONS'])
        expect(await refusal('americas-coordinator', 'advanceDecision', step(decision, { to }))).toMatchObject([
          { path: ['input', 'to'] },
        ]);
      const position = { decisionId: decision.id, contentHash: hashOf('other'), position: 'CONSENT' };
      expect(await refusal('americas-rep', 'takePosition', position)).toMatchObject([{ __typename: 'ConflictError' }]);
      const book = { ...position, contentHash: first, reason: 'x'.repeat(2_001) };
      expect(await refusal('americas-rep', 'takePosition', book)).toMatchObject([{ path: ['input', 'reason'] }]);
      const kept = await take('americas-rep', decision, 'CONSENT', { reason: '<b>ñ</b>\u0000\r\nfin' });
      expect(kept.positions[0].reason).toBe('<b>ñ</b>\nfin');
    });
  });
});
