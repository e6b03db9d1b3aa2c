import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type * as Y from 'yjs';
import { bindTitle } from './title-binding.ts';

/** A one-line text of the document that wraps as far as it needs. */
export function TitleText(props: {
  text: Y.Text;
  label: string;
  lang: string;
  editable: boolean;
  placeholder: string;
}) {
  const { text, label, lang, editable, placeholder } = props;
  if (!editable) return <ReadTitle {...{ text, lang, placeholder }} />;
  return <TypeTitle {...{ text, label, lang, placeholder }} />;
}

function TypeTitle(props: { text: Y.Text; label: string; lang: string; placeholder: string }) {
  const { text, label, lang, placeholder } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLSpanElement>(null);

  useLayoutEffect(() => {
    if (!field.current) return;
    return bindTitle(field.current, text, (value) => {
      // A copy of the text behind the field gives it its height.
      if (frame.current) frame.current.dataset.value = value || placeholder;
    });
  }, [text, placeholder]);

  return (
    <span ref={frame} className="field field-title">
      <textarea ref={field} rows={1} lang={lang} aria-label={label} placeholder={placeholder} autoComplete="off" />
    </span>
  );
}

function ReadTitle({ text, lang, placeholder }: { text: Y.Text; lang: string; placeholder: string }) {
  const value = useSyncExternalStore(
    (listener) => {
      text.observe(listener);
      return () => text.unobserve(listener);
    },
    () => text.toString(),
  );
  return (
    <span className="field-read" lang={lang}>
      {value || <span className="quiet">{placeholder}</span>}
    </span>
  );
}
