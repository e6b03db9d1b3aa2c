import { baseKeymap, chainCommands, exitCode, toggleMark } from 'prosemirror-commands';
import { keymap } from 'prosemirror-keymap';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { redo, undo, ySyncPlugin, yUndoPlugin } from 'y-prosemirror';
import type { XmlFragment } from 'yjs';
import { type Company, showOthers } from '../people/rich-cursors.ts';
import { richSchema } from './rich-schema.ts';

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
  });
  return {
    toggle(mark) {
      toggleMark(richSchema.marks[mark]!)(view.state, view.dispatch);
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
