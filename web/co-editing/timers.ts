/** How time passes for a session: the browser's own, or a simulated clock. Nothing in this library waits by other means. */
export interface Timers {
  /** @param delay ms */
  setTimeout(run: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemTimers: Timers = {
  setTimeout: (run, delay) => setTimeout(run, delay),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
};
