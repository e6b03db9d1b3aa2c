import { checkKey, type Door, readKey, toGraphUrl } from './address.ts';
import { backOff, rest } from './back-off.ts';
import { isFinal, nonsense, toUpdatesError, UpdatesError } from './errors.ts';
import {
  type Batch,
  checkCursor,
  toUpdate,
  type Update,
  type UpdateFilter,
  type UpdateNode,
  updateFields,
} from './events.ts';

export interface AskOptions extends Door {
  /** How long to try again while the platform cannot be reached, ms; 5,000. What it says itself, of too much in a minute, is waited for besides. */
  patienceMs?: number;
  signal?: AbortSignal;
  /** Told before each further attempt, with ms until it; for a log. */
  onInterruption?: (reason: UpdatesError, delayMs: number) => void;
}

const answerWithin = 60_000; // ms
const mostBytes = 32 * 1024 * 1024; // of an answer

/**
 * One query.
 * @throws UpdatesError with the code of its first error; DISCONNECTED when nobody answers. The signal's reason when that is aborted
 */
export async function ask<Data>(
  options: AskOptions,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const { patienceMs = 5_000, signal } = options;
  let until = performance.now() + patienceMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await askOnce<Data>(options, query, variables);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UpdatesError) || isFinal(error) || error.code === 'RESYNC_REQUIRED') throw error;
      const delay = (error.retryAfterMs ?? 0) + backOff(failures);
      const isTold = error.code === 'RATE_LIMITED' && error.retryAfterMs !== undefined;
      if (isTold) until += delay;
      else if (performance.now() + delay > until) throw error;
      options.onInterruption?.(error, delay);
      await rest(delay, signal);
    }
  }
}

async function askOnce<Data>(options: AskOptions, query: string, variables: object): Promise<Data> {
  const url = toGraphUrl(options, 'http');
  const key = await readKey(options, options.signal);
  checkKey(key);
  const signals = [AbortSignal.timeout(answerWithin), ...(options.signal ? [options.signal] : [])];
  let answer: { data?: Data | null; errors?: unknown } | null;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
      redirect: 'error', // the key is for this address
      signal: AbortSignal.any(signals),
    });
    answer = parse(await readText(response));
  } catch (error) {
    if (error instanceof UpdatesError) throw error;
    const { cause, message } = error as Error & { cause?: Error };
    throw new UpdatesError('DISCONNECTED', cause?.message || message);
  }
  if (Array.isArray(answer?.errors) && answer.errors.length > 0) throw toUpdatesError(answer.errors[0]);
  if (typeof answer?.data !== 'object' || answer.data === null) throw nonsense();
  return answer.data;
}

/** @throws UpdatesError for one that has no end */
async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > mostBytes) throw nonsense();
  }
  return Buffer.concat(parts).toString();
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw nonsense();
  }
}

export interface PageOptions extends AskOptions {
  /** Absent: from the oldest that can be had. */
  after?: string;
  filter?: UpdateFilter;
  selection?: string;
  /** Updates of a page; 100, which is the most. */
  first?: number;
}

const page = (selection: string) => `query ($after: Cursor, $first: Int!, $filter: NetworkUpdateFilter) {
  networkUpdates(after: $after, first: $first, filter: $filter) {
    edges { node { ${updateFields} ${selection} } }
    pageInfo { hasNextPage endCursor }
    oldestAvailable
    newestAvailable
  }
}`;

/** A batch of the log. It may be empty: then `cursor` has moved past what is not for you. */
export interface Page<Selected> extends Batch<Update<Selected>> {
  /** Resuming after it gives all that can be had. */
  oldestAvailable: string;
  /** Resuming after it gives what comes from now on. */
  newestAvailable: string;
}

interface Answer {
  networkUpdates: {
    edges: { node: UpdateNode }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    oldestAvailable: string;
    newestAvailable: string;
  };
}

/**
 * The same log and the same cursors by another road, up to what is newest now: to read it in turns in place of following it, or to prove that
 * nothing was missed.
 * @throws UpdatesError as `ask` does; RESYNC_REQUIRED with the oldest `cursor` when `after` cannot be resumed; CURSOR_INVALID
 */
export async function* readUpdates<Selected = unknown>(
  options: PageOptions,
): AsyncGenerator<Page<Selected>, void, void> {
  const { filter, first = 100, selection = '' } = options;
  for (let after = options.after, hasMore = true; hasMore; ) {
    const { networkUpdates } = await ask<Partial<Answer>>(options, page(selection), { after, first, filter });
    if (!networkUpdates) throw nonsense();
    const { edges, pageInfo, oldestAvailable, newestAvailable } = networkUpdates;
    const end = checkCursor(pageInfo?.endCursor);
    if (!Array.isArray(edges) || (pageInfo.hasNextPage && end === after)) throw nonsense(); // it would never end
    after = end;
    hasMore = pageInfo.hasNextPage;
    const events = edges.map(({ node }) => toUpdate<Selected>(node));
    yield { events, cursor: after, oldestAvailable, newestAvailable };
  }
}
