import type { Visibility } from '../../kit/context.ts';
import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load } from '../../kit/subgraph.ts';
import type { Localized, Provenance, ThematicArea } from '../../kit/types.ts';
import { upsertBody } from './commands/bodies.ts';
import { createNetwork } from './commands/networks.ts';
import type { BodyKind } from './entities/body.ts';
import { type DatePrecision, type NetworkStatus, precisionOf } from './entities/network.ts';
import { Partner } from './entities/partner.ts';
import { loadReviewRecords, type ReviewRecords } from './review-records.ts';

interface Sourced {
  id: string;
  provenance: Provenance;
  sourceUrl?: string;
}

/** seed/networks.json. */
export interface NetworksRecords extends ReviewRecords {
  networks: (Sourced & {
    slug: string;
    name: Localized;
    region: string;
    status?: NetworkStatus;
    founded: string | null;
    foundedPrecision?: DatePrecision;
    countries: string[];
    countryCountStated?: number;
    workingLanguages?: string[];
    timeZone?: string;
    homeRegion?: string;
  })[];
  bodies: (Sourced & { network: string; kind: BodyKind; thematicArea?: ThematicArea; name: Localized })[];
  partners: (Sourced & { name: string; networks: string[]; maxVisibility: Visibility; scopes: string[] })[];
}

const inputOf = (texts: Localized) => Object.entries(texts).map(([locale, text]) => ({ locale, text }));

/** Loads the shipped records through the commands. @returns how many samples were left out */
export async function loadRecords(tx: Transaction, load: Load<NetworksRecords>): Promise<number> {
  const { records, system } = load;
  const networks = admit(load, records.networks);
  const bodies = admit(load, records.bodies);
  const partners = admit(load, records.partners);
  for (const record of networks) {
    const { id, provenance, founded, foundedPrecision } = record;
    if (founded && foundedPrecision !== precisionOf(founded))
      throw new Error(`${id}: ${founded} is no ${foundedPrecision}`);
    await createNetwork(
      tx,
      system,
      {
        clientMutationId: id,
        slug: record.slug,
        name: inputOf(record.name),
        region: record.region,
        countries: record.countries,
        workingLanguages: record.workingLanguages ?? [],
        timeZone: record.timeZone ?? null,
        homeRegion: record.homeRegion ?? null,
        foundedOn: founded,
        countryCountStated: record.countryCountStated ?? null,
      },
      {
        id,
        provenance,
        sourceUrl: record.sourceUrl ?? null,
        status: record.status ?? 'ACTIVE',
      },
    );
  }
  for (const { id, network, kind, thematicArea, name, provenance, sourceUrl } of bodies) {
    const input = {
      clientMutationId: id,
      networkId: network,
      kind,
      thematicArea: thematicArea ?? null,
      name: inputOf(name),
    };
    await upsertBody(tx, system, input, { id, provenance, sourceUrl: sourceUrl ?? null });
  }
  for (const { id, name, networks: networkIds, maxVisibility, scopes, provenance } of partners) {
    await tx.manager.insert(Partner, { id, name, status: 'ACTIVE', scopes, networkIds, maxVisibility, provenance });
  }
  const more = await loadReviewRecords(tx, load);
  return Object.values(records).flat().length - networks.length - bodies.length - partners.length - more;
}
