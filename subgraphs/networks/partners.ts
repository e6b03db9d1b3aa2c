import type { DataSource, EntityManager } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor, PartnerScope } from '../../kit/context.ts';
import { Partner } from './entities/partner.ts';

/** A development key's hash, which `start` has made for a sample partner. */
export interface SamplePartnerKey {
  partnerId: string;
  /** Of the whole key, in hex. */
  sha256: string;
}

/**
 * The actor of a partner's key, by the key's sha256 in hex; null when it is unknown, revoked or expired, or its partner is
 * not ACTIVE. The secret has 256 random bits and is looked up by its hash, so how long a look-up takes tells nothing of it.
 * The version is read in the same statement as the rights, so it is never newer than they are.
 */
export async function resolvePartner(source: DataSource, keyHash: string): Promise<Actor | null> {
  if (!/^[0-9a-f]{64}$/.test(keyHash)) return null;
  const [row] = await source.query(
    `SELECT t.id AS token, p.id, p.scopes, t.scopes AS key_scopes, p.network_ids, p.max_visibility, r.version
     FROM partner_token t JOIN partner p ON p.id = t.partner_id, rights_version r
     WHERE t.key_sha256 = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND p.status = 'ACTIVE'`,
    [keyHash],
  );
  if (!row) return null;
  await source.query(
    `UPDATE partner_token SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [row.token],
  );
  const { id, network_ids: networkIds, max_visibility: maxVisibility } = row;
  const scopes = scopesOfKey(row, { scopes: row.key_scopes });
  return partnerActor({ id, networkIds, maxVisibility, scopes }, row.version);
}

/** A key may do less than its partner, and never more: what the partner has lost is lost to its keys. */
export const scopesOfKey = (partner: { scopes: string[] }, key: { scopes: string[] | null }): string[] =>
  partner.scopes.filter((scope) => key.scopes === null || key.scopes.includes(scope));

/** Who a partner is, to whatever asks for rights. */
export const partnerActor = (partner: PartnerScope, rightsVersion: number): Actor => ({
  kind: 'PARTNER',
  subject: partner.id.startsWith('partner:') ? partner.id : `partner:${partner.id}`,
  networks: partner.networkIds,
  roles: [],
  partner,
  rightsVersion,
});

/** Moves with every change of a partner or a key (by trigger), and when a key expires: the first look after that marks it. */
export async function readPartnersRightsVersion(source: DataSource): Promise<number> {
  await source.query('UPDATE partner_token SET lapsed = true WHERE NOT lapsed AND expires_at <= now()');
  const [row] = await source.query('SELECT version FROM rights_version');
  return row.version;
}

/**
 * Lets the development key of this machine in, for a year from now, and others of its label out. Only for a SAMPLE partner;
 * a key that was revoked stays so.
 */
export async function keepSampleKey(manager: EntityManager, { partnerId, sha256 }: SamplePartnerKey): Promise<void> {
  if (!(await manager.existsBy(Partner, { id: partnerId, provenance: 'SAMPLE' }))) return;
  await manager.query(
    `UPDATE partner_token SET revoked_at = now()
     WHERE partner_id = $1 AND label = 'development' AND key_sha256 <> $2 AND revoked_at IS NULL`,
    [partnerId, sha256],
  );
  await manager.query(
    `INSERT INTO partner_token AS t (id, partner_id, key_sha256, label, expires_at)
     VALUES ($1, $2, $3, 'development', now() + interval '1 year')
     ON CONFLICT (key_sha256) DO UPDATE SET expires_at = excluded.expires_at, lapsed = false
     WHERE t.partner_id = $2 AND t.revoked_at IS NULL`,
    [`token:${ulid()}`, partnerId, sha256],
  );
}
