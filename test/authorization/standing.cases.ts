import { describe, expect, test } from '@jest/globals';
import { createStandings, type StandingOptions } from '../../gateway/authorization/standing.ts';
import type { Actor, Role } from '../../kit/context.ts';

const seat = (more: Partial<Actor> = {}): Actor => ({
  kind: 'SEAT',
  subject: 'ana',
  networks: [],
  roles: [],
  rightsVersion: 1,
  ...more,
});
const holds = (grant: string, actor = seat(), options: StandingOptions = {}) =>
  createStandings(options)(actor).holds(grant);

describe('a standing', () => {
  test('holds the scopes of the token; a partner, those of its key', () => {
    const scopes = ['plans:read'];
    expect(holds('scope:plans:read', seat({ scopes }))).toBe(true);
    expect(holds('scope:plans', seat({ scopes }))).toBe(false);
    expect(holds('scope:plans:read')).toBe(false);
    const partner = { id: 'p', networkIds: [], maxVisibility: 'PUBLIC' as const, scopes: ['updates'] };
    expect(holds('scope:updates', seat({ kind: 'PARTNER', partner }))).toBe(true);
    expect(holds('scope:plans:read', seat({ kind: 'PARTNER', partner, scopes }))).toBe(false);
  });

  test('holds a role in any network, and its kind', () => {
    const roles = [{ role: 'COORDINATOR' as Role, networkId: 'net:a', bodyId: null }];
    expect(holds('policy:role:COORDINATOR', seat({ roles }))).toBe(true);
    expect(holds('policy:role:UN_LIAISON', seat({ roles }))).toBe(false);
    expect(holds('policy:kind:SEAT')).toBe(true);
    expect(holds('policy:kind:PARTNER')).toBe(false);
  });

  test('holds what a registered policy says, and nothing that is not registered', () => {
    const policies = {
      yes: () => true,
      ana: ({ subject }: Actor) => subject === 'ana',
      throws: () => {
        throw new Error('no');
      },
      'role:COORDINATOR': () => false,
    };
    const roles = [{ role: 'COORDINATOR' as Role, networkId: 'net:a', bodyId: null }];
    expect(holds('policy:yes', seat(), { policies })).toBe(true);
    expect(holds('policy:ana', seat({ subject: 'bob' }), { policies })).toBe(false);
    expect(holds('policy:throws', seat(), { policies })).toBe(false);
    expect(holds('policy:role:COORDINATOR', seat({ roles }), { policies })).toBe(false);
    for (const name of ['nobody', 'toString', '__proto__', 'constructor', ''])
      expect(holds(`policy:${name}`, seat(), { policies })).toBe(false);
    expect(holds('anything else')).toBe(false);
  });

  test('keeps a subject on one side of a percentage, and spreads subjects evenly', () => {
    const standings = createStandings();
    expect(standings(seat()).share).toBe(standings(seat({ roles: [], seatId: 'seat:2' })).share);
    const shares = Array.from({ length: 2_000 }, (_, n) => standings(seat({ subject: `subject ${n}` })).share);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThan(100);
    const below = shares.filter((share) => share < 20).length;
    expect(below).toBeGreaterThan(320); // 400 expected, deviation 18
    expect(below).toBeLessThan(480);
  });

  test('goes by the labels that are set for all and by those that are asked for each', () => {
    const options = {
      activeLabels: ['moved'],
      overrideLabels: (label: string, actor: Actor) => label === 'trial' && actor.subject === 'ana',
    };
    const isActive = (label: string, subject: string) => createStandings(options)(seat({ subject })).isActive(label);
    expect(isActive('moved', 'bob')).toBe(true);
    expect(isActive('trial', 'ana')).toBe(true);
    expect(isActive('trial', 'bob')).toBe(false);
    expect(isActive('other', 'ana')).toBe(false);
  });
});
