import * as Y from 'yjs';
import { plain } from '../../co-editing/unsaved-text.ts';

export type Kind = 'plan' | 'objective' | 'outcome' | 'activity' | 'milestone' | 'indicator' | 'budgetLine' | 'risk';

/** A node of the plan as the document has it now, with what stands below it. Texts are read and typed in the document itself. */
export interface TreeNode {
  key: string;
  kind: Kind;
  code: string;
  map: Y.Map<unknown>;
  /** Children in their order, of all kinds. */
  children: TreeNode[];
}

const below: Record<Kind, readonly Kind[]> = {
  plan: ['objective'],
  objective: ['outcome'],
  outcome: ['activity', 'indicator'],
  activity: ['milestone', 'indicator', 'budgetLine', 'risk'],
  milestone: [],
  indicator: [],
  budgetLine: [],
  risk: [],
};

/** The tree without deleted nodes and what hangs on them; null while the document has no plan node. */
export function readTree(doc: Y.Doc): TreeNode | null {
  const byParent = new Map<string, (TreeNode & { pos: string })[]>();
  let plan: TreeNode | null = null;
  for (const [key, map] of doc.getMap('nodes').entries()) {
    if (!(map instanceof Y.Map)) continue;
    const kind = map.get('kind');
    if (typeof kind !== 'string' || !Object.hasOwn(below, kind) || (map.get('deleted') ?? null) !== null) continue;
    const node = {
      key,
      kind: kind as Kind,
      code: asText(map.get('code')),
      pos: asText(map.get('pos')),
      map,
      children: [],
    };
    if (kind === 'plan') plan = key === 'plan' ? node : plan;
    else {
      const parent = asText(map.get('parent')) || 'plan';
      byParent.set(parent, [...(byParent.get(parent) ?? []), node]);
    }
  }
  // Kinds stand strictly below one another, so no chain of parents can be a circle.
  const hang = (node: TreeNode): void => {
    node.children = (byParent.get(node.key) ?? [])
      .filter(({ kind }) => below[node.kind].includes(kind))
      .sort(byPosition);
    for (const child of node.children) hang(child);
  };
  if (plan) hang(plan);
  return plan;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
export const asList = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** By code units, as every reader does; never by a locale's order. */
function byPosition(a: { key: string; pos: string }, b: { key: string; pos: string }): number {
  if (a.pos !== b.pos) return a.pos < b.pos ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

/** The tree for `useSyncExternalStore`: read again when nodes or plain fields change, not when somebody types in a text. */
export function watchTree(doc: Y.Doc): { subscribe(listener: () => void): () => void; read(): TreeNode | null } {
  let tree = readTree(doc);
  const readAt = Y.encodeStateVector(doc).join();
  return {
    read: () => tree,
    subscribe(listener) {
      const nodes = doc.getMap('nodes');
      const onEvents = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
        if (!events.some(({ target }) => target instanceof Y.Map)) return;
        tree = readTree(doc);
        listener();
      };
      if (Y.encodeStateVector(doc).join() !== readAt) tree = readTree(doc);
      nodes.observeDeep(onEvents as never);
      return () => nodes.unobserveDeep(onEvents as never);
    },
  };
}

/** The code of a node that is shown, such as 1.1.2; empty for the plan itself and what is not shown. */
export function readCode(node: TreeNode, key: string): string {
  if (node.key === key) return node.code;
  for (const child of node.children) {
    const code = readCode(child, key);
    if (code) return code;
  }
  return '';
}

/** Which locales the plan's texts have. */
export function readLocales(plan: TreeNode): string[] {
  const title = plan.map.get('title');
  return title instanceof Y.Map ? [...title.keys()].sort() : [];
}

/** A text or rich text without marks. */
export const asPlain = (text: unknown): string =>
  text instanceof Y.XmlFragment && !(text instanceof Y.XmlText) ? plain(text) : text instanceof Y.Text ? `${text}` : '';

/** One field's text in one locale; `other` is the same text in the first other locale that has one, for readers and translators. */
export function readText(node: TreeNode, field: string, locale: string) {
  const texts = node.map.get(field);
  if (!(texts instanceof Y.Map)) return null;
  const own: unknown = texts.get(locale);
  const other = [...texts.keys()].sort().find((tag) => tag !== locale && asPlain(texts.get(tag)) !== '');
  return {
    text: own instanceof Y.Text || own instanceof Y.XmlFragment ? own : null,
    other: other === undefined ? null : { locale: other, text: texts.get(other) as Y.Text | Y.XmlFragment },
  };
}
