import * as Y from 'yjs';
import { CHILDREN, type ENUMS, FIELDS, type FieldType, fieldType, isKind, type Kind, PLAN_KEY } from './fields.ts';
import { type Format, formatsOf } from './formats.ts';
import { byPosition } from './order.ts';
import { plainText } from './rich-text.ts';
import { accepts } from './values.ts';

export interface LocalizedText {
  locale: string;
  text: string;
  /** Of a rich text that is more than paragraphs. */
  formats?: readonly Format[];
}
/** All locales of one field, in the order of their tags. */
export type Localized = readonly LocalizedText[];

type Enums = typeof ENUMS;
type ValueOf<T extends FieldType> = T extends 'text' | 'richText'
  ? Localized
  : T extends 'strings'
    ? string[]
    : T extends 'amount'
      ? number | null
      : T extends 'boolean'
        ? boolean | null
        : T extends keyof Enums
          ? Enums[T][number] | null
          : string | null;
type DocumentFields<K extends Kind> = {
  [F in keyof (typeof FIELDS)[K] as (typeof FIELDS)[K][F] extends 'sql'
    ? never
    : F]: (typeof FIELDS)[K][F] extends FieldType ? ValueOf<(typeof FIELDS)[K][F]> : never;
};

/** A node without what stands below it. Lists are empty and other fields null where nobody has written them. */
export type PlanNode<K extends Kind = Kind> = K extends Kind
  ? { key: string; kind: K; code: string; parent: string | null; pos: string } & DocumentFields<K>
  : never;
export type ActivityTree = PlanNode<'activity'> & {
  milestones: PlanNode<'milestone'>[];
  indicators: PlanNode<'indicator'>[];
  budget: PlanNode<'budgetLine'>[];
  risks: PlanNode<'risk'>[];
};
export type OutcomeTree = PlanNode<'outcome'> & { activities: ActivityTree[]; indicators: PlanNode<'indicator'>[] };
export type ObjectiveTree = PlanNode<'objective'> & { outcomes: OutcomeTree[] };
export type PlanTree = PlanNode<'plan'> & {
  /** The locales that every text of the plan has. */
  locales: string[];
  objectives: ObjectiveTree[];
  /** Keys of nodes that are neither deleted nor below a deleted node, yet hang on no parent that may carry them. */
  unreachable: string[];
};

/**
 * The typed tree: deleted nodes and what is below them left out, siblings by position then key, rich text as plain text.
 * A value of the wrong type reads as absent. Throws Error when the document has no node `plan`.
 */
export function readPlan(doc: Y.Doc): PlanTree {
  const alive = new Map<string, PlanNode>();
  const deleted = new Set<string>();
  for (const [key, node] of nodesOf(doc)) {
    if (isDeleted(node)) deleted.add(key);
    else {
      const read = readNode(key, node);
      if (read) alive.set(key, read);
    }
  }
  const plan = alive.get(PLAN_KEY);
  if (plan?.kind !== 'plan') throw new Error('The document has no node "plan"');

  const below = new Map<string, PlanNode[]>();
  for (const node of alive.values()) {
    if (node.kind === 'plan') continue;
    const parent = node.kind === 'objective' ? (node.parent ?? PLAN_KEY) : node.parent;
    if (parent === null) continue;
    const siblings = below.get(parent);
    if (siblings) siblings.push(node);
    else below.set(parent, [node]);
  }
  const placed = new Set<string>();
  // Kinds go strictly downwards, so this ends whatever the parents say: a circle is never entered.
  const grow = (node: PlanNode): object => {
    placed.add(node.key);
    const children = (below.get(node.key) ?? []).sort(byPosition);
    const branches = Object.entries<Kind>(CHILDREN[node.kind]);
    return Object.assign(
      node,
      Object.fromEntries(branches.map(([name, kind]) => [name, children.filter((c) => c.kind === kind).map(grow)])),
    );
  };
  const tree = grow(plan) as PlanTree;
  tree.locales = localesOf(doc);
  tree.unreachable = [...alive.keys()].filter((key) => !placed.has(key) && !isBelow(key, alive, deleted)).sort();
  return tree;
}

