import { expect } from '@jest/globals';
import { generateKeyBetween } from 'fractional-indexing';
import { type Node as Block, Schema } from 'prosemirror-model';
import { updateYFragment, yXmlFragmentToProseMirrorRootNode } from 'y-prosemirror';
import * as Y from 'yjs';
import { buildPlanDocument, type PlanRecord } from '../subgraphs/working-plans/document/build.ts';
import { applyEdits, isWhole } from '../subgraphs/working-plans/document/state.ts';
import { judge } from '../subgraphs/working-plans/guard/judge.ts';
import { CLIENT_LIMITS, type Verdict } from '../subgraphs/working-plans/guard/verdict.ts';
import { newNode, nodeOf, open, RECORD, SEED } from './plan-forge.ts';

export const FIRST = 30_000_000;
/** What the editor's own user does; only this is undone. Creating a node is not: its undo would remove the node. */
const USER = 'user';

const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { content: 'inline*', group: 'block' },
    heading: { content: 'inline*', group: 'block', attrs: { level: { default: 1 } } },
    bullet_list: { content: 'list_item+', group: 'block' },
    ordered_list: { content: 'list_item+', group: 'block', attrs: { order: { default: 1 } } },
    list_item: { content: 'paragraph (paragraph | bullet_list | ordered_list)*' },
    text: { group: 'inline' },
    hard_break: { group: 'inline', inline: true },
  },
  marks: { strong: {}, em: {}, link: { attrs: { href: {}, title: { default: null } } } },
});
export type Below = (below: number) => number;
const WORDS = ['map ', 'ñandú ', '🙂', 'informe, ', 'a', '´e', 'UNTOC ', '🗺️'];

function inline(below: Below, word: () => string) {
  return Array.from({ length: 1 + below(3) }, () => {
    if (below(6) === 0) return schema.node('hard_break');
    const marks = [
      [],
      [schema.mark('strong')],
      [schema.mark('em'), schema.mark('link', { href: 'https://example.org' })],
    ];
    return schema.text(word(), marks[below(3)]);
  });
}
function block(below: Below, word: () => string): Block {
  if (below(4) > 0) return schema.node('paragraph', null, inline(below, word));
  if (below(2) > 0) return schema.node('heading', { level: 1 + below(6) }, inline(below, word));
  const items = Array.from({ length: 1 + below(2) }, () =>
    schema.node('list_item', null, schema.node('paragraph', null, inline(below, word))),
  );
  return schema.node(below(2) ? 'bullet_list' : 'ordered_list', null, items);
}
/** Never between the halves of a character, where no editor lets a cursor stand. */
function wholeAt(node: Block, offset: number): number {
  const before = node.textBetween(0, node.content.size, '', '-').charCodeAt(offset - 1);
  return before >= 0xd800 && before <= 0xdbff ? offset + 1 : offset;
}
const wordOf = (below: Below) => WORDS[below(WORDS.length)]!;

/** A change of rich text, written by y-prosemirror itself. */
export function editRich(fragment: Y.XmlFragment, below: Below, word: () => string = () => wordOf(below)): void {
  const root = yXmlFragmentToProseMirrorRootNode(fragment, schema);
  const blocks = [...root.children];
  const at = below(blocks.length + 1);
  const old = blocks[at];
  const choice = below(8);
  if (!old || choice < 2) blocks.splice(at, 0, block(below, word));
  else if (choice < 4 && blocks.length > 1) blocks.splice(at, 1);
  else if (old.inlineContent) {
    const cut = wholeAt(old, below(old.content.size + 1));
    const end = wholeAt(old, Math.min(cut + below(4), old.content.size));
    const [left, right] = [old.content.cut(0, cut), old.content.cut(end)];
    if (choice === 4) blocks.splice(at, 1, old.copy(left), old.copy(right));
    else blocks[at] = old.type.create(old.attrs, [...left.content, ...inline(below, word), ...right.content]);
  } else blocks[at] = block(below, word);
  const meta = { mapping: new Map(), isOMark: new Map() };
  updateYFragment(fragment.doc!, fragment, schema.node('doc', null, blocks), meta);
}

