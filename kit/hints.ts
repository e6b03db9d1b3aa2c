import { createClient } from 'redis';
import { describeError, type Log } from './log.ts';
import { createSeal, type Seal } from './seal.ts';

/**
 * Whispers between processes. A hint may be lost, doubled or late: a receiver treats it as "look now" and finds the
 * truth in Postgres by cursor; it also looks by itself every few seconds.
 */
export interface Hints {
  publish(channel: string, payload: string): void;
  /** @returns stop listening */
  subscribe(channel: string, listener: (payload: string) => void): () => void;
  stop(): Promise<void>;
}

function createListeners() {
  const byChannel = new Map<string, Set<(payload: string) => void>>();
  return {
    deliver(channel: string, payload: string) {
      for (const listener of [...(byChannel.get(channel) ?? [])]) listener(payload);
    },
    /** @returns true if this is the channel's first listener */
    add(channel: string, listener: (payload: string) => void): boolean {
      const known = byChannel.get(channel);
      if (known) known.add(listener);
      else byChannel.set(channel, new Set([listener]));
      return !known;
    },
    /** @returns true if the channel has no listener left */
    remove(channel: string, listener: (payload: string) => void): boolean {
      const known = byChannel.get(channel);
      if (!known?.delete(listener) || known.size > 0) return false;
      byChannel.delete(channel);
      return true;
    },
  };
}

/** Hints within one process. A listener runs in a later microtask, never inside the publisher's call. */
export function createProcessHints(): Hints {
  const listeners = createListeners();
  return {
    publish: (channel, payload) => queueMicrotask(() => listeners.deliver(channel, payload)),
    subscribe(channel, listener) {
      listeners.add(channel, listener);
      return () => void listeners.remove(channel, listener);
    },
    stop: async () => {},
  };
}

/** A key for each channel, so that a hint cannot be moved to another one. */
function createSeals(secret: string): (channel: string) => Seal {
  const known = new Map<string, Seal>();
  return (channel) => {
    let seal = known.get(channel);
    if (!seal) {
      seal = createSeal(secret, `hint\n${channel}`);
      if (known.size >= 10_000) known.clear();
      known.set(channel, seal);
    }
    return seal;
  };
}

/** What is not ours is no hint. */
function openOrNothing(seal: Seal, message: string): string | undefined {
  try {
    return seal.open(message);
  } catch {
    return undefined;
  }
}

/**
 * Hints through Redis, sealed under GATEWAY_SECRET: who can reach Redis can neither read what is whispered nor whisper
 * anything that is listened to. Starting fails if Redis cannot be reached; afterwards a dead Redis costs latency only: publishing
 * never throws or waits, and the client reconnects by itself.
 */
export async function connectRedisHints(url: string, secret: string, log: Log): Promise<Hints> {
  const listeners = createListeners();
  const reconnectStrategy = (retries: number) => Math.min(2_000, 50 * 2 ** Math.min(retries, 6));
  const publisher = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy, connectTimeout: 3_000 },
  });
  const subscriber = publisher.duplicate({ disableOfflineQueue: false });
  let started = false;
  const stopOn = (error: unknown) => {
    if (started) log.warn('redis is away; hints are late until it is back', describeError(error));
  };
  publisher.on('error', stopOn);
  subscriber.on('error', () => {});
  const connecting = Promise.all([publisher.connect(), subscriber.connect()]);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      connecting,
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer within 5 s')), 5_000);
      }),
    ]);
  } catch (error) {
    publisher.destroy();
    subscriber.destroy();
    connecting.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
  started = true;
  const seals = createSeals(secret);
  const ignoreLost = () => {}; // a lost hint is made good by the receivers' own re-reading
  // A SUBSCRIBE under way when Redis dies fails, and the client forgets it: it is asked for again at each connection.
  const unconfirmed = new Map<string, (message: string) => void>();
  const ask = (channel: string, receive: (message: string) => void) => {
    const confirm = () => {
      if (unconfirmed.get(channel) === receive) unconfirmed.delete(channel);
    };
    subscriber.subscribe(channel, receive).then(confirm, ignoreLost);
  };
  subscriber.on('ready', () => {
    for (const [channel, receive] of unconfirmed) ask(channel, receive);
  });
  return {
    publish: (channel, payload) => void publisher.publish(channel, seals(channel).close(payload)).catch(ignoreLost),
    subscribe(channel, listener) {
      if (listeners.add(channel, listener)) {
        const receive = (message: string) => {
          const payload = openOrNothing(seals(channel), message);
          if (payload !== undefined) listeners.deliver(channel, payload);
        };
        unconfirmed.set(channel, receive);
        ask(channel, receive);
      }
      return () => {
        if (!listeners.remove(channel, listener)) return;
        unconfirmed.delete(channel);
        void subscriber.unsubscribe(channel).catch(ignoreLost);
      };
    },
    async stop() {
      if (!started) return;
      started = false;
      publisher.destroy();
      subscriber.destroy();
    },
  };
}
