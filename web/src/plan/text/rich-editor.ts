import { baseKeymap, chainCommands, exitCode, splitBlock, toggleMark } from 'prosemirror-commands';
import { keymap } from 'prosemirror-keymap';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { redo, undo, ySyncPlugin, yUndoPlugin } from 'y-prosemirror';
import type { XmlFragment } from 'yjs';
import { type Company, showOthers } from '../people/rich-cursors.ts';
import { richSchema } from './rich-schema.ts';

/** Characters of one paste that go into one transaction: a longer one is cut, since one update may not grow without bound. */
const MOST_AT_ONCE = 8_000;

const { strong, em } = richSchema.marks;
const { hard_break } = richSchema.nodes;

export interface RichEditor {
  toggle(mark: 'strong' | 'em'): void;
  destroy(): void;
}

/** An editor in `place`, bound to the fragment. */
export function openRichEditor(
  place: HTMLElement,
  fragment: XmlFragment,
  options: { label: string; lang: string; placeholder: string; company: Company },
): RichEditor {
  const breakLine = chainCommands(exitCode, (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(hard_break!.create()).scrollIntoView());
    return true;
  });
  const view = new EditorView(place, {
    state: EditorState.create({
      schema: richSchema,
      plugins: [
        ySyncPlugin(fragment),
        yUndoPlugin(),
        showOthers(options.company),
        keymap({
          'Mod-b': toggleMark(strong!),
          'Mod-i': toggleMark(em!),
          'Mod-z': undo,
          'Mod-y': redo,
          'Shift-Mod-z': redo,
          'Shift-Enter': breakLine,
        }),
        keymap(baseKeymap),
      ],
    }),
    attributes: ({ doc }) => ({
      class: doc.textContent === '' && doc.childCount < 2 ? 'rich is-empty' : 'rich',
      role: 'textbox',
      'aria-multiline': 'true',
      'aria-label': options.label,
      'data-placeholder': options.placeholder,
      lang: options.lang,
    }),
    transformPastedText: (text) => text.replaceAll('\u0000', ''),
    handlePaste(editor, event, slice) {
      if (slice.content.size <= MOST_AT_ONCE) return false;
      pasteInPieces(editor, event.clipboardData?.getData('text/plain') ?? '');
      return true;
    },
  });
  return {
    toggle(mark) {
      toggleMark(richSchema.marks[mark]!)(view.state, view.dispatch);
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** Each dispatch is a transaction of its own in the document too. */
function pasteInPieces(view: EditorView, text: string): void {
  for (const [number, line] of text.replaceAll('\u0000', '').split(/\r?\n/).entries()) {
    if (number > 0) splitBlock(view.state, view.dispatch);
    for (let at = 0; at < line.length; ) {
      let end = Math.min(line.length, at + MOST_AT_ONCE);
      if (end < line.length && /[\ud800-\udbff]/.test(line[end - 1]!)) end--;
      view.dispatch(view.state.tr.insertText(line.slice(at, end)));
      at = end;
    }
  }
  view.dispatch(view.state.tr.scrollIntoView());
}
