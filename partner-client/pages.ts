import { type Door, readKey, toGraphUrl } from './address.ts';
import { backOff, rest } from './back-off.ts';
import { type GraphError, isFinal, toUpdatesError, UpdatesError } from './errors.ts';
import { type Batch, toUpdate, type Update, type UpdateFilter, type UpdateNode, updateFields } from './events.ts';

export interface AskOptions extends Door {
  /** How long to try again while the platform cannot be reached, ms; 5,000. */
  patienceMs?: number;
  signal?: AbortSignal;
}

const answerWithin = 60_000; // ms

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
  const began = Date.now();
  for (let failures = 0; ; failures += 1) {
    try {
      return await askOnce<Data>(options, query, variables);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UpdatesError) || isFinal(error) || error.code === 'RESYNC_REQUIRED') throw error;
      const delay = (error.retryAfterMs ?? 0) + backOff(failures);
      if (Date.now() + delay - began > patienceMs) throw error;
      await rest(delay, signal);
    }
  }
}

async function askOnce<Data>(options: AskOptions, query: string, variables: object): Promise<Data> {
  const key = await readKey(options);
  const signals = [AbortSignal.timeout(answerWithin), ...(options.signal ? [options.signal] : [])];
  let answer: { data?: Data | null; errors?: GraphError[] };
  try {
    const response = await fetch(toGraphUrl(options, 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
      redirect: 'error', // the key is for this address
      signal: AbortSignal.any(signals),
    });
    answer = JSON.parse(await response.text());
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    throw new UpdatesError('DISCONNECTED', cause?.message || message);
  }
  const [error] = answer?.errors ?? [];
  if (error) throw toUpdatesError(error);
  if (!answer?.data) throw new UpdatesError('DISCONNECTED', 'what answers there is not the platform');
  return answer.data;
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
    const { networkUpdates } = await ask<Answer>(options, page(selection), { after, first, filter });
    const { edges, pageInfo, oldestAvailable, newestAvailable } = networkUpdates;
    after = pageInfo.endCursor;
    hasMore = pageInfo.hasNextPage;
    const events = edges.map(({ node }) => toUpdate<Selected>(node));
    yield { events, cursor: after, oldestAvailable, newestAvailable };
  }
}
