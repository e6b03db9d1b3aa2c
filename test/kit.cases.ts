import { describe, expect, test } from '@jest/globals';
import type { Actor } from '../kit/context.ts';
import { createCursors } from '../kit/cursor.ts';
import { ApiError, publicError } from '../kit/errors.ts';
import { BoundedQueue, QueueOverflow } from '../kit/queue.ts';
import { localize } from '../kit/types.ts';
import { type Audience, maySee } from '../kit/visibility.ts';

describe('cursors', () => {
  const name = { kind: 'plan', stream: 'plan:1', installation: 'i1' };
  const cursors = createCursors<{ seq: number }>('secret', name);

  test('come back as they were made, equal for equal positions, and say nothing in clear', () => {
    expect(cursors.decode(cursors.encode({ seq: 118 }))).toEqual({ seq: 118 });
    expect(cursors.encode({ seq: 118 })).toBe(cursors.encode({ seq: 118 }));
    expect(Buffer.from(cursors.encode({ seq: 118 }), 'base64url').toString('latin1')).not.toContain('118');
  });

  test.each([
    ['another stream', createCursors('secret', { ...name, stream: 'plan:2' }).encode({ seq: 1 })],
    ['another kind', createCursors('secret', { ...name, kind: 'feed' }).encode({ seq: 1 })],
    ['another installation', createCursors('secret', { ...name, installation: 'i2' }).encode({ seq: 1 })],
    ['another secret', createCursors('other', name).encode({ seq: 1 })],
    ['nothing', ''],
    ['rubbish', 'abc'],
  ])('of %s are refused', (_what, cursor) => {
    expect(() => cursors.decode(cursor)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
  });

  test('altered in any one character are refused', () => {
    const cursor = cursors.encode({ seq: 118 });
    for (let at = 0; at < cursor.length; at += 1) {
      const altered = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
      if (Buffer.from(altered, 'base64url').equals(Buffer.from(cursor, 'base64url'))) continue; // bits past the last byte
      expect(() => cursors.decode(altered)).toThrow(ApiError);
    }
  });
});

describe('bounded queue', () => {
  test('hands over in order, waiting or not', async () => {
    const queue = new BoundedQueue<number>(10);
    queue.push(1);
    queue.push(2);
    expect([(await queue.next()).value, (await queue.next()).value]).toEqual([1, 2]);
    const waiting = queue.next();
    queue.push(3);
    expect(await waiting).toEqual({ value: 3, done: false });
  });

  test('past its capacity the reader is told, nothing is dropped silently, and it closes once', async () => {
    let closed = 0;
    const queue = new BoundedQueue<number>(2, () => {
      closed += 1;
    });
    expect([queue.push(1), queue.push(2), queue.push(3), queue.push(4)]).toEqual([true, true, false, false]);
    await expect(queue.next()).rejects.toThrow(QueueOverflow);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    await queue.return();
    expect(closed).toBe(1);
  });

  test('ended, it still hands over what it holds', async () => {
    const queue = new BoundedQueue<number>(2);
    queue.push(1);
    queue.end();
    expect(queue.push(2)).toBe(false);
    expect([await queue.next(), await queue.next()]).toEqual([
      { value: 1, done: false },
      { value: undefined, done: true },
    ]);
  });
});

describe('the ladder of visibilities', () => {
  const seat = (role: string, networkId = 'net:a', bodyId: string | null = null): Actor => ({
    kind: 'SEAT',
    subject: 's',
    seatId: 'seat:1',
    networks: [networkId],
    roles: [{ role: role as never, networkId, bodyId }],
    rightsVersion: 1,
  });
  const partner = (maxVisibility: string, networkIds = ['net:a']): Actor => ({
    kind: 'PARTNER',
    subject: 'partner:p',
    networks: networkIds,
    roles: [],
    partner: { id: 'p', networkIds, maxVisibility: maxVisibility as never, scopes: [] },
    rightsVersion: 1,
  });
  const operator: Actor = { ...seat('PLATFORM_OPERATOR'), kind: 'PERSON' };
  const thing = (visibility: string, rest: Partial<Audience> = {}): Audience => ({
    visibility: visibility as never,
    networkIds: ['net:a'],
    ...rest,
  });
  const levels = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'];
  const group = { bodyIds: ['body:g'], seatId: 'seat:2' };

  test.each<[string, Actor, string[]]>([
    ['a member of the network', seat('MEMBER_REP'), ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK']],
    [
      'a member of the group',
      seat('MEMBER_REP', 'net:a', 'body:g'),
      ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP'],
    ],
    ['a member of another network', seat('MEMBER_EDITOR', 'net:b'), ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS']],
    [
      'a role of another network that names this body',
      seat('MEMBER_REP', 'net:b', 'body:g'),
      ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS'],
    ],
    ['an observer', seat('OBSERVER'), ['PUBLIC']],
    ['an operator', operator, ['PUBLIC']],
    ['a partner', partner('PARTNERS'), ['PUBLIC', 'PARTNERS']],
    ['a partner of another network', partner('PARTNERS', ['net:b']), ['PUBLIC']],
    ['a partner held to public records', partner('PUBLIC'), ['PUBLIC']],
    ['a partner whose scope says more than partners may have', partner('NETWORK'), ['PUBLIC', 'PARTNERS']],
  ])('%s', (_who, actor, visible) => {
    expect(levels.filter((level) => maySee(actor, thing(level, group)))).toEqual(visible);
  });

  test('a seat’s own record', () => {
    expect(maySee(seat('OBSERVER'), thing('SEAT_ONLY', { seatId: 'seat:1' }))).toBe(true);
    expect(maySee({ ...operator, seatId: undefined }, thing('SEAT_ONLY', { seatId: null }))).toBe(false);
  });
});

test('an unexpected error reaches a client as INTERNAL with an id, and the log has the cause under that id', () => {
  const reported: [string, unknown][] = [];
  const cause = new Error('select * from person where host=10.0.0.1');
  const shown = publicError(
    { message: cause.message, path: ['a'], extensions: { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['x'] } },
    cause,
    (id, error) => reported.push([id, error]),
  );
  expect(JSON.stringify(shown)).not.toMatch(/person|10\.0|stack/);
  expect(shown).toMatchObject({ path: ['a'], extensions: { code: 'INTERNAL', correlationId: reported[0]?.[0] } });
  expect(reported[0]?.[1]).toBe(cause);
  const known = publicError({ message: 'm', extensions: { code: 'FORBIDDEN', stacktrace: ['x'] } }, cause, () =>
    reported.push(['', '']),
  );
  expect([known, reported.length]).toEqual([{ message: 'm', extensions: { code: 'FORBIDDEN' } }, 1]);
});

test('a text is given in the locale asked for, its language, or the source locale, and says which', () => {
  const text = { en: 'Plan', pt: 'Plano' };
  expect([
    localize(text, 'pt-BR')?.locale,
    localize(text, 'fr')?.locale,
    localize({ es: 'x' }, 'fr')?.locale,
    localize({}, 'en'),
  ]).toEqual(['pt', 'en', 'es', null]);
});