/** Two objectives and one activity, or more, with short texts: small enough to be copied some hundred thousand times. */
export function shortPlan(locales: readonly string[] = ['en', 'es'], others = ['1.1.2', '2.1.1']): Y.Doc {
  const both = (text: string) => Object.fromEntries(locales.map((locale) => [locale, `${locale}: ${text}`]));
  const activity = (code: string) => ({
    code,
    title: both(code),
    description: both(`About ${code}.`),
    status: 'PLANNED',
  });
  const objective = (code: string, thematicArea: string, activities: string[]) => ({
    code,
    thematicArea,
    sdgTargets: [],
    title: both(`Objective ${code}`),
    outcomes: [{ code: `${code}.1`, statement: both('Outcome'), activities: activities.map(activity) }],
  });
  const record: PlanRecord = {
    ...RECORD,
    title: both('Plan'),
    preamble: both('First.'),
    objectives: [
      objective('1', 'TRAFFICKING_IN_PERSONS', ['1.1.1', ...others.filter((code) => code.startsWith('1.'))]),
      objective(
        '2',
        'FIREARMS',
        others.filter((code) => code.startsWith('2.')),
      ),
    ],
  };
  return buildPlanDocument(record, SEED);
}

export class Editor {
  doc!: Y.Doc;
  private undo!: Y.UndoManager;
  private outbox: Uint8Array[] = [];
  private cursor = 0;
  private acked!: Uint8Array;
  offline = false;
  private made = 0;

