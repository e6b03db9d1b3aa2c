import { generateKeyBetween } from 'fractional-indexing';
import * as Y from 'yjs';
import { editRich } from '../plan-editor.ts';
import { newNode } from '../plan-forge.ts';
import type { Dice } from './clock.ts';
import type { Tokens } from './ledger.ts';

/** What only the person at the keyboard does; only this is undone. */
export const BY_HAND = 'by hand';

/** A pair of hands on one copy of the plan. */
export class Hands {
  readonly #undo: Y.UndoManager;
  #made = 0;

  constructor(
    readonly doc: Y.Doc,
    private readonly seatId: string,
    private readonly dice: Dice,
    private readonly tokens: Tokens,
  ) {
    this.#undo = new Y.UndoManager(doc.getMap('nodes'), { trackedOrigins: new Set([BY_HAND]), captureTimeout: 0 });
  }

  act(): void {
    const { dice, doc } = this;
    const choice = dice.below(24);
    if (choice === 0) this.#undo.redo();
    else if (choice < 4) this.#undo.undo();
    else if (choice === 4) this.createNode();
    else doc.transact(() => this.change(choice), BY_HAND);
  }

  private change(choice: number): void {
    const { dice, doc, tokens } = this;
    const all = [...doc.getMap<Y.Map<unknown>>('nodes')].filter(([, node]) => node.get('kind'));
    const [key, node] = dice.pick(all);
    if (choice < 9) {
      this.setPlain(key, node);
      return;
    }
    const texts = [...node.values()].filter((value) => value instanceof Y.Map).flatMap((map) => [...map.values()]);
    const text: unknown = texts[dice.below(texts.length)];
    if (text instanceof Y.XmlFragment) editRich(text, dice.below, () => tokens.take(1 + dice.below(4)));
    else if (text instanceof Y.Text) {
      const at = dice.below(text.length + 1);
      if (dice.chance(0.3)) text.delete(at, Math.min(dice.below(8), text.length - at));
      else if (dice.chance(0.02))
        text.insert(at, tokens.take(1) + ' pasted'.repeat(dice.chance(0.05) ? 4_000 : 30) + tokens.take(1));
      else text.insert(at, tokens.take(1 + dice.below(5)) + (dice.chance(0.1) ? '🙂' : ''));
    }
  }

  private setPlain(key: string, node: Y.Map<unknown>): void {
    if (key === 'plan') return;
    const { dice } = this;
    const choice = dice.below(4);
    // None, where an undo took it away.
    if (choice === 0) node.set('pos', generateKeyBetween((node.get('pos') as string | undefined) ?? null, null));
    else if (choice === 1)
      node.set('deleted', node.get('deleted') ? null : { by: this.seatId, at: '2027-01-01T00:00:00Z' });
    else if (node.get('kind') === 'activity' && choice === 2) node.set('parent', dice.pick(['o1.1', 'o2.1']));
    else if (node.get('kind') === 'activity') node.set('countries', ['UG', 'CO', 'HN'].slice(dice.below(3)));
    else node.set('code', `${dice.below(100)}`);
  }

  /** Not undone: that would remove the node. */
  private createNode(): void {
    const { tokens } = this;
    const plan = this.doc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('plan')!;
    const locales = [...plan.get('title')!.keys()];
    const both = (make: () => Y.Text | Y.XmlFragment) => new Y.Map(locales.map((locale) => [locale, make()]));
    const fields = {
      kind: 'activity',
      parent: 'o1.1',
      pos: 'a9',
      code: '',
      title: both(() => new Y.Text(tokens.take(2))),
      description: both(() => new Y.XmlFragment()),
    };
    this.doc.getMap('nodes').set(`n${this.doc.clientID}-${this.#made++}`, newNode(fields));
  }
}
