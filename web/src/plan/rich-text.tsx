import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type * as Y from 'yjs';
import { openRichEditor, type RichEditor } from './rich-editor.ts';
import { StaticText } from './static-text.tsx';

interface RichTextProps {
  fragment: Y.XmlFragment;
  label: string;
  lang: string;
  editable: boolean;
  /** Shown while nothing is written: the text in another language, if there is one. */
  placeholder: string;
}

/**
 * Rich text of the document: an editor for those who may type, once it is near the screen; else the same text as it is. (An editor for each text of a
 * large plan at once would take seconds.)
 */
export function RichText({ fragment, label, lang, editable, placeholder }: RichTextProps) {
  const frame = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<RichEditor | null>(null);
  const [near, setNear] = useState(false);
  const open = editable && near;

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
    if (!open || !place.current) return;
    editor.current = openRichEditor(place.current, fragment, { label, lang, placeholder });
    return () => {
      editor.current?.destroy();
      editor.current = null;
    };
  }, [open, fragment, label, lang, placeholder]);

  return (
    <div ref={frame} className={editable ? 'field field-rich' : 'field-read'}>
      {open ? (
        <>
          <div className="tools" role="toolbar" aria-label={label}>
            <Tool mark="strong" name="B" title="Ctrl+B" editor={editor} />
            <Tool mark="em" name="I" title="Ctrl+I" editor={editor} />
          </div>
          <div ref={place} />
        </>
      ) : (
        <StaticText {...{ fragment, lang, placeholder }} />
      )}
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