  constructor(
    readonly clientId: number,
    private readonly server: Server,
    private readonly below: Below,
  ) {
    this.doc = open(server.doc, clientId);
    this.cursor = server.log.length;
    this.acked = Y.encodeStateVector(this.doc);
    this.undo = new Y.UndoManager(this.doc.getMap('nodes'), { trackedOrigins: new Set([USER]), captureTimeout: 0 });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'log' && this.outbox.push(update));
  }

  act(): void {
    const { below, doc } = this;
    const all = [...doc.getMap<Y.Map<unknown>>('nodes')].filter((entry) => entry[1].get('kind'));
    const [key, node] = all[below(all.length)]!;
    const texts = [...node.values()].filter((value) => value instanceof Y.Map).flatMap((map) => [...map.values()]);
    const text: unknown = texts[below(texts.length)];
    const choice = below(20);
    if (choice === 0) this.undo.redo();
    else if (choice < 4) this.undo.undo();
    else if (choice === 4) this.createNode();
    else {
      doc.transact(() => {
        if (choice < 9) this.setPlain(key, node);
        else if (text instanceof Y.XmlFragment) editRich(text, below);
        else if (text instanceof Y.Text) {
          const at = below(text.length + 1);
          if (below(3) === 0) text.delete(at, Math.min(below(8), text.length - at));
          else text.insert(at, WORDS[below(WORDS.length)]!);
        }
      }, USER);
    }
  }

  /** A field, the order, the flag, or a node of its own. */
  setSomething(): void {
    const { below, doc } = this;
    const all = [...doc.getMap<Y.Map<unknown>>('nodes')].filter((entry) => entry[1].get('kind'));
    const [key, node] = all[below(all.length)]!;
    if (below(5) === 0) this.createNode();
    else doc.transact(() => this.setPlain(key, node), USER);
  }

  private setPlain(key: string, node: Y.Map<unknown>): void {
    if (key === 'plan') return;
    // None, where an undo or a forger took it away.
    const pos = (node.get('pos') as string | undefined) ?? null;
    const flag = { by: `seat:${this.clientId}`, at: '2027-01-01T00:00:00Z' };
    const choice = this.below(4);
    if (choice === 0) node.set('pos', generateKeyBetween(pos, null));
    else if (choice === 1) node.set('deleted', node.get('deleted') ? null : flag);
    else if (node.get('kind') === 'activity') {
      if (choice === 2) node.set('parent', nodeOf(this.doc, 'o2.1') && this.below(2) ? 'o2.1' : 'o1.1');
      else node.set('countries', ['UG', 'CO', 'HN'].slice(this.below(3)));
    } else node.set('code', String(this.below(100)));
  }

  private createNode(): void {
    const both = (make: () => Y.Text | Y.XmlFragment) => new Y.Map(['en', 'es'].map((locale) => [locale, make()]));
    const fields = {
      kind: 'activity',
      parent: 'o1.1',
      pos: 'a9',
      title: both(() => new Y.Text('new')),
      description: both(() => new Y.XmlFragment()),
    };
    this.doc
      .getMap('nodes')
      .set(`n${this.clientId}-${this.made++}`, newNode(this.below(3) ? fields : { ...fields, title: undefined }));
  }

  typeInto(key: string): void {
    const text = (nodeOf(this.doc, key).get('title') as Y.Map<Y.Text>).get('en')!;
    const at = this.below(text.length + 1);
    if (this.below(4) === 0) text.delete(at, Math.min(3, text.length - at));
    else text.insert(at, 'ab');
  }

  get busy(): boolean {
    return this.outbox.length > 0;
  }

  receive(): void {
    while (this.cursor < this.server.log.length) Y.applyUpdate(this.doc, this.server.log[this.cursor++]!, 'log');
  }

  push(): void {
    if (this.outbox.length === 0) return;
    const updates = this.outbox.splice(0);
    const way = this.below(4);
    if (way === 0) for (const update of updates) this.server.accept(update, this.clientId);
    else if (way === 1) this.server.accept(Y.mergeUpdates(updates), this.clientId);
    else {
      // Everything since the last ack, others' deletions and all, as a client does that kept no outbox.
      const update = Y.encodeStateAsUpdate(this.doc, this.acked);
      this.server.accept(update, this.clientId);
      // The ack was lost: sent again, maybe with more.
      if (way === 2) {
        this.server.accept(update, this.clientId);
        this.act();
      }
      this.outbox.length = 0;
      this.server.accept(Y.encodeStateAsUpdate(this.doc, this.acked), this.clientId);
    }
    this.acked = Y.encodeStateVector(this.server.doc);
  }
}

export class Server {
  readonly log: Uint8Array[] = [];
  repeats = 0;
  slowestMs = 0;

  constructor(readonly doc: Y.Doc) {}

  /** Takes an honest push. Editors have all rights, and only their own client id. */
  accept(update: Uint8Array, clientId: number): void {
    const start = performance.now();
    const rights = { owns: (client: number) => client === clientId, may: () => true };
    const verdict = judge(update, this.doc, rights, { ...CLIENT_LIMITS, maxBytes: 1e6 });
    this.slowestMs = Math.max(this.slowestMs, performance.now() - start);
    if (!verdict.ok) throw new Error(`An honest push was refused: ${verdict.code} ${verdict.message}`);
    this.take(update, verdict);
  }

  /** Applies what passed, and holds the verdict to its word. */
  take(update: Uint8Array, verdict: Verdict & { ok: true }): void {
    const state = (client: number) => Y.getState(this.doc.store, client);
    for (const { clientId, startClock } of verdict.clients) expect(state(clientId)).toBe(startClock);
    const before = Y.snapshot(this.doc);
    applyEdits(this.doc, [update]);
    expect(isWhole(this.doc)).toBe(true);
    for (const { clientId, endClock } of verdict.clients) expect(state(clientId)).toBe(endClock);
    expect(Y.equalSnapshots(before, Y.snapshot(this.doc))).toBe(!verdict.effect);
    if (verdict.effect) this.log.push(update);
    else this.repeats++;
  }
}
