import { In } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Network } from '../entities/network.ts';
import { Partner } from '../entities/partner.ts';
import type { AdmitPartnerInput, SetPartnerStatusInput } from '../partner-inputs.ts';
import { feedScope, mayIssueKey, mayRevokeKey } from '../policy.ts';
import { checkText } from './check.ts';
import { acts, lockPartner } from './partner-keys.ts';

/**
 * An organisation whose systems read updates of these networks. It reads nothing before it is issued a key.
 * @returns its id @throws Problem ForbiddenError, ValidationError
 */
export async function admitPartner(tx: Transaction, actor: Actor, input: AdmitPartnerInput): Promise<string> {
  const networkIds = [...new Set(input.networkIds)].sort();
  if (!mayIssueKey(actor, { networkIds }))
    throw forbidden('A partner is admitted by the steering committees of all the networks that it is to read.');
  const name = checkText(input.name, 200, 'name');
  const maxVisibility = input.maxVisibility ?? 'PARTNERS';
  if (maxVisibility !== 'PARTNERS' && maxVisibility !== 'PUBLIC')
    throw invalid('maxVisibility: PARTNERS or PUBLIC.', 'input', 'maxVisibility');
  if (networkIds.length > 20 || (await tx.manager.countBy(Network, { id: In(networkIds) })) < networkIds.length)
    throw invalid('networkIds: 1 to 20 networks that there are.', 'input', 'networkIds');
  return once(tx, actor, 'admitPartner', input, `partner:${ulid()}`, async (id) => {
    const partner: Partner = {
      id,
      name,
      networkIds,
      maxVisibility,
      status: 'ACTIVE',
      scopes: [feedScope],
      provenance: 'USER',
    };
    await tx.manager.insert(Partner, partner);
    tx.audit({ actor, action: 'PARTNER_ADMITTED', ...acts(partner), detail: maxVisibility });
  });
}

/** Stops a partner as who ends its keys may, and lets it go on as who issues them: its streams close within a second. @returns its id */
export async function setPartnerStatus(tx: Transaction, actor: Actor, input: SetPartnerStatusInput): Promise<string> {
  const { status } = input;
  const may = status === 'SUSPENDED' || status === 'REVOKED' ? mayRevokeKey : mayIssueKey;
  const partner = await lockPartner(tx, input.partnerId, (found) => may(actor, found));
  return once(tx, actor, 'setPartnerStatus', input, partner.id, async () => {
    if (status === 'PENDING') throw invalid('status: ACTIVE, SUSPENDED or REVOKED.', 'input', 'status');
    if (partner.status === status) return;
    if (partner.status === 'REVOKED') throw invalid('status: it is REVOKED for good.', 'input', 'status');
    await tx.manager.update(Partner, { id: partner.id }, { status });
    if (status === 'REVOKED')
      await tx.manager.query(
        'UPDATE partner_token SET revoked_at = now() WHERE partner_id = $1 AND revoked_at IS NULL',
        [partner.id],
      );
    tx.audit({ actor, action: 'PARTNER_CHANGED', ...acts(partner), detail: `${partner.status} -> ${status}` });
  });
}
