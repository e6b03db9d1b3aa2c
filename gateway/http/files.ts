import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { type AssertionSigner, assertionHeader } from '../../kit/assertion.ts';
import { ApiError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { requestIdFrom } from '../../kit/request-id.ts';
import type { Rates } from '../demand/rates.ts';
import { createFailureAnswer } from './failures.ts';
import type { SignIn } from './sign-in.ts';

const connections = 32; // to each subgraph, apart from those of operations: a reader on a slow link holds one as long as it reads
const atOnce = 4; // downloads of one principal
const stalled = 30_000; // ms in which a reader takes nothing
const longest = 10 * 60_000; // ms of a download

const asked = ['range', 'if-range'] as const;
const answered = [
  ...['content-type', 'content-length', 'content-disposition', 'content-range', 'accept-ranges', 'etag'],
  ...['x-content-type-options', 'content-security-policy', 'cache-control'],
] as const;

export interface Files {
  /** Answers what stands below `/files`, which is cut off. */
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

/**
 * `GET /files/<subgraph>/<id>`: who asks -> signed actor -> the subgraph's `GET /files/<id>`, which asks its policy; the bytes go through as they come and are kept
 * nowhere. What is not there and what is not the reader's get the same 404.
 * @param subgraphs by name, each url ending in /graphql
 */
export function createFiles(parts: {
  subgraphs: Readonly<Record<string, string>>;
  signer: AssertionSigner;
  signIn: SignIn;
  rates: Rates;
  log: Log;
}): Files {
  const { signer, signIn, rates, log } = parts;
  const answerFailure = createFailureAnswer(log);
  const running = new Map<string, number>();
  const pools = new Map(
    Object.entries(parts.subgraphs).map(([name, url]) => {
      const { origin, pathname } = new URL(url);
      const pool = new Pool(origin, { connections, headersTimeout: 10_000, bodyTimeout: 10_000 });
      return [name, { pool, root: pathname.replace(/graphql$/, 'files/') }];
    }),
  );

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdFrom(request.headers['x-request-id']);
    response.setHeader('x-request-id', requestId);
    const { actor } = await signIn(request);
    rates.begin(actor.subject);
    const [, name = '', id] = /^\/([\w-]+)\/([^/?]+)(?:\?|$)/.exec(request.url ?? '') ?? [];
    const at = pools.get(name);
    if (!at || !id) throw notFound();
    const leave = enter(running, actor.subject);
    const gone = new AbortController();
    const onClose = () => gone.abort();
    response.once('close', onClose);
    try {
      const headers: Record<string, string> = {
        [assertionHeader]: await signer.sign(actor, name),
        'x-request-id': requestId,
      };
      for (const header of asked) if (request.headers[header]) headers[header] = String(request.headers[header]);
      const method = request.method as 'GET' | 'HEAD';
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(longest)]);
      const found = await at.pool.request({ method, path: `${at.root}${id}`, headers, signal }).catch((cause) => {
        if (!gone.signal.aborted)
          log.warn('a file cannot be fetched', { requestId, subgraph: name, code: cause?.code });
        throw new ApiError('SUBGRAPH_UNAVAILABLE', `${name} does not answer: try again.`);
      });
      if (![200, 206, 416].includes(found.statusCode)) {
        await found.body.dump();
        if (found.statusCode === 404) throw notFound();
        log.warn('a file was refused', { requestId, subgraph: name, status: found.statusCode });
        throw new ApiError('SUBGRAPH_UNAVAILABLE', `${name} cannot give this file now: try again.`);
      }
      for (const header of answered) {
        const value = found.headers[header];
        if (value !== undefined) response.setHeader(header, value);
      }
      response.statusCode = found.statusCode;
      response.setTimeout(stalled, () => response.destroy());
      await pipeline(found.body, response);
    } finally {
      leave();
      response.off('close', onClose);
    }
  }

  return {
    handler(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const error = new ApiError('BAD_REQUEST', 'Files are fetched by GET.');
        response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'application/json; charset=utf-8' });
        return void response.end(JSON.stringify({ errors: [error] }));
      }
      answer(request, response).catch((error) => answerFailure(error, request, response));
    },
    async stop() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

const notFound = () => new ApiError('NOT_FOUND', 'There is no such file, or you may not read it.');

/** @returns to be called once when the download has ended @throws ApiError RATE_LIMITED */
function enter(running: Map<string, number>, subject: string): () => void {
  const count = running.get(subject) ?? 0;
  if (count >= atOnce)
    throw new ApiError('RATE_LIMITED', `You download ${atOnce} files already: wait for one.`, { retryAfterMs: 2_000 });
  running.set(subject, count + 1);
  return () => {
    const left = (running.get(subject) as number) - 1;
    if (left === 0) running.delete(subject);
    else running.set(subject, left);
  };
}