/** Whether some ancestor is deleted. Bounded: parents may run in a circle. */
function isBelow(key: string, alive: ReadonlyMap<string, PlanNode>, deleted: ReadonlySet<string>): boolean {
  let parent = alive.get(key)?.parent;
  for (let step = 0; parent && step < 8; step++) {
    if (deleted.has(parent)) return true;
    parent = alive.get(parent)?.parent;
  }
  return false;
}

/** The text in `locale`, else in the language without its region, else in the source locale; the answer says which. Null when there is none. */
export function pick(
  localized: Localized,
  locale: string | null | undefined,
  sourceLocale: string,
): LocalizedText | null {
  const wanted = locale ? [locale, locale.split('-')[0]!] : [];
  for (const tag of [...wanted, sourceLocale]) {
    const found = localized.find((candidate) => candidate.locale === tag);
    // A text is created empty in every locale: an empty one is not yet translated.
    if (found && found.text !== '') return found;
  }
  return localized.find((candidate) => candidate.locale === sourceLocale) ?? null;
}

/** What every node has, without its fields: enough to find its place. */
export interface NodeHead {
  key: string;
  kind: Kind;
  code: string;
  parent: string | null;
  pos: string;
}

/** Undefined when it is not a node of a plan. Of a position that an undo took away, `''` is left. */
export function readHead(key: string, node: Y.Map<unknown>): NodeHead | undefined {
  const kind = node.get('kind');
  if (!isKind(kind)) return undefined;
  const read = (type: FieldType, field: string) => readValue(type, node.get(field)) as string | null;
  const code = read('string', 'code') ?? '';
  return { key, kind, code, parent: read('nodeKey', 'parent'), pos: read('position', 'pos') ?? '' };
}

/** One node alone, deleted or not; undefined when it is not a node of a plan. */
export function readNode(key: string, node: Y.Map<unknown>): PlanNode | undefined {
  const head = readHead(key, node);
  if (!head) return undefined;
  const read: Record<string, unknown> = { ...head };
  for (const field of Object.keys(FIELDS[head.kind])) {
    const type = fieldType(head.kind, field)!;
    if (type !== 'sql') read[field] = readValue(type, node.get(field));
  }
  return read as PlanNode;
}

function readValue(type: FieldType, value: unknown): unknown {
  if (type === 'text' || type === 'richText') return value instanceof Y.Map ? readLocalized(value) : [];
  if (accepts(type, value)) return value;
  return type === 'strings' ? [] : null;
}

function readLocalized(map: Y.Map<unknown>): Localized {
  const texts: LocalizedText[] = [];
  for (const [locale, text] of map.entries()) {
    if (text instanceof Y.XmlFragment) {
      const formats = formatsOf(text);
      texts.push({ locale, text: plainText(text), ...(formats.length > 0 && { formats }) });
    } else if (text instanceof Y.Text) texts.push({ locale, text: text.toString() });
  }
  return texts.sort((a, b) => (a.locale < b.locale ? -1 : 1));
}

/** All nodes by key, deleted ones too. */
export function nodesOf(doc: Y.Doc): Map<string, Y.Map<unknown>> {
  const nodes = new Map<string, Y.Map<unknown>>();
  for (const [key, node] of doc.getMap('nodes').entries()) if (node instanceof Y.Map) nodes.set(key, node);
  return nodes;
}

export function isDeleted(node: Y.Map<unknown>): boolean {
  const flag = node.get('deleted');
  return flag !== undefined && flag !== null;
}

/** The locales of the plan: those its title has. */
export function localesOf(doc: Y.Doc): string[] {
  const plan = doc.getMap('nodes').get(PLAN_KEY);
  const title = plan instanceof Y.Map ? plan.get('title') : undefined;
  return title instanceof Y.Map ? [...title.keys()].sort() : [];
}
