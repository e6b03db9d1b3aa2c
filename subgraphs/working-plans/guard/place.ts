import * as Y from 'yjs';
import { isKind, type Kind } from '../document/fields.ts';
import { malformed } from './verdict.ts';

// biome-ignore lint/suspicious/noExplicitAny: the event type of a shared type is of no interest here, and Yjs's own types differ in it
export type Shared = Y.AbstractType<any>;

/** A node that the update itself creates: its kind is known only when all its entries have been seen. */
export interface FreshNode {
  key: string;
  id: Y.ID;
  /** Its entries by field, in the order of their clocks. */
  entries: Map<string, Y.Item[]>;
  /** The texts created in its localized fields. */
  texts: { field: string; type: Shared }[];
}

/** Where a shared type stands in the plan. */
export interface Place {
  role: 'nodes' | 'node' | 'locales' | 'text' | 'fragment' | 'element' | 'inline';
  nodeKey: string;
  /** Undefined while the node is being created. */
  kind: Kind | undefined;
  fresh: FreshNode | null;
  field: string;
  locale: string;
  /** Element name, for `element` and the `inline` text in it. */
  element: string | null;
  /** Of nested elements. */
  depth: number;
}

const NODES: Place = {
  role: 'nodes',
  nodeKey: '',
  kind: undefined,
  fresh: null,
  field: '',
  locale: '',
  element: null,
  depth: 0,
};

/**
 * Finds the place of shared types, of the live document and of the update (whose types are entered as their structs are judged).
 * Null stands for a type that is deleted, or whose parent is: nothing in it has an effect any more.
 */
export class Places {
  private readonly found = new Map<Shared, Place | null>();
  readonly nodes: Y.Map<unknown>;

  constructor(doc: Y.Doc) {
    this.nodes = doc.getMap('nodes');
    this.found.set(this.nodes, NODES);
  }

  enter(type: Shared, place: Place | null): void {
    this.found.set(type, place);
  }

  of(type: Shared): Place | null {
    let place = this.found.get(type);
    if (place === undefined) {
      place = this.resolve(type);
      this.found.set(type, place);
    }
    return place;
  }

  private resolve(type: Shared): Place | null {
    const item = type._item;
    if (item === null) malformed('Only the root "nodes" is part of a plan');
    if (item.deleted) return null;
    const above = this.of(item.parent as Shared);
    return above && placeBelow(above, type, item.parentSub);
  }
}

/** The place of `type` that stands in `above` under `key` (null: in its list). The caller has seen to it that it may stand there. */
export function placeBelow(above: Place, type: Shared, key: string | null): Place {
  switch (above.role) {
    case 'nodes':
      return { ...above, role: 'node', nodeKey: key!, kind: kindOf(type) };
    case 'node':
      return { ...above, role: 'locales', field: key! };
    case 'locales':
      return { ...above, role: type instanceof Y.XmlFragment ? 'fragment' : 'text', locale: key! };
    default:
      return type instanceof Y.XmlElement
        ? { ...above, role: 'element', element: type.nodeName, depth: above.depth + 1 }
        : { ...above, role: 'inline' };
  }
}

function kindOf(node: Shared): Kind | undefined {
  const kind = node instanceof Y.Map && node.doc ? node.get('kind') : undefined;
  return isKind(kind) ? kind : undefined;
}
