import type * as Y from 'yjs';
import { CHILDREN, ENUMS, type Kind, PLAN_KEY } from './fields.ts';
import { byPosition } from './order.ts';
import { isDeleted, type NodeHead, nodesOf, readHead } from './read.ts';
import { accepts } from './values.ts';

/** A node of the typed tree without its texts. What is not a well-formed id or country code is left out: the document holds what people typed. */
export interface OutlineNode {
  key: string;
  kind: Kind;
  parent: string;
  /** Position and key of each node from the objective down to this one: sorted by it, a plan's nodes stand as in its tree. */
  path: string[];
  code: string;
  objectiveKey: string;
  /** Its objective's. */
  thematicArea: string | null;
  responsible: string | null;
  /** A body's id, or a thematic area that the plan maps to one. */
  expertGroup: string | null;
  partners: readonly string[];
  countries: readonly string[];
  startsOn: string | null;
  /** An activity's end, a milestone's day. */
  dueOn: string | null;
}

type Above = Pick<OutlineNode, 'key' | 'kind' | 'path' | 'objectiveKey' | 'thematicArea'>;

/**
 * The nodes of the typed tree (`readPlan`), without reading a text: some milliseconds for the largest plan, where the tree takes many times that.
 * Deleted nodes and what is below them are left out, and so is what hangs on no parent that may carry it.
 */
export function readOutline(doc: Y.Doc): OutlineNode[] {
  const below = new Map<string, NodeHead[]>();
  const nodes = nodesOf(doc);
  for (const [key, node] of nodes) {
    const head = isDeleted(node) ? undefined : readHead(key, node);
    const parent = head && (head.kind === 'objective' ? (head.parent ?? PLAN_KEY) : head.parent);
    if (!head || head.kind === 'plan' || parent == null) continue;
    const siblings = below.get(parent);
    if (siblings) siblings.push(head);
    else below.set(parent, [head]);
  }
  const outline: OutlineNode[] = [];
  const grow = (above: Above) => {
    const kinds: readonly Kind[] = Object.values(CHILDREN[above.kind]);
    for (const head of (below.get(above.key) ?? []).sort(byPosition)) {
      if (!kinds.includes(head.kind)) continue;
      const node = toOutline(head, nodes.get(head.key)!, above);
      outline.push(node);
      grow(node);
    }
  };
  const plan = nodes.get(PLAN_KEY);
  if (plan && !isDeleted(plan)) grow({ key: PLAN_KEY, kind: 'plan', path: [], objectiveKey: '', thematicArea: null });
  return outline;
}

const nobody: readonly string[] = [];

function toOutline(head: NodeHead, node: Y.Map<unknown>, above: Above): OutlineNode {
  const { key, kind } = head;
  const isObjective = kind === 'objective';
  const isActivity = kind === 'activity';
  // Each field is looked up only where the kind has it: most nodes of a plan have none of these.
  return {
    key,
    kind,
    parent: above.key,
    path: [...above.path, head.pos, key],
    code: isLoneSurrogate.test(head.code) ? head.code.replace(/\p{Cs}/gu, '\uFFFD') : head.code,
    objectiveKey: isObjective ? key : above.objectiveKey,
    thematicArea: isObjective ? areaOf(node.get('thematicArea')) : above.thematicArea,
    responsible: isActivity ? idOf(node.get('responsible')) : null,
    expertGroup: isActivity ? idOf(node.get('expertGroup')) : null,
    partners: isActivity ? stringsOf(node, 'partners').filter(isIdLike) : nobody,
    countries: isActivity ? [...new Set(stringsOf(node, 'countries').filter(isCountryLike))] : nobody,
    startsOn: isActivity ? dateOf(node.get('startsOn')) : null,
    dueOn: isActivity ? dateOf(node.get('endsOn')) : kind === 'milestone' ? dateOf(node.get('dueOn')) : null,
  };
}

const isLoneSurrogate = /\p{Cs}/u;
const areaOf = (value: unknown): string | null =>
  (ENUMS.ThematicArea as readonly unknown[]).includes(value) ? (value as string) : null;

/** What may be an id of another subgraph's record. */
export const isIdLike = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value);
export const isCountryLike = (code: string): boolean => /^[A-Z]{2}$/.test(code);

const idOf = (value: unknown): string | null => (isIdLike(value) ? value : null);
const dateOf = (value: unknown): string | null => (value != null && accepts('date', value) ? (value as string) : null);
const stringsOf = (node: Y.Map<unknown>, field: string): string[] => {
  const value = node.get(field);
  return accepts('strings', value) ? (value as string[]) : [];
};
