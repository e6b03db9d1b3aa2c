/** ms to wait after so many failures: 250, 500, 1,000 … 30,000, each up to half shorter by chance, so that not all come back at one moment. */
export const backOff = (failures: number, random: () => number = Math.random): number =>
  Math.round(Math.min(30_000, 250 * 2 ** Math.min(failures, 16)) * (0.5 + random() / 2));

/** Waits `ms`, or until the signal is aborted. */
export function rest(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1)); // what is longer a timer takes for nothing
    signal?.addEventListener('abort', done);
  });
}
