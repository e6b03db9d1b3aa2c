import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { hashPartnerKey, makePartnerKey } from '../../../kit/secrets.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Partner, type PartnerToken } from '../entities/partner.ts';
import type { IssuePartnerKeyInput, RevokePartnerKeyInput, RotatePartnerKeyInput } from '../partner-inputs.ts';
import { mayIssueKey, mayRevokeKey, mayRotateKey } from '../policy.ts';
import { checkText } from './check.ts';

/** Of one partner at once: the one in use, and the one that is to take its place. */
export const liveKeys = 2;

/** What a command gives: the key is told once, since only its hash is kept. */
export interface IssuedKey {
  tokenId: string;
  /** Null when this `clientMutationId` has been used before. */
  key: string | null;
}

const refused = () => forbidden('There is no such partner, or its keys are not yours to issue or end.');

/** With the row locked, so that keys are counted and ended one command after the other. */
export async function lockPartner(tx: Transaction, id: string, may: (partner: Partner) => boolean): Promise<Partner> {
  const lock = { mode: 'pessimistic_write' } as const;
  const partner = isId(id) ? await tx.manager.findOne(Partner, { where: { id }, lock }) : null;
  if (!partner || !may(partner)) throw refused();
  return partner;
}

function checkCount(value: number, from: number, to: number, field: string): number {
  if (value < from || value > to) throw invalid(`${field}: ${from} to ${to}.`, 'input', field);
  return value;
}

async function insertKey(
  tx: Transaction,
  id: string,
  made: { region: string; partnerId: string; label: string; days: number; scopes: string[] | null },
): Promise<string> {
  const { region, partnerId, label, days, scopes } = made;
  const key = makePartnerKey(region, id.slice('token:'.length));
  await tx.manager.query(
    `INSERT INTO partner_token (id, partner_id, key_sha256, label, expires_at, scopes)
     VALUES ($1, $2, $3, $4, now() + make_interval(days => $5), $6)`,
    [id, partnerId, hashPartnerKey(key), label, days, scopes],
  );
  return key;
}

const live = 'revoked_at IS NULL AND expires_at > now()';

/**
 * Issues a partner another key. It reads what the partner may, from its next request on.
 * @param region the first part of the key says who issued it
 * @throws Problem ForbiddenError, ValidationError
 */
export async function issuePartnerKey(
  tx: Transaction,
  actor: Actor,
  input: IssuePartnerKeyInput,
  region: string,
): Promise<IssuedKey> {
  const partner = await lockPartner(tx, input.partnerId, (found) => mayIssueKey(actor, found));
  const label = checkText(input.label, 100, 'label');
  const days = checkCount(input.days ?? 365, 1, 365, 'days');
  const scopes = input.scopes ? [...new Set(input.scopes)] : null;
  if (scopes?.some((scope) => !partner.scopes.includes(scope)))
    throw invalid(`scopes: some of ${partner.scopes.join(', ')}.`, 'input', 'scopes');
  let key: string | null = null;
  const tokenId = await once(tx, actor, 'issuePartnerKey', input, `token:${ulid()}`, async (id) => {
    if (partner.status !== 'ACTIVE') throw invalid(`partnerId: it is ${partner.status}.`, 'input', 'partnerId');
    const held: unknown[] = await tx.manager.query(`SELECT 1 FROM partner_token WHERE partner_id = $1 AND ${live}`, [
      partner.id,
    ]);
    if (held.length >= liveKeys) {
      throw invalid(`partnerId: it has ${held.length} keys: end one first.`, 'input', 'partnerId');
    }
    key = await insertKey(tx, id, { region, partnerId: partner.id, label, days, scopes });
    tx.audit({ actor, action: 'PARTNER_KEY_ISSUED', ...acts(partner), detail: id });
  });
  return { tokenId, key };
}

export const acts = ({ id, networkIds }: Partner) => ({ target: { type: 'Partner', id }, networkIds });

/**
 * A partner takes a new key. Its old ones go on for some days, so that it can change over, also where this answer does not reach
 * it; of more than two, the newest two. The new one may do what the one may that it is asked for with.
 */
export async function rotatePartnerKey(
  tx: Transaction,
  actor: Actor,
  input: RotatePartnerKeyInput,
  region: string,
): Promise<IssuedKey> {
  const partner = await lockPartner(tx, actor.partner?.id ?? '', (found) => mayRotateKey(actor, found));
  const overlap = checkCount(input.overlapDays ?? 7, 0, 30, 'overlapDays');
  let key: string | null = null;
  const tokenId = await once(tx, actor, 'rotatePartnerKey', input, `token:${ulid()}`, async (id) => {
    const old: PartnerToken[] = await tx.manager.query(
      `SELECT id, label FROM partner_token WHERE partner_id = $1 AND ${live} ORDER BY created_at DESC, id DESC`,
      [partner.id],
    );
    const ids = old.map((one) => one.id);
    await tx.manager.query('UPDATE partner_token SET revoked_at = now() WHERE id = ANY($1)', [ids.slice(liveKeys)]);
    await tx.manager.query(
      'UPDATE partner_token SET expires_at = least(expires_at, now() + make_interval(days => $2)) WHERE id = ANY($1)',
      [ids.slice(0, liveKeys), overlap],
    );
    // no more than the key that it comes with
    const own = actor.partner?.scopes ?? [];
    const scopes = partner.scopes.every((scope) => own.includes(scope)) ? null : own;
    const label = old[0]?.label ?? 'rotated';
    key = await insertKey(tx, id, { region, partnerId: partner.id, label, days: 365, scopes });
    tx.audit({ actor, action: 'PARTNER_KEY_ISSUED', ...acts(partner), detail: id });
  });
  return { tokenId, key };
}

/** Ends one key of a partner, or all: its streams close within a second. @returns the partner's id */
export async function revokePartnerKey(tx: Transaction, actor: Actor, input: RevokePartnerKeyInput): Promise<string> {
  const partner = await lockPartner(tx, input.partnerId, (found) => mayRevokeKey(actor, found));
  return once(tx, actor, 'revokePartnerKey', input, partner.id, async () => {
    const [ended]: [{ id: string }[]] = await tx.manager.query(
      `UPDATE partner_token SET revoked_at = now()
       WHERE partner_id = $1 AND ($2::text IS NULL OR id = $2) AND ${live} RETURNING id`,
      [partner.id, input.keyId ?? null],
    );
    if (input.keyId != null && ended.length === 0)
      throw invalid('keyId: no such key, or it has ended.', 'input', 'keyId');
    for (const { id } of ended) tx.audit({ actor, action: 'PARTNER_KEY_REVOKED', ...acts(partner), detail: id });
  });
}
