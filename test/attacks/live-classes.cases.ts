import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../gateway/auth.ts';
import { renewPrincipal } from '../../gateway/live/renewal.ts';
import { classOf, ownClassOf } from '../../gateway/live/rights.ts';
import type { Actor } from '../../kit/context.ts';

const seat: Actor = {
  ...{ kind: 'SEAT', subject: 'ana', personId: 'person:1', seatId: 'seat:1', organisationId: 'org:1' },
  networks: ['net:a', 'net:b'],
  roles: [
    { role: 'MEMBER_REP', networkId: 'net:a', bodyId: 'body:1' },
    { role: 'OBSERVER', networkId: 'net:b', bodyId: null },
  ],
  scopes: ['read'],
  rightsVersion: 3,
};
const limits = { id: 'p1', networkIds: ['net:a'], maxVisibility: 'PARTNERS' as const, scopes: ['updates:read'] };
const partner: Actor = {
  ...{ kind: 'PARTNER', subject: 'partner:p1', networks: ['net:a'], roles: [], rightsVersion: 3 },
  partner: limits,
};
const [rep, observer] = seat.roles as [Actor['roles'][number], Actor['roles'][number]];

describe('a class of readers who share a stream', () => {
  test.each<[string, Partial<Actor>]>([
    ['organisation', { organisationId: 'org:2' }],
    ['no organisation', { organisationId: undefined as never }],
    ['networks', { networks: ['net:a'] }],
    ['a role more', { roles: [rep, observer, { ...rep, role: 'SAFETY_OFFICER' }] }],
    ['a role less', { roles: [rep] }],
    ['body', { roles: [{ ...rep, bodyId: 'body:2' }, observer] }],
    ['no body', { roles: [{ ...rep, bodyId: null }, observer] }],
    [
      'network of a role',
      {
        roles: [
          { ...rep, networkId: 'net:b' },
          { ...observer, networkId: 'net:a' },
        ],
      },
    ],
    [
      'the roles, each in the network of the other',
      {
        roles: [
          { ...rep, role: 'OBSERVER' },
          { ...observer, role: 'MEMBER_REP' },
        ],
      },
    ],
    ['scopes', { scopes: ['read', 'write'] }],
    ['no scopes', { scopes: undefined as never }],
    ['kind', { kind: 'PERSON' }],
  ])('is another where they differ in %s', (_what, change) => {
    expect(classOf({ ...seat, ...change }).key).not.toBe(classOf(seat).key);
    expect(ownClassOf({ ...seat, ...change }).key).not.toBe(ownClassOf(seat).key);
  });

  test('is the same for two seats of one organisation, in whatever order their roles were read, and is nobody itself', () => {
    const other: Actor = {
      ...{ ...seat, subject: 'ben', personId: 'person:2', seatId: 'seat:2', rightsVersion: 9 },
      ...{ networks: [...seat.networks].reverse(), roles: [observer, rep] },
    };
    expect(classOf(other).key).toBe(classOf(seat).key);
    const { actor } = classOf(other);
    expect(JSON.stringify(actor)).not.toMatch(/ben|person:|seat:/);
    // whatever else an actor may come to hold must first be thought of here
    expect(Object.keys(actor).sort()).toEqual([
      ...['kind', 'networks', 'organisationId', 'rightsVersion', 'roles', 'scopes', 'subject'],
    ]);
    for (const one of ['subject', 'personId', 'seatId'] as const)
      expect(ownClassOf({ ...seat, [one]: other[one] as string }).key).not.toBe(ownClassOf(seat).key);
  });

  test.each<[string, Partial<Actor>]>([
    ['partner', { subject: 'partner:p2', partner: { ...limits, id: 'p2' } }],
    ['networks', { partner: { ...limits, networkIds: ['net:b'] } }],
    ['visibility', { partner: { ...limits, maxVisibility: 'PUBLIC' } }],
    ['scopes', { partner: { ...limits, scopes: [] } }],
  ])('is another where the keys of partners differ in %s', (_what, change) => {
    expect(classOf({ ...partner, ...change }).key).not.toBe(classOf(partner).key);
  });
});

describe('a sign-in on an open socket', () => {
  const person: Principal = { kind: 'PERSON', subject: 'ana', seat: 'seat:1', expires: 5 };
  const key: Principal = { kind: 'PARTNER', keyHash: 'k1', expires: undefined };
  test.each<[string, Principal, Principal, boolean]>([
    ['a person by the same person', person, { ...person, expires: 9 }, true],
    ['a person by another', person, { ...person, subject: 'ben' }, false],
    ['a person by a partner', person, key, false],
    ['a partner by a person', key, person, false],
    ['a partner by another key', key, { ...key, keyHash: 'k2' }, false],
    ['a partner by the same key', key, { ...key }, true],
  ])('renews %s: what it may', async (_what, current, brought, isRenewed) => {
    const seats: unknown[] = [];
    const authenticate = async (_authorization: unknown, seat: unknown) => {
      seats.push(seat);
      return brought;
    };
    const renewal = await renewPrincipal(authenticate, current, { authorization: 'Bearer x', seat: 'seat:2' });
    expect(renewal && 'principal' in renewal).toBe(isRenewed);
    expect(seats).toEqual([current.kind === 'PERSON' ? 'seat:1' : undefined]); // not the one of the ping
  });
});
