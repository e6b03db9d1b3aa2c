import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict } from '../../../kit/types.ts';
import type { UpsertExternalPartnerInput } from '../alliance-inputs.ts';
import { ExternalPartner } from '../entities/alliance.ts';
import { Partner } from '../entities/partner.ts';
import { externalPartnerEvent, externalPartnerSubject } from '../events.ts';
import { maySeePartner } from '../policy.ts';
import { checkCountries, checkName, checkTexts } from './check.ts';
import { checkDay, checkId, checkPast, checkUrl, fault } from './facts.ts';
import { narrowEvents, requireLeader } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** Properties that have another name in the graph. */
const fieldNames: Record<string, string> = {
  descriptions: 'description',
  countryCodes: 'countries',
  organisationId: 'organisation',
  partnerId: 'system',
};

/** Records an organisation, alliance or mechanism that works with a network, or replaces all of one. @returns its id */
export async function upsertExternalPartner(
  tx: Transaction,
  actor: Actor,
  input: UpsertExternalPartnerInput,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  requireLeader(actor, input.networkId);
  const newId = input.id ?? origin?.id ?? `external-partner:${ulid()}`;
  return once(tx, actor, 'upsertExternalPartner', input, newId, async (id) => {
    const { networkId } = input;
    await findOpenNetwork(tx, networkId, 'networkId');
    const wanted = await checkPartner(tx, actor, input);
    const fields = Object.keys(wanted) as (keyof typeof wanted)[];
    const names = (keys: readonly string[]) => keys.map((key) => fieldNames[key] ?? key);
    if (!input.id) {
      const made = { ...wanted, id, networkId, provenance: origin?.provenance ?? ('USER' as const), version: 1 };
      const partner = Object.assign(new ExternalPartner(), made);
      await tx.manager.insert(ExternalPartner, partner);
      const given = fields.filter((key) => wanted[key] !== null);
      tx.publish(externalPartnerEvent(partner, names(given)));
      return;
    }
    // The lock makes the second of two changes meet the first one's version.
    const partner = await tx.manager.findOne(ExternalPartner, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (partner?.networkId !== networkId) throw fault('id', 'this network has no such partner.');
    if (partner.version !== input.expectedVersion) {
      throw conflict(`The partner is at version ${partner.version}.`, partner.version);
    }
    const changed = fields.filter((key) => !same(wanted[key], partner[key]));
    if (changed.length === 0) return;
    const version = partner.version + 1;
    await tx.manager.update(ExternalPartner, { id }, { ...wanted, version });
    if (wanted.visibility !== partner.visibility) {
      await narrowEvents(tx.manager, networkId, externalPartnerSubject(id), { ...wanted, bodyId: null });
    }
    tx.publish(externalPartnerEvent(Object.assign(partner, wanted, { version }), names(changed)));
  });
}

async function checkPartner(tx: Transaction, actor: Actor, input: UpsertExternalPartnerInput) {
  const { kind, visibility = 'NETWORK' } = input;
  if (visibility === 'GROUP' || visibility === 'SEAT_ONLY') throw fault('visibility', 'NETWORK or wider.');
  const sourceUrl = checkUrl(input.sourceUrl, 'sourceUrl');
  if (visibility === 'PUBLIC' && sourceUrl === null) throw fault('sourceUrl', 'what is public is public somewhere.');
  const countryCodes = checkCountries(actor, input.countries ?? []);
  if (kind.startsWith('NATIONAL_') && countryCodes.length !== 1)
    throw fault('countries', 'one country, as it is national.');
  const since = checkPast(input.since, 'since') ?? null;
  const until = checkDay(input.until, 'until') ?? null;
  if (since !== null && until !== null && until < since.slice(0, until.length))
    throw fault('until', 'it is before since.');
  const partnerId = checkId(input.partnerId, 'partnerId');
  if (partnerId !== null) {
    const system = await tx.manager.findOneBy(Partner, { id: partnerId });
    const known =
      system?.networkIds.includes(input.networkId) && (actor.kind === 'SYSTEM' || maySeePartner(actor, system));
    if (!known) throw fault('partnerId', 'no system reads this network under it.');
  }
  return {
    ...{ kind, visibility, countryCodes, since, until, sourceUrl, partnerId },
    relations: [...new Set(input.relations)],
    name: checkName(input.name),
    descriptions: input.description?.length ? checkTexts(input.description, 4_000, 'description') : null,
    website: checkUrl(input.website, 'website'),
    organisationId: checkId(input.organisationId, 'organisationId'),
  };
}
