import { type ContentNode, type Json, nodesOfContent } from '../document/canonical.ts';
import { CHILDREN, FIELDS, type Kind } from '../document/fields.ts';
import { PlanChange } from '../entities/history.ts';
import { idOfNode } from './entries.ts';

const most = 5_000;

/** A node of a content, with where it stands in it. */
export interface Placed {
  kind: Kind;
  node: ContentNode;
  parent: string | null;
  /** Keys of its children, of all kinds, in their order. */
  order: string[];
}

/** Every node by its key, from the plan down. */
export function placesOf(content: ContentNode): Map<string, Placed> {
  const places = new Map<string, Placed>();
  for (const { kind, node } of nodesOfContent(content)) {
    const children = Object.keys(CHILDREN[kind]).flatMap((branch) => (node[branch] ?? []) as unknown as ContentNode[]);
    places.set(node.key, { kind, node, parent: null, order: children.map(({ key }) => key) });
  }
  for (const [key, { order }] of places) for (const child of order) places.get(child)!.parent = key;
  return places;
}

/** What is different in `after`: nodes that came, went and moved, and fields. Both are contents as `canonicalPlan` writes them. */
export function diffContents(planId: string, before: string, after: string): PlanChange[] {
  const [old, now] = [before, after].map((json) => placesOf(JSON.parse(json) as ContentNode)) as [Places, Places];
  const changes: PlanChange[] = [];
  const say = (key: string, kind: Kind, rest: Partial<PlanChange> & Pick<PlanChange, 'action'>) => {
    const none = { field: null, locale: null, before: null, after: null };
    if (changes.length < most)
      changes.push(Object.assign(new PlanChange(), { nodeId: idOfNode(planId, key), kind, ...none, ...rest }));
  };
  for (const [key, place] of now) {
    const was = old.get(key);
    if (!was) {
      say(key, place.kind, { action: 'CREATE' });
      diffFields(place, { key }, place.node, say);
    } else {
      if (was.parent !== place.parent) {
        say(key, place.kind, {
          action: 'MOVE',
          before: was.parent && idOfNode(planId, was.parent),
          after: place.parent && idOfNode(planId, place.parent),
        });
      }
      diffFields(place, was.node, place.node, say);
      const [a, b] = [commonOrder(was, place), commonOrder(place, was)];
      if (a !== b) say(key, place.kind, { action: 'MOVE', field: 'order', before: a, after: b });
    }
  }
  for (const [key, { kind }] of old) if (!now.has(key)) say(key, kind, { action: 'DELETE' });
  return changes;
}
/** The children of both, as the first has them. */
function commonOrder(one: Placed, other: Placed): string {
  const theirs = new Set(other.order);
  return one.order.filter((child) => theirs.has(child)).join(' ');
}

type Places = Map<string, Placed>;
type Say = (key: string, kind: Kind, rest: Partial<PlanChange> & Pick<PlanChange, 'action'>) => void;

function diffFields({ kind }: Placed, before: ContentNode, after: ContentNode, say: Say): void {
  const [old, now] = [before, after] as [Record<string, Json>, Record<string, Json>];
  for (const field of ['code', ...Object.keys(FIELDS[kind])]) {
    const type = (FIELDS[kind] as Record<string, string>)[field];
    if (type === 'text' || type === 'richText') diffTexts(field, kind, before, after, say);
    else if (JSON.stringify(old[field] ?? null) !== JSON.stringify(now[field] ?? null)) {
      say(after.key, kind, { action: 'EDIT', field, before: show(old[field]), after: show(now[field]) });
    }
  }
}

function diffTexts(field: string, kind: Kind, before: ContentNode, after: ContentNode, say: Say): void {
  const texts = (node: ContentNode, of: 'text' | 'formats') =>
    ((of === 'text' ? node[field] : (node.formats as Record<string, Json> | undefined)?.[field]) ?? {}) as Record<
      string,
      Json
    >;
  const [old, now] = [texts(before, 'text'), texts(after, 'text')];
  const [oldFormats, nowFormats] = [texts(before, 'formats'), texts(after, 'formats')];
  for (const locale of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const alike =
      (old[locale] ?? '') === (now[locale] ?? '') &&
      JSON.stringify(oldFormats[locale] ?? []) === JSON.stringify(nowFormats[locale] ?? []);
    if (!alike)
      say(after.key, kind, { action: 'EDIT', field, locale, before: show(old[locale]), after: show(now[locale]) });
  }
}

const show = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
