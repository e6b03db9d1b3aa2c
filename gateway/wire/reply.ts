import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

/** What a subgraph answers to one request, as a whole. */
export interface Whole {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * Reads the answer to one dispatched request. Undici's own `request` makes a stream of it first, which costs more than the rest of a
 * fetch.
 */
export class Reply implements Dispatcher.DispatchHandler {
  readonly whole: Promise<Whole>;
  #resolve!: (whole: Whole) => void;
  #reject!: (error: unknown) => void;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Buffer[] = [];
  #controller: Controller | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: () => void;

  /**
   * @param signal rejects `whole` at once and ends the request
   * @param onEnd called once, when the request takes no place at the pool any more
   */
  constructor(signal: AbortSignal | undefined, onEnd: () => void) {
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = signal;
    this.#onEnd = onEnd;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  readonly #onAbort = () => {
    const { reason } = this.#signal as AbortSignal;
    this.#reject(reason);
    this.#controller?.abort(reason);
  };

  #end(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onEnd();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(this.#signal.reason); // while it waited for a connection
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end();
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? (first as Buffer) : Buffer.concat(this.#chunks);
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const text = bytes.toString('utf8', hasMark ? 3 : 0); // as a whole: a character may lie on both sides of a chunk's end
    this.#resolve({ status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#end();
    this.#reject(error);
  }
}
