import type { Visibility } from '../../../kit/context.ts';
import type { Peer } from '../../../kit/link.ts';
import type { Provenance } from '../../../kit/types.ts';
import type { ExpertGroups, PlanStatus } from '../entities/plan.ts';
import { SYSTEM_SEAT } from '../log.ts';

/** A peer's plan, as it lists it. */
export interface Listed {
  id: string;
  networkIds: string[];
  status: PlanStatus;
  visibility: Visibility;
  sourceLocale: string;
  expertGroups: ExpertGroups;
  objectiveNetworks: Record<string, string[]>;
  epoch: number;
  version: number;
  sequence: number;
  stateHash: string;
  homeRegion: string;
  amends: string | null;
  provenance: Provenance;
  sourceUrl: string | null;
  createdBy: string | null;
  createdAt: string;
  start: string;
}

export interface Listing {
  region: string;
  regionNumber: number;
  plans: Listed[];
}

export const ask = (peer: Peer, region: string): Promise<Listing> =>
  peer
    .ask<{ replicatedPlans: Listing }>(
      `query ReplicatedPlans($region: String!) { replicatedPlans(region: $region) { region regionNumber plans {
        id networkIds status visibility sourceLocale expertGroups objectiveNetworks epoch version sequence stateHash homeRegion amends provenance sourceUrl
        createdBy createdAt start } } }`,
      { region },
    )
    .then(({ replicatedPlans }) => replicatedPlans);

export interface PeerDocument {
  /** Yjs, V2. */
  update: Uint8Array;
  cursor: string;
  epoch: number;
  sequence: number;
  clients: { clientId: number; seatId: string; nextClock: number }[];
  redactions: { epoch: number; seatId: string; at: string; reason: string; places: string[] }[];
}

type Encoded = Omit<PeerDocument, 'update' | 'clients'> & {
  update: string;
  clients: { clientId: number; seatId: string | null; nextClock: number }[];
};

/** @throws Error when the peer has no such plan for this key */
export async function askDocument(peer: Peer, planId: string): Promise<PeerDocument> {
  const { replicatedDocument: found } = await peer.ask<{ replicatedDocument: Encoded | null }>(
    `query ReplicatedDocument($planId: ID!) { replicatedDocument(planId: $planId) {
      update cursor epoch sequence clients { clientId seatId nextClock }
      redactions { epoch seatId at reason places } } }`,
    { planId },
  );
  if (!found) throw new Error('the peer no longer shows this plan');
  return {
    ...found,
    update: Buffer.from(found.update, 'base64'),
    clients: found.clients.map((client) => ({ ...client, seatId: client.seatId ?? SYSTEM_SEAT })),
  };
}

/** An edit of a peer's log. */
export interface Item {
  cursor: string;
  /** The installation that accepted it, and its number there. */
  region: string;
  originSeq: number;
  seatId: string;
  /** Yjs, V1. */
  update: Uint8Array;
}

interface EncodedItem {
  __typename: 'PlanEdits' | 'PlanReset';
  cursor: string;
  update: string;
  seat: { id: string } | null;
  region: string;
  originSequence: number;
}

/** What comes of a plan after a cursor, in batches; `reset` says that a new epoch began after them. */
export interface Stream {
  /** Undefined: it has ended. @throws PeerError, Error as the peer's streams do */
  next(): Promise<{ items: Item[]; reset: boolean } | undefined>;
  stop(): void;
}

export function followItems(peer: Peer, planId: string, after: string): Stream {
  const batches = peer.follow<EncodedItem>(
    `subscription ReplicatedEdits($planId: ID!, $after: Cursor!) { planEdits(planId: $planId, after: $after) { __typename
      ... on PlanEdits { cursor update seat { id } region originSequence } } }`,
    { planId, after },
  );
  return {
    stop: () => void batches.return?.(),
    async next() {
      const { value: batch, done } = await batches.next();
      if (done) return undefined;
      const at = batch.findIndex(({ __typename }) => __typename === 'PlanReset');
      const edits = at < 0 ? batch : batch.slice(0, at);
      return { items: edits.map(toItem), reset: at >= 0 };
    },
  };
}

const toItem = ({ cursor, update, seat, region, originSequence }: EncodedItem): Item => ({
  cursor,
  region,
  originSeq: originSequence,
  seatId: seat?.id ?? SYSTEM_SEAT,
  update: Buffer.from(update, 'base64'),
});
