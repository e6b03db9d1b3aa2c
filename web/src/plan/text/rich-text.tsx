import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type * as Y from 'yjs';
import { BoardContext, type Place } from '../people/board.ts';
import { Mark } from '../people/mark.tsx';
import { useEditorCode } from './editor-code.ts';
import type { RichEditor } from './rich-editor.ts';
import { StaticText } from './static-text.tsx';

interface RichTextProps {
  fragment: Y.XmlFragment;
  label: string;
  place: Place;
  editable: boolean;
  /** Shown while nothing is written: the text in another language, if there is one. */
  placeholder: string;
}

/**
 * Rich text of the document: an editor for those who may type, once it is near the screen and its code is there; else the same text as it is. (An
 * editor for each text of a large plan at once would take seconds.)
 */
export function RichText({ fragment, label, place: { node, field, locale }, editable, placeholder }: RichTextProps) {
  const board = useContext(BoardContext);
  const frame = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const editor = useRef<RichEditor | null>(null);
  const [near, setNear] = useState(false);
  const openRichEditor = useEditorCode(editable && near);
  const open = editable && near && openRichEditor !== null;

  useEffect(() => {
    if (!frame.current || near) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: '600px' },
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [near]);

  useLayoutEffect(() => {
    if (!open || !openRichEditor || !root.current) return;
    const here: Place = { node, field, locale };
    const company = {
      read: () => board.read(here),
      subscribe: board.subscribe,
      move: (selection: { anchor: Uint8Array; head: Uint8Array } | null) =>
        board.move(selection && { ...here, ...selection }),
    };
    editor.current = openRichEditor(root.current, fragment, { label, lang: locale, placeholder, company });
    return () => {
      editor.current?.destroy();
      editor.current = null;
    };
  }, [open, openRichEditor, fragment, label, node, field, locale, placeholder, board]);

  return (
    <div ref={frame} className={editable ? 'field field-rich' : 'field-read'}>
      {open ? (
        <>
          <div className="tools" role="toolbar" aria-label={label}>
            <Tool mark="strong" name="B" title="Ctrl+B" editor={editor} />
            <Tool mark="em" name="I" title="Ctrl+I" editor={editor} />
          </div>
          <div ref={root} className="rich-frame" />
        </>
      ) : (
        <StaticText {...{ fragment, placeholder }} lang={locale} />
      )}
      <Mark place={{ node, field, locale }} />
    </div>
  );
}

function Tool(props: {
  mark: 'strong' | 'em';
  name: string;
  title: string;
  editor: { readonly current: RichEditor | null };
}) {
  const { mark, name, title, editor } = props;
  return (
    <button
      type="button"
      className={`tool tool-${mark}`}
      title={title}
      // The selection in the editor must outlive the press.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => editor.current?.toggle(mark)}
    >
      {name}
    </button>
  );
}
