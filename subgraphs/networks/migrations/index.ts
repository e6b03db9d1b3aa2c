import { InitialNetworks1763700000000 } from './2026-11-21-initial.ts';
import { Governance1763790000000 } from './2026-11-22-governance.ts';
import { NetworkHomes1763800000000 } from './2026-11-22-homes.ts';
import { PartnerReadings1763802000000 } from './2026-11-22-partner-readings.ts';
import { Reviews1763791000000 } from './2026-11-22-reviews.ts';
import { WebhookItems1763803000000 } from './2026-11-22-webhook-items.ts';
import { Webhooks1763801000000 } from './2026-11-22-webhooks.ts';

export const migrations = [
  InitialNetworks1763700000000,
  Governance1763790000000,
  Reviews1763791000000,
  NetworkHomes1763800000000,
  Webhooks1763801000000,
  PartnerReadings1763802000000,
  WebhookItems1763803000000,
];
