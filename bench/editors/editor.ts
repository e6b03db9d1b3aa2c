import WebSocket from 'ws';
import { Contents } from '../../test/convergence/ledger.ts';
import { connect, createGraphWire, createMemoryShelf, PlanSession, type PlanWire } from '../../web/co-editing.ts';
import { clock } from '../gateway/process.ts';

export interface EditorOptions {
  url: string;
  token: string;
  planId: string;
  /** Whether what arrives here is noted: each note costs the driver time. */
  observes: boolean;
  random: () => number;
}

/** When something happened to a clock of a client: `client:clock`, ms. */
export type Moments = Map<string, number>;

interface SharedText {
  length: number;
  insert(at: number, text: string): void;
  delete(at: number, length: number): void;
}
// biome-ignore lint/suspicious/noExplicitAny: the texts of a plan, of whichever copy of Yjs
type Nodes = Map<string, Map<string, any>>;

/** One person at a keyboard: bursts of three to five keystrokes a second in one text, a pause, another text. */
export class Editor {
  readonly typed: Moments = new Map();
  readonly arrived: Moments = new Map();
  /** Of each push, from its sending to its acknowledgement, ms. */
  readonly pushes: number[] = [];
  /** Of each keystroke, until it is acknowledged, ms. */
  readonly saves: number[] = [];
  readonly acknowledged = new Contents();
  readonly session: PlanSession;
  readonly wire: PlanWire;
  readonly #graph: ReturnType<typeof connect>;
  #timer: NodeJS.Timeout | undefined;
  #left = 0;
  #text: SharedText | undefined;
  #at = 0;
  keystrokes = 0;

  constructor(private readonly options: EditorOptions) {
    const { url, token, planId } = options;
    this.#graph = connect({ url, token, webSocket: WebSocket });
    this.wire = createGraphWire(this.#graph, planId);
    const push: PlanWire['push'] = async (epoch, editId, update, ...rest) => {
      const start = clock();
      const cursor = await this.wire.push(epoch, editId, update, ...rest);
      const now = clock();
      this.pushes.push(now - start);
      const contents = new Contents();
      contents.add(update);
      this.acknowledged.add(update);
      for (const id of contents.characters.keys()) {
        const at = this.typed.get(id);
        if (at !== undefined) this.saves.push(now - at);
      }
      return cursor;
    };
    this.session = new PlanSession({ wire: { ...this.wire, push }, shelf: createMemoryShelf() });
  }

  async open(): Promise<void> {
    await this.session.start();
    while (this.session.view.rights !== 'edit') await new Promise((look) => setTimeout(look, 20));
    const doc = this.session.view.doc!;
    doc.on('update', (update: Uint8Array, _origin: unknown, _doc: unknown, { local }: { local: boolean }) => {
      if (!local && !this.options.observes) return;
      const now = clock();
      const contents = new Contents();
      contents.add(update);
      const into = local ? this.typed : this.arrived;
      for (const id of contents.characters.keys()) if (!into.has(id)) into.set(id, now);
    });
  }

  start(): void {
    const next = () => {
      const pause = this.#left > 0 ? 1_000 / this.between(3, 5) : this.between(1_000, 6_000);
      this.#timer = setTimeout(() => {
        this.strike();
        next();
      }, pause);
    };
    next();
  }

  private strike(): void {
    const { doc } = this.session.view;
    if (!doc) return;
    if (this.#left-- <= 0 || !this.#text) {
      this.#left = Math.round(this.between(10, 60));
      this.#text = this.pick(doc.getMap('nodes') as unknown as Nodes);
      this.#at = Math.floor(this.options.random() * (this.#text.length + 1));
    }
    this.#at = Math.min(this.#at, this.#text.length);
    this.keystrokes++;
    if (this.options.random() < 0.05 && this.#at > 0) this.#text.delete(--this.#at, 1);
    else this.#text.insert(this.#at++, 'etaoin shrdlu'[Math.floor(this.options.random() * 13)]!);
  }

  private pick(nodes: Nodes): SharedText {
    for (;;) {
      const all = [...nodes.values()];
      const node = all[Math.floor(this.options.random() * all.length)]!;
      const field = node.get('kind') === 'activity' && this.options.random() < 0.6 ? 'description' : 'title';
      const text = node.get(field)?.get('en');
      if (!text) continue;
      // Rich text: the first run of characters in its first paragraph.
      const inner = field === 'description' ? text.get(0)?.get?.(0) : text;
      if (inner && typeof inner.insert === 'function' && typeof inner.length === 'number') return inner;
    }
  }

  private between(least: number, most: number): number {
    return least + this.options.random() * (most - least);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  get isSaved(): boolean {
    return this.session.view.status.kind === 'saved';
  }

  async stop(): Promise<void> {
    this.pause();
    await this.session.stop();
    this.#graph.close();
  }
}
