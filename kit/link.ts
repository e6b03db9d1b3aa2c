import { ConfigurationError } from './errors.ts';
import { backOff } from './link/back-off.ts';
import { connect, isAway, type Peer, PeerError } from './link/peer.ts';
import { rest } from './link/rest.ts';
import { describeError, type Log } from './log.ts';

export { type Follow, isAway, type Peer, PeerError } from './link/peer.ts';
export { rest } from './link/rest.ts';

/** Another installation, and the key that it issued to this one. */
export interface LinkOptions {
  /** The peer's REGION. */
  region: string;
  /** Its gateway's address, as users know it: https://africa.example */
  url: string;
  /** Asked for each connection, so that a key may be replaced while the link runs. The key is never logged. */
  readKey(): Promise<string>;
  log: Log;
  /** What is done over a connection, until it ends or `signal` says so. What it throws ends the connection, which is made again. */
  session(peer: Peer): Promise<void>;
  now?: () => number;
  random?: () => number;
}

const lasting = 10_000; // ms after which a connection was a good one

export interface LinkStatus {
  region: string;
  state: 'CONNECTING' | 'CONNECTED' | 'WAITING';
  /** When anything was last heard of the peer; ms since 1970, null: never by this process. */
  heardAt: number | null;
  /** What the last connection ended with. */
  error: string | null;
}

export interface Link {
  readonly status: LinkStatus;
  /** The peer was just heard of by another way: if it could not be reached, try now. */
  wake(): void;
  /** Ends the session that is under way, and waits for it. */
  stop(): Promise<void>;
}

/**
 * Keeps one connection to a peer's gateway, over which this side pulls; the peer does the same. Nothing is pushed, so there is nothing to acknowledge: whoever
 * reads keeps its cursor, in the transaction that stores what it has read.
 *
 * A connection that ends is made again after 1 s, 2 s, 4 s ... 60 s, each up to half shorter by chance. A peer that cannot be reached at all is tried every
 * 2 s in the first quarter of an hour, since a cut that heals should be over at once and a try costs a packet or two.
 */
export function openLink(options: LinkOptions): Link {
  const { region, log, now = Date.now, random = Math.random } = options;
  const stopping = new AbortController();
  const status: LinkStatus = { region, state: 'CONNECTING', heardAt: null, error: null };
  const startedAt = now();
  /** While the peer cannot be reached: a peer that refuses is not to be asked more often because it asks us. */
  let unreached: AbortController | undefined;
  let told: string | undefined;

  /** @returns what ended it */
  async function serve(attempt: number): Promise<unknown> {
    const onHeard = () => {
      status.heardAt = now();
    };
    try {
      const peer = await connect({ ...options, attempt, signal: stopping.signal, onHeard });
      Object.assign(status, { state: 'CONNECTED', error: null });
      try {
        await options.session(peer);
        return peer.ended;
      } finally {
        await peer.close();
      }
    } catch (error) {
      return error;
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      status.state = 'CONNECTING';
      const began = now();
      const error = await serve(failures);
      if (stopping.signal.aborted) break;
      status.state = 'WAITING';
      status.error = (error as Error | undefined)?.message ?? 'the connection ended';
      if (told !== status.error) log.warn('link interrupted', { peer: region, ...describeLink(error) });
      told = status.error;
      if (now() - began > lasting) {
        failures = 0;
        told = undefined;
      }
      const unanswered = isAway(error);
      const silence = now() - (status.heardAt ?? startedAt);
      const delay = backOff(failures++, { unanswered, silence, random });
      const woken = new AbortController();
      unreached = unanswered ? woken : undefined;
      await rest(delay, woken.signal, stopping.signal);
      unreached = undefined;
    }
  }

  const running = run();
  return {
    status,
    wake: () => unreached?.abort(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Of what a peer or a socket said, the stack tells nothing. */
const describeLink = (error: unknown) =>
  error instanceof PeerError || error instanceof ConfigurationError || !(error instanceof Error)
    ? { error: error instanceof Error ? error.message : String(error) }
    : describeError(error);
