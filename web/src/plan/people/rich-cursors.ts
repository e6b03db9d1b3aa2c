import { Plugin } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from 'y-prosemirror';
import * as Y from 'yjs';
import type { Person } from '../../../co-editing/presence.ts';
import { colourOf, nameOf } from './board.ts';

/** What a rich text hears of the others in it, and tells of the person at this page. */
export interface Company {
  read(): readonly Person[];
  subscribe(listener: () => void): () => void;
  /** Null: the caret is not in this text any more. */
  move(selection: { anchor: Uint8Array; head: Uint8Array } | null): void;
}

/**
 * Others' carets and selections in an editor, by y-prosemirror's relative positions: they stay with the text when it moves. They are drawn over the
 * text and not into it: whatever is put into a word that is being composed breaks the composition off.
 */
export function showOthers(company: Company): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        focus: (view) => tell(view, company),
        blur: () => {
          company.move(null);
          return false;
        },
      },
    },
    view(view) {
      const layer = document.createElement('div');
      layer.className = 'others';
      layer.setAttribute('aria-hidden', 'true'); // the mark at the text's edge says who is in it
      view.dom.parentElement?.append(layer);
      let drawing = 0;
      const draw = () => {
        drawing = 0;
        if (!view.isDestroyed)
          layer.replaceChildren(...company.read().flatMap((person) => drawPerson(view, layer, person)));
      };
      const plan = () => {
        if (!drawing && (company.read().length > 0 || layer.hasChildNodes())) drawing = requestAnimationFrame(draw);
      };
      const leave = company.subscribe(plan);
      const sizes = new ResizeObserver(plan);
      sizes.observe(view.dom);
      return {
        update: (now, before) => {
          plan();
          if (now.hasFocus() && !now.state.selection.eq(before.selection)) tell(now, company);
        },
        destroy: () => {
          cancelAnimationFrame(drawing);
          leave();
          sizes.disconnect();
          layer.remove();
          if (view.hasFocus()) company.move(null);
        },
      };
    },
  });
}

function drawPerson(view: EditorView, layer: HTMLElement, person: Person): HTMLElement[] {
  const { doc, type, binding } = ySyncPluginKey.getState(view.state);
  if (!binding || binding.mapping.size === 0) return [];
  const most = Math.max(0, view.state.doc.content.size - 1);
  const find = (bytes: Uint8Array | null | undefined): number | null => {
    const position = bytes && Y.decodeRelativePosition(bytes);
    const at = position ? relativePositionToAbsolutePosition(doc, type, position, binding.mapping) : null;
    return at === null ? null : Math.min(at, most);
  };
  try {
    const [anchor, head] = [find(person.position?.anchor), find(person.position?.head)];
    if (anchor === null || head === null) return [];
    const frame = layer.getBoundingClientRect();
    const selection = readRects(view, Math.min(anchor, head), Math.max(anchor, head));
    const { left, top, bottom } = view.coordsAtPos(head);
    const caret = place('caret', person, frame, { left, top, width: 0, height: bottom - top });
    caret.dataset.name = nameOf(person);
    return [...selection.map((rect) => place('selected', person, frame, rect)), caret];
  } catch {
    return []; // others write the positions: whatever is in them is theirs
  }
}

type Rect = Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>;

function readRects(view: EditorView, from: number, to: number): Rect[] {
  if (from === to) return [];
  const range = document.createRange();
  const [start, end] = [view.domAtPos(from), view.domAtPos(to)];
  range.setStart(start.node, start.offset);
  range.setEnd(end.node, end.offset);
  return [...range.getClientRects()];
}

function place(kind: string, person: Person, frame: Rect, { left, top, width, height }: Rect): HTMLElement {
  const mark = document.createElement('span');
  mark.className = `${kind} ${colourOf(person)}`;
  Object.assign(mark.style, {
    left: `${left - frame.left}px`,
    top: `${top - frame.top}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
  return mark;
}

function tell(view: EditorView, company: Company): false {
  const { type, binding } = ySyncPluginKey.getState(view.state);
  if (!binding || binding.mapping.size === 0) return false;
  const encode = (at: number) =>
    Y.encodeRelativePosition(absolutePositionToRelativePosition(at, type, binding.mapping) as Y.RelativePosition);
  const { anchor, head } = view.state.selection;
  company.move({ anchor: encode(anchor), head: encode(head) });
  return false;
}
