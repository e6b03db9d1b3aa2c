import type { EntityManager } from 'typeorm';
import { ulid } from 'ulid';
import { type DatabaseOptions, openDatabase } from '../../kit/database/open.ts';
import { hashPartnerKey, makePartnerKey } from '../../kit/secrets.ts';
import { entities } from './entities/index.ts';
import { Partner } from './entities/partner.ts';
import { migrations } from './migrations/index.ts';

/** The scope of another region's installation: it reads plans of its networks whole, and nothing that the public does not. */
export const linkScope = 'plans:replicate';
export const linkPartner = (region: string) => `partner:link-${region}`;

/** A development key's hash, which `start` has made for a region that it is linked with. */
export interface DevelopmentLinkKey {
  region: string;
  /** Of the whole key, in hex. */
  sha256: string;
}

/** Lets a region's development key in, for a year from now and for all networks there are; one that was revoked stays so. */
export async function keepLinkKey(manager: EntityManager, { region, sha256 }: DevelopmentLinkKey): Promise<void> {
  const networks: { id: string }[] = await manager.query('SELECT id FROM network ORDER BY id');
  const ids = networks.map(({ id }) => id);
  const known = await manager.existsBy(Partner, { id: linkPartner(region) });
  if (!known) await writeLinkPartner(manager, region, ids, 'SAMPLE');
  await manager.query(
    `INSERT INTO partner_token AS t (id, partner_id, key_sha256, label, expires_at)
     VALUES ($1, $2, $3, 'development', now() + interval '1 year')
     ON CONFLICT (key_sha256) DO UPDATE SET expires_at = excluded.expires_at, lapsed = false
     WHERE t.partner_id = $2 AND t.revoked_at IS NULL`,
    [`token:${ulid()}`, linkPartner(region), sha256],
  );
}

async function writeLinkPartner(
  manager: EntityManager,
  region: string,
  networkIds: readonly string[],
  provenance: 'SAMPLE' | 'USER',
): Promise<void> {
  await manager.query(
    `INSERT INTO partner (id, name, status, scopes, network_ids, max_visibility, provenance) VALUES ($1, $2, 'ACTIVE', $3, $4, 'PUBLIC', $5)
     ON CONFLICT (id) DO UPDATE SET status = 'ACTIVE', scopes = excluded.scopes, network_ids = excluded.network_ids, provenance = excluded.provenance`,
    [linkPartner(region), `Installation of region ${region}`, [linkScope], networkIds, provenance],
  );
}

/**
 * Issues another region's installation a key, for plans all of whose networks are among `networkIds`, which become the networks of all its keys. Of older keys the
 * newest goes on for `overlapDays`, so that the peer can change over; the others end now.
 * @param region the region that gets the key; `issuer` is this one
 * @returns the key, which is not kept
 * @throws Error when a network is unknown
 */
export async function issueLinkKey(
  manager: EntityManager,
  key: { region: string; issuer: string; networkIds: readonly string[]; days?: number; overlapDays?: number },
): Promise<string> {
  const { region, issuer, networkIds, days = 365, overlapDays = 7 } = key;
  const known: { id: string }[] = await manager.query('SELECT id FROM network WHERE id = ANY ($1)', [networkIds]);
  const unknown = networkIds.filter((id) => !known.some((network) => network.id === id));
  if (unknown.length > 0 || networkIds.length === 0)
    throw new Error(`no such network: ${unknown.join(', ') || 'none named'}`);
  await writeLinkPartner(manager, region, networkIds, 'USER');
  const partnerId = linkPartner(region);
  await manager.query(
    `UPDATE partner_token t SET revoked_at = now() WHERE partner_id = $1 AND revoked_at IS NULL
     AND id <> (SELECT id FROM partner_token WHERE partner_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1)`,
    [partnerId],
  );
  await manager.query(
    `UPDATE partner_token SET expires_at = least(expires_at, now() + make_interval(days => $2)) WHERE partner_id = $1 AND revoked_at IS NULL`,
    [partnerId, overlapDays],
  );
  const id = ulid();
  const text = makePartnerKey(issuer, id);
  await manager.query(
    `INSERT INTO partner_token (id, partner_id, key_sha256, label, expires_at) VALUES ($1, $2, $3, 'link', now() + make_interval(days => $4))`,
    [`token:${id}`, partnerId, hashPartnerKey(text), days],
  );
  return text;
}

/** Ends every key of a region: its open streams close within a second. @returns how many */
export async function revokeLinkKeys(manager: EntityManager, region: string): Promise<number> {
  const [, count] = await manager.query(
    'UPDATE partner_token SET revoked_at = now() WHERE partner_id = $1 AND revoked_at IS NULL',
    [linkPartner(region)],
  );
  return count;
}

/** What an operator asks for on the command line (start.ts): a key for a region, or the end of all of its keys. @returns what to say */
export async function runLinkKey(
  database: DatabaseOptions,
  issuer: string,
  { region, networkIds }: { region: string; networkIds: readonly string[] | 'revoke' },
): Promise<string> {
  const { transaction, stop } = await openDatabase({ ...database, subgraph: 'networks', entities, migrations });
  try {
    const target = { type: 'Partner', id: linkPartner(region) };
    const actor = { kind: 'SYSTEM' } as const; // whoever has the command line
    if (networkIds === 'revoke') {
      const ended = await transaction(async ({ manager, audit }) => {
        const [partner] = await manager.query('SELECT network_ids AS ids FROM partner WHERE id = $1', [target.id]);
        const count = await revokeLinkKeys(manager, region);
        if (count > 0)
          audit({ actor, action: 'LINK_KEY_REVOKED', target, networkIds: partner.ids, detail: `${count} keys` });
        return count;
      });
      return `${ended} keys of ${region} ended`;
    }
    return await transaction(({ manager, audit }) => {
      audit({ actor, action: 'LINK_KEY_ISSUED', target, networkIds });
      return issueLinkKey(manager, { region, issuer, networkIds });
    });
  } finally {
    await stop();
  }
}
