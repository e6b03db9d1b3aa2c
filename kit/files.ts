import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from './context.ts';
import { ApiError } from './errors.ts';

/** A file as it leaves: whole, in memory. */
export interface ServedFile {
  /** As it is to be called on the reader's device; characters that no file name holds are replaced. */
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/**
 * What a subgraph gives `serveSubgraph({ files })`: the file of an id, if this actor may read it now; null for what is not there and what is not theirs
 * alike. Policy is asked here, as by every other way to the same record. Ids are of the subgraph's own choice, 1 to 200 characters.
 *
 * A client fetches `GET <gateway>/files/<subgraph>/<id>` (`fileUrl`) with its bearer token; the gateway signs the actor and asks the
 * subgraph's `GET /files/<id>`. Files are always attachments, never shown by a browser under our origin, and never kept by a cache. A part of one may be asked for
 * (`Range`, with the `ETag` in `If-Range`), so that a broken download goes on.
 */
export type FindFile = (actor: Actor, id: string) => Promise<ServedFile | null>;

/** Where a client finds a file: a path at the gateway. @param subgraph its name */
export const fileUrl = (subgraph: string, id: string): string => `/files/${subgraph}/${encodeURIComponent(id)}`;

const longestId = 200; // characters

/** The id in `/files/<id>`; undefined when the path is another. */
export function fileIdOf(path: string): string | undefined {
  const [, text] = /^\/files\/([^/]+)$/.exec(path) ?? [];
  if (text === undefined) return undefined;
  try {
    const id = decodeURIComponent(text);
    return id.length <= longestId && !/\p{Cc}/u.test(id) ? id : undefined;
  } catch {
    return undefined; // no UTF-8 behind its %
  }
}

/** Answers a request for a file by GET or HEAD. @throws ApiError NOT_FOUND; an error with `status` 405 */
export async function answerFile(
  find: FindFile,
  actor: Actor,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw Object.assign(new Error('by GET alone'), { status: 405 });
  const file = await find(actor, id);
  if (!file) throw new ApiError('NOT_FOUND', 'There is no such file, or you may not read it.');
  const { bytes } = file;
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  const headers = {
    ...safeHeaders,
    'content-disposition': writeDisposition(file.name),
    etag,
    'accept-ranges': 'bytes',
  };
  const { range, 'if-range': condition } = request.headers;
  const part = condition === undefined || condition === etag ? readRange(range, bytes.length) : 'whole';
  if (part === 'outside') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}`, 'content-length': 0 }).end();
    return;
  }
  const [from, end]: readonly [number, number] = part === 'whole' ? [0, bytes.length] : part;
  const whole = part === 'whole' ? {} : { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` };
  const about = { 'content-type': file.mediaType, 'content-length': end - from, ...whole };
  response.writeHead(part === 'whole' ? 200 : 206, { ...headers, ...about });
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from, end));
}

/** Whatever somebody uploaded or named: no browser runs or keeps it. */
const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'private, no-store',
};

/** First byte and the one after the last. Several ranges at once, and what is no range, get the whole (RFC 9110, 14.2). */
function readRange(text: string | undefined, size: number): readonly [from: number, end: number] | 'whole' | 'outside' {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') return Number(last) === 0 ? 'outside' : [Math.max(0, size - Number(last)), size];
  if (last !== '' && Number(last) < Number(first)) return 'whole';
  if (Number(first) >= size) return 'outside';
  return [Number(first), last === '' ? size : Math.min(size, Number(last) + 1)];
}

/** RFC 6266: the name in ASCII for old clients, and as it is. */
function writeDisposition(name: string): string {
  // cut between characters: half of one has no place in a header
  const whole = [...name.replace(/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/gu, '_')].slice(0, 200).join('') || 'file';
  const ascii = whole
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|%/g, '_');
  const encoded = encodeURIComponent(whole).replace(/['()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
