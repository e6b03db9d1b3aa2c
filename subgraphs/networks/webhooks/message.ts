import type { WebhookMode } from './entities.ts';

export interface Message {
  /** The event's: the same in every attempt. */
  id: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** As CloudEvents has it for headers: what is not printable ASCII, and space, " and %, as %XX of its bytes in UTF-8. */
const inHeader = (value: string): string =>
  value.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** A CloudEvents 1.0 event in the JSON format, as the body and headers of a request. */
export function toMessage(cloudEvent: Record<string, unknown>, mode: WebhookMode): Message {
  const id = String(cloudEvent.id);
  if (mode === 'STRUCTURED') {
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    return { id, headers, body: Buffer.from(JSON.stringify(cloudEvent)) };
  }
  const { data, datacontenttype, ...attributes } = cloudEvent;
  const headers = Object.entries(attributes).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[`ce-${name}`, inHeader(String(value))]],
  );
  return {
    id,
    headers: { 'content-type': String(datacontenttype), ...Object.fromEntries(headers) },
    body: Buffer.from(JSON.stringify(data)),
  };
}
