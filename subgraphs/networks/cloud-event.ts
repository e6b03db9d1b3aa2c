import type { NetworkUpdate } from './entities/update.ts';

/** An update as a CloudEvents 1.0 event in the JSON format: the same by every way out. */
export const toCloudEvent = (update: Omit<NetworkUpdate, 'cursor' | 'dataSchema'>): Record<string, unknown> => ({
  specversion: '1.0',
  id: update.id,
  source: update.source,
  type: update.eventType,
  subject: update.subject,
  time: update.occurredAt.toISOString(),
  datacontenttype: 'application/json',
  sequence: update.sequence,
  partitionkey: update.networkId,
  networkid: update.networkId,
  visibility: update.visibility,
  ...(update.traceparent !== null && { traceparent: update.traceparent }),
  data: update.data,
});
