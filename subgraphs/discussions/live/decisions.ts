import type { DataSource } from 'typeorm';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';

export interface DecisionListener {
  tell(): void;
  end(): void;
}

/** Hint channel: "a decision has changed"; the payload is empty. */
const decisionChannel = 'decisions';

/** The one reader of decisions that somebody in this process follows: what counts is whether one looks different from the last time. */
export class DecisionPulse {
  readonly #followed = new Map<string, { listeners: Set<DecisionListener>; looks: string | undefined }>();
  #looking: Promise<void> | undefined;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};
  #isStopped = false;
  #hasFailed = false;

  constructor(
    private readonly source: Pick<DataSource, 'query'>,
    private readonly hints: Hints,
    private readonly log: Log,
    private readonly pollMs: number,
  ) {}

  hint(): void {
    this.hints.publish(decisionChannel, '');
  }

  /** Hears when it looks different from the last look, so from one that ended after this call. @returns stop */
  listen(id: string, listener: DecisionListener): () => void {
    if (this.#isStopped) {
      listener.end();
      return () => {};
    }
    if (this.#followed.size === 0) {
      this.#unsubscribe = this.hints.subscribe(decisionChannel, () => void this.look());
      this.#timer = setInterval(() => void this.look(), this.pollMs);
      this.#timer.unref();
    }
    const entry = this.#followed.get(id) ?? { listeners: new Set(), looks: undefined };
    this.#followed.set(id, entry);
    entry.listeners.add(listener);
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size > 0 || this.#followed.get(id) !== entry) return;
      this.#followed.delete(id);
      if (this.#followed.size === 0) this.#rest();
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#rest();
    for (const { listeners } of this.#followed.values()) for (const listener of [...listeners]) listener.end();
    await this.#looking;
  }

  #rest(): void {
    this.#unsubscribe();
    clearInterval(this.#timer);
  }

  /** Resolves once a look that began after this call has been told. */
  async look(): Promise<void> {
    this.#isDue = true;
    this.#looking ??= (async () => {
      while (this.#isDue && !this.#isStopped) {
        this.#isDue = false;
        await this.#read();
      }
    })()
      .catch((error) => {
        this.#hasFailed = true;
        this.log.warn('decisions cannot be read; trying again', describeError(error));
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#isDue && !this.#isStopped) void this.look(); // asked for in the last moment
      });
    await this.#looking;
  }

  async #read(): Promise<void> {
    const ids = [...this.#followed.keys()];
    if (ids.length === 0) return;
    const rows: { id: string; looks: string }[] = await this.source.query(
      `SELECT d.id, concat_ws(' ', d.version, d.round, count(p.*), max(p.taken_at), md5(string_agg(p.position || p.organisation_id, ',' ORDER BY p.organisation_id))) AS looks
       FROM decision d LEFT JOIN decision_position p ON p.decision_id = d.id AND p.round = d.round
       WHERE d.id = ANY($1) GROUP BY d.id`,
      [ids],
    );
    for (const { id, looks } of rows) {
      const entry = this.#followed.get(id);
      if (!entry || entry.looks === looks) continue;
      const isFirst = entry.looks === undefined && !this.#hasFailed; // seen by its readers, who read after this
      entry.looks = looks;
      if (!isFirst) for (const listener of [...entry.listeners]) listener.tell();
    }
  }
}
