import WebSocket from 'ws';
import type * as Y from 'yjs';
import { connect } from '../../web/co-editing/connection.ts';
import { createGraphWire } from '../../web/co-editing/graph-wire.ts';
import { PlanSession } from '../../web/co-editing/session.ts';
import { createMemoryShelf, type Kept } from '../../web/co-editing/shelf.ts';
import type { OpenedDocument, PlanWire } from '../../web/co-editing/wire.ts';
import { type Link, openLink } from '../link.ts';
import type { Account } from './check.ts';
import type { Dice } from './clock.ts';
import { Hands } from './hands.ts';
import { Contents, readCharacters, Tokens } from './ledger.ts';
import type { Platform } from './platform.ts';

export const planId = 'plan:joint-2027';

/** Somebody who edits the joint plan with the client library, over a link that fails. */
export class GatewayEditor implements Account {
  readonly sent = new Set<string>();
  readonly acknowledged = new Contents(Tokens.is);
  readonly owed: Account['owed'] = new Map();
  #session!: PlanSession;
  #shelf!: ReturnType<typeof createMemoryShelf>;
  #graph!: ReturnType<typeof connect>;
  #hands: Hands | undefined;
  #doc: Y.Doc | null = null;
  #later = new Set<ReturnType<typeof setTimeout>>();

  private constructor(
    readonly name: string,
    private readonly seatId: string,
    private readonly token: string,
    private readonly link: Link,
    private readonly world: { dice: Dice; tokens: Tokens },
  ) {}

  /** @param gateway which of the two */
  static async enter(
    platform: Platform,
    persona: string,
    gateway: number,
    world: { dice: Dice; tokens: Tokens },
  ): Promise<GatewayEditor> {
    const port = platform.ports[gateway]!;
    const token = await platform.token(persona);
    const graph = connect({ url: `http://127.0.0.1:${port}`, token, webSocket: WebSocket });
    const { data } = await graph.ask('{ viewer { seat { id } } }', {});
    graph.close();
    const link = await openLink({ to: { port }, latency: 2, random: world.dice.roll });
    const editor = new GatewayEditor(persona, data.viewer.seat.id, token, link, world);
    editor.open(undefined);
    return editor;
  }

  get doc(): Y.Doc | null {
    return this.#session.view.doc;
  }
  get isSaved(): boolean {
    return this.#session.view.status.kind === 'saved' && this.#session.view.rights === 'edit';
  }
  get state(): string {
    return JSON.stringify(this.#session.view.status);
  }
  get refusedText(): string {
    return this.#session.view.refused.flatMap(({ texts }) => texts.map(({ text }) => text)).join('\n');
  }

  private open(kept: Kept | undefined): void {
    const url = `http://127.0.0.1:${this.link.port}`;
    const graph = connect({ url, token: this.token, webSocket: WebSocket });
    const wire = createGraphWire(graph, planId);
    const push: PlanWire['push'] = async (epoch, editId, update, ...rest) => {
      const contents = new Contents(Tokens.is);
      contents.add(update);
      for (const [id, character] of contents.characters) this.sent.add(`${id} ${character}`);
      const cursor = await wire.push(epoch, editId, update, ...rest);
      this.acknowledged.add(update);
      return cursor;
    };
    this.#graph = graph;
    this.#shelf = createMemoryShelf(kept);
    this.#session = new PlanSession({
      wire: { ...wire, push },
      shelf: this.#shelf,
      random: this.world.dice.roll,
      shortestWait: 50,
      longestWait: 500,
      onChange: () => this.look(),
    });
    void this.#session.start();
  }

  private look(): void {
    if (this.doc === this.#doc) return;
    if (this.#doc) {
      const there = new Set([...readCharacters(this.#doc, Tokens.is)].map(([id, character]) => `${id} ${character}`));
      for (const key of this.owed.keys()) if (!there.has(key)) this.owed.delete(key);
    }
    this.#doc = this.doc;
    this.#hands = undefined;
  }

  type(): void {
    const { doc, rights } = this.#session.view;
    if (!doc || rights !== 'edit') return;
    const { dice, tokens } = this.world;
    this.#hands ??= new Hands(doc, this.seatId, dice, tokens);
    const typed = (update: Uint8Array) => {
      const contents = new Contents(Tokens.is);
      contents.add(update);
      for (const [id, character] of contents.characters) {
        this.owed.set(`${id} ${character}`, { character, lineage: new Map(), dropped: false });
      }
    };
    doc.on('update', typed);
    this.#hands.act();
    doc.off('update', typed);
  }

  /** Something happens to the link, or to the tab. */
  async suffer(): Promise<void> {
    const { dice } = this.world;
    const choice = dice.below(5);
    if (choice === 0) this.link.reset();
    else if (choice === 1) {
      this.link.cut(dice.pick(['up', 'down', 'both']));
      this.after(dice.between(50, 800), () => this.link.heal());
    } else if (choice < 4) {
      // Offline, and the device knows.
      this.link.refusing = true;
      this.link.reset();
      this.#session.suspect();
      this.after(dice.between(50, 1_200), () => {
        this.link.refusing = false;
        this.#session.syncNow();
      });
    } else {
      // The tab is gone, and another one stands on what it had on its shelf.
      const kept = this.#shelf.peek();
      await this.end();
      this.open(kept);
    }
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      act();
    }, ms);
    this.#later.add(timer);
  }

  heal(): void {
    for (const timer of this.#later) clearTimeout(timer);
    this.#later.clear();
    this.link.refusing = false;
    this.link.heal();
    this.#session.syncNow();
  }

  private async end(): Promise<void> {
    const session = this.#session;
    this.#doc = null;
    this.#hands = undefined;
    this.#graph.close();
    await session.stop();
  }

  async leave(): Promise<void> {
    this.heal();
    await this.end();
    await this.link.stop();
  }
}

const wireOf = async (platform: Platform, persona: string, gateway: number) => {
  const token = await platform.token(persona);
  const graph = connect({ url: `http://127.0.0.1:${platform.ports[gateway]}`, token, webSocket: WebSocket });
  return { wire: createGraphWire(graph, planId), close: () => graph.close() };
};

export async function openDocument(platform: Platform, persona: string, gateway = 0): Promise<OpenedDocument> {
  const { wire, close } = await wireOf(platform, persona, gateway);
  const opened = await wire.open();
  close();
  return opened!;
}

/** Every edit after one cursor up to another, as a reader gets it who follows. */
export async function readLog(platform: Platform, after: string, to: string): Promise<Uint8Array[]> {
  const { wire, close } = await wireOf(platform, 'africa-editor', 0);
  const log: Uint8Array[] = [];
  if (after !== to) {
    await new Promise<void>((resolve, reject) => {
      wire.follow(after, {
        opened() {},
        next(event) {
          if (event.kind === 'reset') return reject(new Error('a new epoch began'));
          log.push(event.update);
          if (event.cursor === to) resolve();
        },
        ended: (failure) => reject(failure ?? new Error('the stream ended')),
      });
    });
  }
  close();
  return log;
}
