import { createHash } from 'node:crypto';
import { ApiError } from '../../kit/errors.ts';
import { Cache } from '../cache.ts';
import type { Request } from '../operations.ts';

/** The texts of operations by the SHA-256 of their bytes, in small hexadecimal digits. */
export type Manifest = ReadonlyMap<string, string>;

export interface PersistedOptions {
  /** Texts that were registered before clients came, and are kept. */
  manifest: Manifest;
  /** True: nothing else is run, introspection neither. */
  only: boolean;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a request asks for. */
export interface Asked {
  /** The document's text, if it is one. */
  text: unknown;
  /** To be called when the text has passed the limits: from now on its hash is enough. */
  keep: (() => void) | undefined;
}

/**
 * Reads requests that send a document, its hash, or both: `extensions.persistedQuery` { version: 1, sha256Hash } (Apollo's
 * automatic persisted queries) or `documentId` "sha256:…". What clients register is forgotten when others use more.
 * @throws ApiError PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED, BAD_REQUEST, OPERATION_NOT_PERSISTED
 */
export type ReadRequest = (request: Request) => Asked;

/** @param capacity bytes of texts that clients have registered */
export function createRequestReader(options: Partial<PersistedOptions> = {}, capacity = 8 * 1024 * 1024): ReadRequest {
  const { manifest = new Map<string, string>(), only = false } = options;
  const texts = new Set(manifest.values());
  const registered = new Cache<string>(capacity);

  return (request) => {
    const hash = hashOf(request);
    const { query } = request;
    if (hash === undefined) {
      if (only && !texts.has(query as string)) throw notPersisted();
      return { text: query, keep: undefined };
    }
    const known = manifest.get(hash) ?? registered.get(hash);
    if (query === undefined || query === null || query === '') {
      if (known === undefined) throw notFound();
      return { text: known, keep: undefined };
    }
    if (only && !texts.has(query as string)) throw notPersisted();
    if (known !== undefined && known === query) return { text: known, keep: undefined };
    if (typeof query !== 'string' || sha256(query) !== hash) {
      throw new ApiError('BAD_REQUEST', 'The hash is not that of the document sent with it.');
    }
    return { text: query, keep: () => registered.set(hash, query, query.length * 2 + 200) };
  };
}

/** Clients of Apollo's protocol look for these very messages. */
const notFound = () => new ApiError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
const notSupported = () => new ApiError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');

const notPersisted = () =>
  new ApiError('OPERATION_NOT_PERSISTED', 'Only operations that were registered with this gateway are run here.');

function hashOf({ extensions, documentId }: Request): string | undefined {
  const persisted = extensions?.persistedQuery as { version?: unknown; sha256Hash?: unknown } | null | undefined;
  if (persisted !== undefined && persisted !== null) {
    if (persisted.version !== 1) throw notSupported();
    return checkHash(persisted.sha256Hash, 'extensions.persistedQuery.sha256Hash');
  }
  if (documentId === undefined || documentId === null) return undefined;
  return checkHash(typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : documentId, 'documentId');
}

function checkHash(hash: unknown, where: string): string {
  if (typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw new ApiError('BAD_REQUEST', `${where}: the SHA-256 of the document in 64 hexadecimal digits is needed.`);
}

/** Whether a request may name its document by a hash alone. */
export const namesDocument = ({ extensions, documentId }: Pick<Request, 'extensions' | 'documentId'>): boolean =>
  (extensions?.persistedQuery ?? documentId ?? undefined) !== undefined;
