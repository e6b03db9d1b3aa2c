import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load } from '../../kit/subgraph.ts';
import type { Localized, LocalizedInput, Provenance } from '../../kit/types.ts';
import { upsertExternalPartner } from './commands/alliances.ts';
import { upsertReviewCluster } from './commands/clusters.ts';
import { upsertProgramme } from './commands/programmes.ts';
import { upsertReviewEvent } from './commands/review-events.ts';
import type { ExternalPartnerKind, PartnerRelation } from './entities/alliance.ts';
import type { AttendanceMode, ReviewEventKind, ReviewTopic, StoredDeadline } from './entities/review-event.ts';

interface Sourced {
  id: string;
  provenance: Provenance;
  sourceUrl: string;
}

/** What seed/networks.json holds of the Review Mechanism and of partners. `checkedOn` is the day the source was looked at. */
export interface ReviewRecords {
  reviewClusters: (Sourced & {
    code: string;
    title: Localized;
    articles: string[];
    phase: number;
    checkedOn: string;
  })[];
  reviewEvents: (Sourced & {
    kind: ReviewEventKind;
    topics: ReviewTopic[];
    title: Localized;
    startsOn: string;
    endsOn?: string;
    hours?: string;
    mode?: AttendanceMode;
    place?: string;
    languages?: string[];
    participantsStated?: string;
    deadlines?: StoredDeadline[];
    checkedOn: string;
  })[];
  externalPartners: (Sourced & {
    network: string;
    kind: ExternalPartnerKind;
    relations: PartnerRelation[];
    name: Localized;
    description?: Localized;
    organisation?: string;
    since?: string;
  })[];
  programmes: (Sourced & {
    shortName?: string;
    name: Localized;
    organisation?: string;
    networks: string[];
    startedOn?: string;
    lastKnownRunningOn?: string;
    checkedOn: string;
  })[];
}

const inputOf = (texts: Localized): LocalizedInput[] =>
  Object.entries(texts).map(([locale, text]) => ({ locale, text }));

/** Loads them through the commands. @returns how many were admitted */
export async function loadReviewRecords(tx: Transaction, load: Load<ReviewRecords>): Promise<number> {
  const { records, system } = load;
  const clusters = admit(load, records.reviewClusters);
  const events = admit(load, records.reviewEvents);
  const partners = admit(load, records.externalPartners);
  const programmes = admit(load, records.programmes);
  const shipped = { clientMutationId: 'shipped', networkId: '' }; // SYSTEM acts in no network's name
  for (const { id, code, title, articles, phase, provenance, sourceUrl: url, checkedOn } of clusters) {
    const input = { ...shipped, code, title: inputOf(title), articles, phase, source: { url, checkedOn } };
    await upsertReviewCluster(tx, system, input, { id, provenance });
  }
  for (const { id, provenance, sourceUrl: url, checkedOn, title, ...rest } of events) {
    const input = { ...shipped, ...rest, status: 'HELD' as const, title: inputOf(title), source: { url, checkedOn } };
    await upsertReviewEvent(tx, system, input, { id, provenance });
  }
  for (const { id, provenance, sourceUrl, network, name, description, organisation, ...rest } of partners) {
    const input = {
      ...{ ...shipped, ...rest, networkId: network, sourceUrl, visibility: 'PUBLIC' as const },
      name: inputOf(name),
      description: description ? inputOf(description) : null,
      organisationId: organisation ?? null,
    };
    await upsertExternalPartner(tx, system, input, { id, provenance });
  }
  for (const { id, provenance, sourceUrl: url, checkedOn, name, organisation, networks, ...rest } of programmes) {
    const organisationId = organisation ?? null;
    const input = { ...shipped, ...rest, name: inputOf(name), organisationId, source: { url, checkedOn } };
    await upsertProgramme(tx, system, input, { id, provenance, networkIds: networks });
  }
  return clusters.length + events.length + partners.length + programmes.length;
}
