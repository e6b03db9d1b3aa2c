/** A subgraph answered, and not as a GraphQL server does. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  constructor(
    message: string,
    /** HTTP status of the answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** A request that this gateway did not make, or stopped waiting for: the subgraph may be well. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
  constructor(
    message: string,
    readonly reason: 'open' | 'deadline' | 'busy',
  ) {
    super(message);
  }
}

/** How a request to a subgraph ended. */
export const outcomes = [
  'ok', // data, and no errors
  'errors', // GraphQL errors: the subgraph is well
  'refused', // nothing listens: nothing was sent
  'failed', // the connection broke
  'timeout',
  'invalid', // answered, and not as a GraphQL server does
  'outage', // the same with a status of 500 or more
  'open', // not asked: the circuit is open
  'busy', // not asked: too many wait already
  'deadline', // no longer waited for: the operation's time is over
  'aborted', // the client went away
] as const;
export type Outcome = (typeof outcomes)[number];

const timeouts = new Set<unknown>([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

/** @param signal of the request */
export function outcomeOf(error: unknown, signal: AbortSignal | undefined): Outcome {
  if (error instanceof NotAsked) return error.reason;
  if (signal?.aborted) return 'aborted';
  if (error instanceof AnswerError) return error.status >= 500 ? 'outage' : 'invalid';
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (code === 'ECONNREFUSED') return 'refused';
  if (timeouts.has(code) || name === 'TimeoutError') return 'timeout';
  return 'failed';
}

const tellOfOutage = new Set<Outcome>(['refused', 'failed', 'timeout', 'outage']);
const tellOfHealth = new Set<Outcome>(['ok', 'errors', 'invalid']);

/** Whether the subgraph is well as far as this outcome tells; undefined when it tells nothing. */
export const isWell = (outcome: Outcome): boolean | undefined =>
  tellOfOutage.has(outcome) ? false : tellOfHealth.has(outcome) ? true : undefined;
