import type { GraphAnswer } from './graph.ts';

/** What an operation is sent as: its hash, since the gateway knows those of this page (vite.config.ts), or its text as well. */
export interface Sent {
  query?: string;
  operationName?: string;
  extensions?: { persistedQuery: { version: 1; sha256Hash: string } };
}

const hashes = new Map<string, Promise<string | undefined>>();
/** Operations whose hash the gateway did not understand. */
const refused = new Set<string>();

/** First the hash alone, where there is one; undefined: the text is to be sent. */
export async function sendByHash(query: string): Promise<Sent | undefined> {
  if (refused.has(query)) return undefined;
  let hashing = hashes.get(query);
  if (!hashing) {
    hashing = hash(query);
    hashes.set(query, hashing);
  }
  const sha256Hash = await hashing;
  return sha256Hash === undefined
    ? undefined
    : { ...nameOf(query), extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

/**
 * What to send after this was answered so; undefined if that was an answer. A gateway newer or older than the page does not know the
 * hash and asks for the text, or knows nothing of hashes.
 */
export function sendInstead(query: string, sent: Sent, errors: GraphAnswer['errors']): Sent | undefined {
  const code = errors?.[0]?.extensions?.code;
  if (code === 'PERSISTED_QUERY_NOT_FOUND') return { query, ...sent };
  if (code !== 'PERSISTED_QUERY_NOT_SUPPORTED' && code !== 'BAD_REQUEST') return undefined;
  refused.add(query); // nothing was run of it
  return sendWhole(query);
}

export const sendWhole = (query: string): Sent => ({ query, ...nameOf(query) });

function nameOf(query: string): { operationName?: string } {
  const [, operationName] = /^\s*\w+\s+(\w+)/.exec(query) ?? [];
  return operationName === undefined ? {} : { operationName };
}

/** Undefined where the browser has no cryptography: in pages that came neither over TLS nor from this machine. */
async function hash(text: string): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
