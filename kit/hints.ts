import { createClient } from 'redis';
import { describeError, type Log } from './log.ts';

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

/**
 * Hints through Redis. Starting fails if Redis cannot be reached; afterwards a dead Redis costs latency only: publishing
 * never throws or waits, and the client reconnects by itself.
 */
export async function connectRedisHints(url: string, log: Log): Promise<Hints> {
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
  const ignoreLost = () => {}; // a lost hint is made good by the receivers' own re-reading
  return {
    publish: (channel, payload) => void publisher.publish(channel, payload).catch(ignoreLost),
    subscribe(channel, listener) {
      const receive = (message: string) => listeners.deliver(channel, message);
      if (listeners.add(channel, listener)) void subscriber.subscribe(channel, receive).catch(ignoreLost);
      return () => {
        if (listeners.remove(channel, listener)) void subscriber.unsubscribe(channel).catch(ignoreLost);
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
