import type { DataSource } from 'typeorm';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';

/** Something changed in a thread, or a seat has read on in it. */
export interface Touched {
  threadId: string;
  /** The seat that has read; null: the thread itself, for all. */
  seatId: string | null;
}

export interface Listener {
  tell(touched: readonly Touched[]): void;
  end(): void;
}

/** Hint channel: "a thread has changed"; the payload is empty. */
export const threadChannel = 'discussions';

interface Row {
  threadId: string | null;
  seatId: string | null;
  touched: string;
}

/**
 * The one reader of changes of threads in a process. A row carries the transaction that touched it last. Each look takes all rows of
 * transactions that the look before had not seen as ended, and passes over those it has told: so a long transaction that commits late is not missed.
 */
export class Pulse {
  readonly #listeners = new Set<Listener>();
  #since: string | undefined;
  #told = new Map<string, string>();
  #looking: Promise<void> | undefined;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};
  #isStopped = false;

  /** @param pollMs looks without any hint this often */
  constructor(
    private readonly source: Pick<DataSource, 'query'>,
    private readonly hints: Hints,
    private readonly log: Log,
    private readonly pollMs: number,
  ) {}

  /** Tells the other processes, and this one, to look now. After the commit. */
  hint(): void {
    this.hints.publish(threadChannel, '');
  }

  /** Hears what is touched from now on. @returns stop */
  listen(listener: Listener): () => void {
    if (this.#isStopped) {
      listener.end();
      return () => {};
    }
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#rest();
    };
  }

  /** Resolves once a look that began after this call has been told. */
  async look(): Promise<void> {
    if (this.#looking) {
      this.#isDue = true;
      return this.#looking;
    }
    this.#looking = (async () => {
      do {
        this.#isDue = false;
        await this.#read();
      } while (this.#isDue && !this.#isStopped);
    })()
      .catch((error) => this.log.warn('changes of threads cannot be read; trying again', describeError(error)))
      .finally(() => {
        this.#looking = undefined;
        if (this.#isDue && !this.#isStopped) void this.look(); // asked for in the last moment
      });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#rest();
    for (const listener of [...this.#listeners]) listener.end();
    await this.#looking;
  }

  #begin(): void {
    this.#unsubscribe = this.hints.subscribe(threadChannel, () => void this.look());
    this.#timer = setInterval(() => void this.look(), this.pollMs);
    this.#timer.unref();
    void this.look();
  }

  #rest(): void {
    this.#unsubscribe();
    clearInterval(this.#timer);
    this.#since = undefined;
    this.#told.clear();
  }

  async #read(): Promise<void> {
    // The first look tells nobody anything: whoever listens has begun to, or is about to read, after it.
    const rows: Row[] = await this.source.query(
      `SELECT t.id AS "threadId", NULL AS "seatId", t.touched::text FROM thread t
       WHERE t.touched >= $1::xid8 AND t.touched < pg_snapshot_xmax(pg_current_snapshot())
       UNION ALL
       SELECT g.thread_id, g.seat_id, g.touched::text FROM thread_reading g
       WHERE g.touched >= $1::xid8 AND g.touched < pg_snapshot_xmax(pg_current_snapshot())
       UNION ALL
       SELECT NULL, NULL, pg_snapshot_xmin(pg_current_snapshot())::text`,
      [this.#since ?? '18446744073709551615'],
    );
    if (this.#listeners.size === 0) return;
    const isFirst = this.#since === undefined;
    const told = new Map<string, string>();
    const touched: Touched[] = [];
    for (const { threadId, seatId, touched: by } of rows) {
      if (threadId === null) {
        this.#since = by;
        continue;
      }
      const key = `${threadId} ${seatId ?? ''}`;
      told.set(key, by);
      if (this.#told.get(key) !== by) touched.push({ threadId, seatId });
    }
    this.#told = told;
    // Who began to listen before the first look may have missed what came in between: it looks for itself.
    if (isFirst) for (const listener of [...this.#listeners]) listener.tell([]);
    else if (touched.length > 0) for (const listener of [...this.#listeners]) listener.tell(touched);
  }
}
