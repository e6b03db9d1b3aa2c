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
  partners: string[];
  countries: string[];
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

function toOutline(head: NodeHead, node: Y.Map<unknown>, above: Above): OutlineNode {
  const isObjective = head.kind === 'objective';
  const area = node.get('thematicArea');
  const ownArea = (ENUMS.ThematicArea as readonly unknown[]).includes(area) ? (area as string) : null;
  return {
    key: head.key,
    kind: head.kind,
    parent: above.key,
    path: [...above.path, head.pos, head.key],
    code: head.code.replace(/\p{Cs}/gu, '\uFFFD'),
    objectiveKey: isObjective ? head.key : above.objectiveKey,
    thematicArea: isObjective ? ownArea : above.thematicArea,
    responsible: idOf(node.get('responsible')),
    expertGroup: idOf(node.get('expertGroup')),
    partners: stringsOf(node, 'partners').filter(isIdLike),
    countries: [...new Set(stringsOf(node, 'countries').filter(isCountryLike))],
    startsOn: dateOf(node.get('startsOn')),
    dueOn: dateOf(node.get(head.kind === 'milestone' ? 'dueOn' : 'endsOn')),
  };
}

/** What may be an id of another subgraph's record. */
export const isIdLike = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value);
export const isCountryLike = (code: string): boolean => /^[A-Z]{2}$/.test(code);

const idOf = (value: unknown): string | null => (isIdLike(value) ? value : null);
const dateOf = (value: unknown): string | null => (accepts('date', value) ? (value as string) : null);
const stringsOf = (node: Y.Map<unknown>, field: string): string[] => {
  const value = node.get(field);
  return accepts('strings', value) ? (value as string[]) : [];
};
