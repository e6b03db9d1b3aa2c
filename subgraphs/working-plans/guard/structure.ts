import * as Y from 'yjs';
import { fieldType, isKind, type Kind, mayStandUnder, PLAN_KEY, textFields } from '../document/fields.ts';
import { accepts, isLocale, isNodeKey, isPoison } from '../document/values.ts';
import {
  checkField,
  checkInElements,
  checkInText,
  checkValue,
  isTombstone,
  plainValue,
  typeIn,
  where,
} from './content.ts';
import { covers, type Range } from './decode.ts';
import { type FreshNode, type Place, type Places, placeBelow, type Shared } from './place.ts';
import type { Fresh } from './sequence.ts';
import { forbidden, type Limits, malformed, resync } from './verdict.ts';

type FreshItem = Fresh & { item: Y.Item };
/** A field of a node that was there before. */
export interface Touched {
  place: Place;
  field: string;
  locale: string | null;
  /** What was written last under the key of a plain field. */
  item: Y.Item | null;
}

/** What may stand where: nodes, fields, locales, texts. Collects what the update creates and touches. */
export class Structure {
  readonly created = new Map<string, FreshNode>();
  /** By node, field and locale. */
  readonly touched = new Map<string, Touched>();
  private readonly parents: { nodeKey: string; kind: Kind; parent: unknown }[] = [];
  private readonly tried: FreshNode[] = [];
  private planLocales: ReadonlySet<string> | undefined;

  constructor(
    private readonly places: Places,
    private readonly deletions: ReadonlyMap<number, readonly Range[]>,
    private readonly limits: Pick<Limits, 'serverMade' | 'replicated'>,
  ) {}

  judge(fresh: FreshItem): void {
    const { item, key } = fresh;
    const place = this.places.of(fresh.parent!)!;
    const inMap = place.role === 'nodes' || place.role === 'node' || place.role === 'locales';
    if (key !== null && (isPoison(key) || key === '')) malformed(`${JSON.stringify(key)} cannot be a key`);
    if (inMap && key === null) malformed('A map has entries only under a key');
    if (key !== null && item.rightOrigin) malformed('An entry of a map has nothing to its right');
    if (place.role === 'nodes') this.judgeNode(fresh, place, key!);
    else if (place.role === 'locales') this.judgeLocale(item, place, key!, fresh.parent!);
    else if (place.role === 'node') {
      if (place.fresh) this.judgeFreshEntry(fresh, place, key!);
      else this.judgeEntry(fresh, place, key!);
    } else {
      this.judgeText(item, place, key);
      this.touch(place);
    }
  }

  /** Notes a change inside a text, or of a plain field. Texts of a node that is being created belong to its creation. */
  touch(place: Place, field = place.field, item: Y.Item | null = null): void {
    if (place.fresh) return;
    const locale = place.locale || null;
    const name = `${place.nodeKey}/${field}/${place.locale}`;
    const touched = this.touched.get(name);
    if (touched) touched.item = item ?? touched.item;
    else this.touched.set(name, { place, field, locale, item });
  }

  /** What can be said only when every struct has been seen. */
  finish(): void {
    for (const node of this.tried) {
      if (this.isDeleted(node.id)) continue;
      if (this.created.has(node.key)) malformed(`Node ${node.key} is created twice`);
      this.created.set(node.key, node);
    }
    for (const node of this.created.values()) this.checkCreated(node);
    for (const { place, field, item } of this.touched.values()) {
      // Removing it is allowed: Yjs's undo does so when somebody else moved the node meanwhile. The reader lives with it.
      if (field !== 'parent' || item === null || isTombstone(item) || this.isDeleted(item.lastId)) continue;
      this.parents.push({ nodeKey: place.nodeKey, kind: place.kind!, parent: plainValue(item)!.value });
    }
    for (const { nodeKey, kind, parent } of this.parents) this.checkParent(nodeKey, kind, parent);
  }

  isDeleted(id: Y.ID): boolean {
    return covers(this.deletions.get(id.client), id.clock);
  }

  private judgeNode({ item }: FreshItem, place: Place, key: string): void {
    if (!isNodeKey(key)) malformed(`${JSON.stringify(key)} cannot be a node key`);
    const present = this.places.nodes._map.get(key);
    if (present && !present.deleted && !this.limits.replicated)
      forbidden(`There is a node ${key} already; a node is never replaced`);
    if (isTombstone(item)) return;
    const type = typeIn(item);
    if (type?.constructor !== Y.Map) malformed(`Node ${key} must be a Y.Map`);
    const node: FreshNode = { key, id: item.id, entries: new Map(), texts: [] };
    this.tried.push(node);
    this.places.enter(type, { ...placeBelow(place, type, key), kind: undefined, fresh: node });
  }

  private judgeFreshEntry({ item }: FreshItem, place: Place, field: string): void {
    const entries = place.fresh!.entries.get(field);
    if (entries) entries.push(item);
    else place.fresh!.entries.set(field, [item]);
    const type = typeIn(item);
    if (!type) return;
    if (type.constructor !== Y.Map) malformed(`${place.nodeKey}.${field} must be a Y.Map of locales`);
    this.places.enter(type, placeBelow(place, type, field));
  }

