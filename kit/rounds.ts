import type { Hints } from './hints.ts';

export interface Rounds {
  /** A round begins soon: at once, or after the one under way, which may have looked too early. */
  ask(): void;
  /** Lets the round under way end. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Does `work` now, every `everyMs` ms, and whenever a hint comes; never twice at a time in this process.
 * @param failed is told what a round has thrown; the next comes all the same
 */
export function startRounds(
  work: () => Promise<unknown>,
  {
    everyMs,
    failed,
    on,
  }: { everyMs: number; failed: (error: unknown) => void; on?: { hints: Hints; channel: string } },
): Rounds {
  let running: Promise<void> | undefined;
  let isAsked = false;
  let isStopped = false;

  const run = async () => {
    // No await between finding that nobody has asked and leaving: who asks in such a gap would wait for the next round.
    while (isAsked && !isStopped) {
      isAsked = false;
      try {
        await work();
      } catch (error) {
        failed(error);
      }
    }
    running = undefined;
  };
  const ask = () => {
    isAsked = true;
    running ??= Promise.resolve().then(run);
  };
  const unsubscribe = on?.hints.subscribe(on.channel, ask) ?? (() => {});
  const timer = setInterval(ask, everyMs);
  timer.unref();
  ask();
  return {
    ask,
    async stop() {
      isStopped = true;
      unsubscribe();
      clearInterval(timer);
      await running;
    },
  };
}
