import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gatewayActor } from '../kit/context.ts';
import { hashPartnerKey } from '../kit/secrets.ts';
import { type NetworksOptions, start } from '../subgraphs/networks/server.ts';
import { codesOf, coordinator, type NetworksWorld, operator, partner, startNetworks } from './networks.ts';

describe('partner keys', () => {
  let world: NetworksWorld;
  beforeAll(async () => {
    world = await startNetworks();
  });
  afterAll(() => world?.stop());

  describe('partner keys', () => {
    const resolve = async (hash = world.keyHash) =>
      (await world.get(gatewayActor, 'query ($h: String!) { resolvePartner(keyHash: $h) }', { h: hash }))
        .resolvePartner;
    const version = async () => (await world.get(gatewayActor, '{ partnersRightsVersion }')).partnersRightsVersion;

    test('are resolved for the gateway alone', async () => {
      const actor = await resolve();
      expect(actor).toEqual({
        kind: 'PARTNER',
        subject: 'partner:sample',
        networks: ['net:americas', 'net:africa'],
        roles: [],
        partner: {
          id: 'partner:sample',
          networkIds: ['net:americas', 'net:africa'],
          maxVisibility: 'PARTNERS',
          scopes: ['updates:read'],
        },
        rightsVersion: await version(),
      });
      expect(
        (await world.owner.query('SELECT last_used_at FROM networks.partner_token')).rows[0].last_used_at,
      ).toBeInstanceOf(Date);
      expect(await version()).toBe(actor.rightsVersion);
      for (const hash of [hashPartnerKey(`${world.key}x`), world.key, '', world.keyHash.toUpperCase()])
        expect(await resolve(hash)).toBeNull();
      for (const other of [operator, coordinator, partner(['net:africa'])]) {
        const answer = await world.ask(other, `{ resolvePartner(keyHash: "${world.keyHash}") partnersRightsVersion }`);
        expect(new Set(codesOf(answer))).toEqual(new Set(['FORBIDDEN']));
      }
      expect((await world.owner.query('SELECT * FROM networks.partner_token')).rows).toHaveLength(1);
      expect(JSON.stringify((await world.owner.query('SELECT * FROM networks.partner_token')).rows)).not.toContain(
        world.key,
      );
    });

    test('stop at revocation, expiry and suspension, and each moves the rights version', async () => {
      const change = async (sql: string, expected: boolean) => {
        const before = await version();
        await world.owner.query(sql);
        expect(await version().then(version)).not.toBe(before);
        expect((await resolve()) !== null).toBe(expected);
      };
      await change("UPDATE networks.partner SET status = 'SUSPENDED'", false);
      await change("UPDATE networks.partner SET status = 'ACTIVE'", true);
      await change('UPDATE networks.partner_token SET revoked_at = now()', false);
      await change('UPDATE networks.partner_token SET revoked_at = NULL', true);
      await change("UPDATE networks.partner SET network_ids = '{net:africa}'", true);
      expect((await resolve()).networks).toEqual(['net:africa']);
      await change("UPDATE networks.partner SET network_ids = '{net:americas,net:africa}'", true);
      const before = await version();
      await world.owner.query("UPDATE networks.partner_token SET expires_at = now() - interval '1 second'");
      const after = await version();
      expect(after).toBe(before + 2); // the change, and that it has lapsed
      expect(await version()).toBe(after);
      expect(await resolve()).toBeNull();
    });

    test('of a development machine are kept at each start, for sample partners only', async () => {
      const tokens = async () =>
        (await world.owner.query('SELECT key_sha256, revoked_at FROM networks.partner_token ORDER BY created_at, id'))
          .rows;
      const again = async (extra: Partial<NetworksOptions>) => (await start({ ...world.options, ...extra })).stop();
      await again({});
      expect(await tokens()).toEqual([{ key_sha256: world.keyHash, revoked_at: null }]);
      expect(await resolve()).not.toBeNull(); // it had expired
      const other = hashPartnerKey('another machine');
      await again({ samplePartnerKey: { partnerId: 'partner:sample', sha256: other } });
      expect(await tokens()).toEqual([
        { key_sha256: world.keyHash, revoked_at: expect.any(Date) },
        { key_sha256: other, revoked_at: null },
      ]);
      await again({});
      expect(await resolve()).toBeNull(); // a key that was revoked stays so
      await again({ samplePartnerKey: { partnerId: 'partner:none', sha256: hashPartnerKey('none') } });
      await world.owner.query("UPDATE networks.partner SET provenance = 'USER'");
      await again({ samplePartnerKey: { partnerId: 'partner:sample', sha256: hashPartnerKey('real') } });
      await world.owner.query("UPDATE networks.partner SET provenance = 'SAMPLE'");
      expect(await tokens()).toHaveLength(2);
    });
  });
});