  private judgeEntry({ item, parent }: FreshItem, place: Place, field: string): void {
    if (place.kind === undefined) malformed(`${place.nodeKey} is not a node of a plan`);
    const type = checkField(place.kind, place.nodeKey, field, fieldType(place.kind, field));
    if (type !== 'text' && type !== 'richText') {
      checkValue(item, place.kind, field, type);
      if (!isTombstone(item) && item.length > 1 && !this.isDeleted(item.lastId))
        malformed(`${field} is set twice by one struct`);
      this.touch(place, field, item);
      return;
    }
    const present = parent!._map.get(field);
    const free = !present || present.deleted || this.limits.replicated;
    const fills = this.limits.serverMade && free && typeIn(item)?.constructor === Y.Map;
    // Two clients that created one field at once would lose one side's text, whoever is right.
    if (!fills) forbidden(`${place.nodeKey}.${field} is created with its node; only the server replaces or adds it`);
    this.places.enter(typeIn(item)!, placeBelow(place, typeIn(item)!, field));
    this.touch(place, field, item);
  }

  private judgeLocale(item: Y.Item, place: Place, locale: string, map: Shared): void {
    if (!isLocale(locale)) malformed(`${JSON.stringify(locale)} is not a locale`);
    // A map that the update brings is filled as its node is created; one that is there already gets locales from the server alone.
    const filling = map._item === null;
    const present = map._map.get(locale);
    if (!this.limits.serverMade) {
      if (!filling) forbidden(`${where(place)} gets locales from the server only`);
      if (!this.locales().has(locale)) resync(`The plan has no locale ${locale} here`);
    } else if (present && !present.deleted && !this.limits.replicated)
      forbidden(`${where(place)}.${locale} is there already; a text is never replaced`);
    if (isTombstone(item)) return;
    const type = typeIn(item);
    if (type?.constructor !== Y.Text && type?.constructor !== Y.XmlFragment) malformed(`${where(place)} must be text`);
    if (place.fresh) place.fresh.texts.push({ field: place.field, type });
    else checkTextType(place.kind!, place.field, type);
    this.places.enter(type, placeBelow(place, type, locale));
    this.touch({ ...place, locale });
  }

  private judgeText(item: Y.Item, place: Place, key: string | null): void {
    if (place.role === 'text' || place.role === 'inline') checkInText(item, key, place);
    else {
      checkInElements(item, key, place);
      const type = typeIn(item);
      if (type) this.places.enter(type, placeBelow(place, type, null));
    }
  }

  private locales(): ReadonlySet<string> {
    if (!this.planLocales) {
      const plan = this.places.nodes.get(PLAN_KEY);
      const title = plan instanceof Y.Map ? plan.get('title') : undefined;
      this.planLocales = new Set(title instanceof Y.Map ? title.keys() : []);
    }
    return this.planLocales;
  }

  private checkCreated(node: FreshNode): void {
    const kind = kindOf(node, this);
    if (kind === 'plan' && !(this.limits.serverMade && node.key === PLAN_KEY))
      forbidden('A document has one plan, which the server makes');
    for (const field of node.entries.keys()) {
      const type = fieldType(kind, field);
      if (type === undefined) malformed(`${kind} has no field ${JSON.stringify(field)}`);
      if (type === 'sql') forbidden(`${kind}.${field} is not part of the document`);
      const item = this.entryOf(node, field);
      if (!item) continue;
      if (type === 'text' || type === 'richText') {
        if (typeIn(item)?.constructor !== Y.Map) malformed(`${node.key}.${field} must be a Y.Map of locales`);
      } else checkValue(item, kind, field, type);
    }
    for (const { field, type } of node.texts) checkTextType(kind, field, type);
    const pos = this.entryOf(node, 'pos');
    const parent = this.entryOf(node, 'parent');
    if (!pos || !parent || !accepts('position', plainValue(pos)?.value))
      malformed(`Node ${node.key} needs a parent and a position`);
    this.parents.push({ nodeKey: node.key, kind, parent: plainValue(parent)?.value });
  }

  /** The entry of a node being created that counts in the end. More than one that counts is nothing Yjs would write. */
  entryOf(node: FreshNode, field: string): Y.Item | undefined {
    const alive = (node.entries.get(field) ?? []).filter((item) => !isTombstone(item) && !this.isDeleted(item.lastId));
    if (alive.length > 1 || (alive[0] && alive[0].length > 1)) malformed(`${node.key}.${field} is set twice`);
    return alive[0];
  }

  private checkParent(nodeKey: string, kind: Kind, parent: unknown): void {
    if (parent === null) {
      if (!mayStandUnder(kind, undefined)) malformed(`${kind} ${nodeKey} needs a parent`);
      return;
    }
    const key = parent as string;
    const fresh = this.created.get(key);
    const live = this.places.nodes.get(key);
    if (!fresh && !(live instanceof Y.Map)) resync(`There is no node ${key} here`);
    const above = fresh ? kindOf(fresh, this) : (live as Y.Map<unknown>).get('kind');
    if (!isKind(above) || !mayStandUnder(kind, above)) malformed(`${kind} ${nodeKey} cannot stand under ${key}`);
  }
}

export function kindOf(node: FreshNode, structure: Structure): Kind {
  const item = structure.entryOf(node, 'kind');
  const kind = item && plainValue(item)?.value;
  if (!isKind(kind)) malformed(`Node ${node.key} needs a kind that plans have`);
  return kind;
}

function checkTextType(kind: Kind, field: string, type: Shared): void {
  const wanted = textFields(kind).find(([name]) => name === field)?.[1];
  const given = type.constructor === Y.XmlFragment ? 'richText' : 'text';
  if (wanted !== given) malformed(`${kind}.${field} is not ${given}`);
}
