import { ApiError } from '../../kit/errors.ts';

/** How much one principal (a person or partner, on all sockets and seats) or one address may ask for. What is absent is not limited. */
export interface RateLimits {
  /** Operations a second of a principal; twice as many may come at once. */
  operations: number;
  /** Cost (operation-cost.ts) a minute of a principal; a minute's may be spent at once. */
  cost: number;
  /** Open sockets of a principal. */
  sockets: number;
  /** Live subscriptions of a principal. */
  streams: number;
  /** The same two of a partner, by whichever of its keys; absent: as of any principal. */
  partnerOperations: number;
  partnerStreams: number;
  /** Open sockets of an address, signed in or not. */
  addressSockets: number;
  /** Requests and sockets a second of an address of which it is not known (yet) who asks; twice as many may come at once. */
  addressRequests: number;
}

/** A refused sign-in counts as so many requests of its address. */
const failedSignIn = 20;

/** Each throws ApiError RATE_LIMITED with `extensions.retryAfterMs`. An address that is undefined is not limited. */
export interface Rates {
  /** A request, or a socket that is opened: before its token is looked at. */
  knock(address: string | undefined): void;
  /** Its token is good: it counts for its principal from here on, and no longer for its address. */
  admit(address: string | undefined): void;
  /** What became of a sign-in that failed: a token that was refused counts. Never throws: the refusal is the answer. */
  failSignIn(address: string | undefined, error: unknown): void;
  /** @returns to be called once when the socket has closed; a second call changes nothing */
  openSocket(owner: { address: string | undefined } | { subject: string }): () => void;
  /** @returns to be called once when the subscription has ended; a second call changes nothing */
  openStream(subject: string): () => void;
  /** An operation, before its text is read. */
  begin(subject: string): void;
  /** Its cost, before it is planned. What is refused is not charged. */
  spend(subject: string, cost: number): void;
}

/** Such is the subject of a partner, the same by each of its keys. */
const isPartner = (subject: string) => subject.startsWith('partner:');

/**
 * @param now ms; never goes back
 * @param onRefused told of each refusal, which limit it was
 */
export function createRates(
  limits: Partial<RateLimits>,
  now: () => number = () => performance.now(),
  onRefused: (limit: keyof RateLimits) => void = () => {},
): Rates {
  const refuseFor =
    (limit: keyof RateLimits): Refuse =>
    (message, retryAfterMs) => {
      onRefused(limit);
      return new ApiError('RATE_LIMITED', message, { retryAfterMs });
    };
  const perSecond = (limit: 'addressRequests' | 'operations' | 'partnerOperations') => {
    const rate = limits[limit];
    return rate === undefined ? undefined : createBuckets(rate, rate * 2, 1_000, now, refuseFor(limit));
  };
  const count = (limit: keyof RateLimits, message: string) => createCounts(limits[limit], message, refuseFor(limit));
  const addressRequests = perSecond('addressRequests');
  const operations = perSecond('operations');
  const partnerOperations = perSecond('partnerOperations') ?? operations;
  const cost =
    limits.cost === undefined ? undefined : createBuckets(limits.cost, limits.cost, 60_000, now, refuseFor('cost'));
  const addressSockets = count('addressSockets', 'Too many sockets are open from your address.');
  const sockets = count('sockets', 'You have too many sockets open: close one, or share one.');
  const tooMany = 'You follow too many subscriptions at once: end one.';
  const streams = count('streams', tooMany);
  const partnerStreams = limits.partnerStreams === undefined ? streams : count('partnerStreams', tooMany);
  return {
    knock: (address) =>
      address !== undefined && addressRequests?.take(address, 1, 'Too many requests come from your address'),
    admit: (address) => address !== undefined && addressRequests?.giveBack(address, 1),
    failSignIn(address, error) {
      if (address === undefined || (error as ApiError | undefined)?.code !== 'UNAUTHENTICATED') return;
      addressRequests?.charge(address, failedSignIn);
    },
    openSocket: (owner) => ('subject' in owner ? sockets.enter(owner.subject) : addressSockets.enter(owner.address)),
    openStream: (subject) => (isPartner(subject) ? partnerStreams : streams).enter(subject),
    begin: (subject) =>
      (isPartner(subject) ? partnerOperations : operations)?.take(subject, 1, 'You send too many operations'),
    spend: (subject, units) =>
      cost?.take(
        subject,
        Math.min(units, limits.cost as number),
        'Your operations of the last minute have cost too much',
      ),
  };
}

type Refuse = (message: string, retryAfterMs: number) => ApiError;

const remembered = 20_000; // keys, before those that are full again are forgotten

/**
 * Token buckets. Of each key only the moment is kept at which its bucket will be full again: a bucket that is full takes no
 * memory. (rate-limiter-flexible counts windows instead, keeps a timer for each key and answers by promise, where operations
 * are prepared in one go.)
 * @param rate units that flow in, every `period` ms @param size units that a full bucket holds
 */
function createBuckets(rate: number, size: number, period: number, now: () => number, refuse: Refuse) {
  const fullAt = new Map<string, number>();
  const msOf = period / rate; // of one unit
  const span = size * msOf; // until an empty bucket is full
  let sweepAt = remembered;

  const keep = (key: string, at: number, time: number) => {
    fullAt.set(key, at);
    if (fullAt.size <= sweepAt) return;
    for (const [each, moment] of fullAt) if (moment <= time) fullAt.delete(each);
    sweepAt = Math.max(remembered, fullAt.size * 2); // or each new key would look at all the others again
  };

  return {
    /** @throws ApiError RATE_LIMITED when there is not as much in it; then nothing is taken */
    take(key: string, units: number, message: string): void {
      const time = now();
      const at = Math.max(fullAt.get(key) ?? 0, time) + units * msOf;
      const over = at - time - span;
      if (over > 1e-6) {
        const retryAfterMs = Math.max(1, Math.ceil(over));
        throw refuse(`${message}: try again in ${retryAfterMs} ms.`, retryAfterMs);
      }
      keep(key, at, time);
    },
    giveBack(key: string, units: number): void {
      const at = fullAt.get(key);
      if (at === undefined) return;
      if (at - units * msOf > now()) fullAt.set(key, at - units * msOf);
      else fullAt.delete(key);
    },
    /** Takes what is there, as far as it goes. */
    charge(key: string, units: number): void {
      const time = now();
      keep(key, Math.min(Math.max(fullAt.get(key) ?? 0, time) + units * msOf, time + span), time);
    },
  };
}

const whenToTryAgain = 5_000; // ms; nobody knows when the others close

function createCounts(limit: number | undefined, message: string, refuse: Refuse) {
  const counts = new Map<string, number>();
  return {
    enter(key: string | undefined): () => void {
      if (limit === undefined || key === undefined) return () => {};
      const count = counts.get(key) ?? 0;
      if (count >= limit) throw refuse(message, whenToTryAgain);
      counts.set(key, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const remaining = (counts.get(key) as number) - 1;
        if (remaining === 0) counts.delete(key);
        else counts.set(key, remaining);
      };
    },
  };
}
