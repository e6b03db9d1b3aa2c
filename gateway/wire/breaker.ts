import type { Send } from '../execute/index.ts';
import { isWell, NotAsked, outcomeOf } from './failure.ts';

const half = 5_000; // ms; two such halves are the window that is judged
const fewest = 10; // requests in the window before it says anything
const worst = 0.5; // the proportion of failures that opens the circuit
const pause = 500; // ms between probes of a subgraph that is away
const patience = 1_000; // ms that others wait for a probe under way

/** Whether a subgraph is asked. */
export interface Circuit {
  readonly state: 'closed' | 'half-open' | 'open';
  /** How often it has opened. */
  readonly opened: number;
}

export interface Circuits<C> {
  send: Send<C>;
  readonly bySubgraph: ReadonlyMap<string, Circuit>;
  /** The subgraph has shown a sign of life: the next request may try it. */
  hope(subgraph: string): void;
}

/**
 * Spares a subgraph that is away, and those who would wait for it: once half of at least ten requests in the last 5 to 10 s failed on
 * the way, requests are refused at once. Every 500 ms one of them is a probe; the others wait for its outcome, 1 s at most, so that none
 * is refused by a subgraph that has just come back.
 *
 * Not cockatiel's breaker (0.3 us a call): there, what comes during a probe waits for it without a limit, 10 s when the subgraph hangs,
 * and a probe whose client goes away closes the circuit.
 */
export function createCircuits<C>(
  send: Send<C>,
  subgraphs: Iterable<string>,
  now: () => number = () => performance.now(),
): Circuits<C> {
  const circuits = new Map([...subgraphs].map((name) => [name, new Breaker(now)]));
  return {
    bySubgraph: circuits,
    hope: (subgraph) => circuits.get(subgraph)?.hope(),
    send: (request, context) => {
      const circuit = circuits.get(request.subgraph);
      return circuit
        ? circuit.run(() => send(request, context), request.subgraph, request.signal)
        : send(request, context);
    },
  };
}

class Breaker implements Circuit {
  state: Circuit['state'] = 'closed';
  opened = 0;
  readonly #now: () => number;
  #since = 0;
  #window = { good: 0, bad: 0 };
  #before = { good: 0, bad: 0 };
  #probeAt = 0;
  #probe: Promise<unknown> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  hope(): void {
    this.#probeAt = 0;
  }

  run<T>(ask: () => Promise<T>, subgraph: string, signal: AbortSignal | undefined): Promise<T> {
    return this.state === 'closed' ? this.#watch(ask, signal) : this.#try(ask, subgraph, signal);
  }

  async #try<T>(ask: () => Promise<T>, subgraph: string, signal: AbortSignal | undefined): Promise<T> {
    if (this.state === 'half-open') await within(patience, this.#probe);
    if (this.state === 'closed') return this.#watch(ask, signal);
    if (this.state === 'half-open' || this.#now() < this.#probeAt)
      throw new NotAsked(`${subgraph} is not asked: it has failed too often just now.`, 'open');
    this.state = 'half-open';
    const probe = this.#watch(ask, signal);
    this.#probe = probe.catch(() => {});
    return probe;
  }

  #watch<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { state, opened } = this;
    // An outcome counts for the state that it was asked in: those that hung when the circuit opened do not open it again.
    const isCurrent = () => this.state === state && this.opened === opened;
    return ask().then(
      (answer) => {
        if (isCurrent()) this.#count(true);
        return answer;
      },
      (error) => {
        if (isCurrent()) this.#count(isWell(outcomeOf(error, signal)));
        throw error;
      },
    );
  }

  #count(well: boolean | undefined): void {
    if (this.state === 'half-open') {
      if (well) this.#close();
      else this.#open(well === undefined ? 0 : pause); // a probe that was called off told nothing
      return;
    }
    if (well === undefined) return;
    const at = this.#now();
    if (at - this.#since >= half) {
      this.#before = at - this.#since < 2 * half ? this.#window : { good: 0, bad: 0 };
      this.#window = { good: 0, bad: 0 };
      this.#since = at;
    }
    this.#window[well ? 'good' : 'bad'] += 1;
    if (well) return;
    const bad = this.#window.bad + this.#before.bad;
    const all = bad + this.#window.good + this.#before.good;
    if (all >= fewest && bad >= all * worst) this.#open(pause);
  }

  #open(wait: number): void {
    if (this.state === 'closed') this.opened += 1;
    this.state = 'open';
    this.#probeAt = this.#now() + wait;
  }

  #close(): void {
    this.state = 'closed';
    this.#window = { good: 0, bad: 0 };
    this.#before = { good: 0, bad: 0 };
    this.#since = this.#now();
  }
}

async function within(ms: number, outcome: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([outcome, late]);
  clearTimeout(timer);
}
