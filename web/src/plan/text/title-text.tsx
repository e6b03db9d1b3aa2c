import { useContext, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import * as Y from 'yjs';
import { BoardContext, type Place } from '../people/board.ts';
import { Mark } from '../people/mark.tsx';
import { bindTitle } from './title-binding.ts';

/** A one-line text of the document that wraps as far as it needs. */
export function TitleText(props: {
  text: Y.Text;
  label: string;
  place: Place;
  editable: boolean;
  placeholder: string;
}) {
  const { text, label, place, editable, placeholder } = props;
  if (!editable) return <ReadTitle {...{ text, place, placeholder }} />;
  return <TypeTitle {...{ text, label, place, placeholder }} />;
}

function TypeTitle(props: { text: Y.Text; label: string; place: Place; placeholder: string }) {
  const { text, label, place, placeholder } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLSpanElement>(null);

  useLayoutEffect(() => {
    if (!field.current) return;
    return bindTitle(field.current, text, (value) => {
      // A copy of the text behind the field gives it its height.
      if (frame.current) frame.current.dataset.value = value || placeholder;
    });
  }, [text, placeholder]);
  useCaretTold(field, text, place);

  return (
    <span ref={frame} className="field field-title">
      <textarea
        ref={field}
        rows={1}
        lang={place.locale}
        aria-label={label}
        placeholder={placeholder}
        autoComplete="off"
      />
      <Mark place={place} />
    </span>
  );
}

const moves = ['focus', 'input', 'keyup', 'pointerup', 'select'];

/** Tells the others where the caret is, as a place in the text that moves with it. */
function useCaretTold(field: { readonly current: HTMLTextAreaElement | null }, text: Y.Text, place: Place): void {
  const { move } = useContext(BoardContext);
  const { node, field: name, locale } = place;
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const encode = (index: number) =>
      Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, Math.min(index, text.length)));
    const tell = () => {
      const { selectionStart, selectionEnd, selectionDirection } = element;
      const ends = [encode(selectionStart), encode(selectionEnd)] as const;
      const [anchor, head] = selectionDirection === 'backward' ? [ends[1], ends[0]] : ends;
      move({ node, field: name, locale, anchor, head });
    };
    const leave = () => move(null);
    for (const kind of moves) element.addEventListener(kind, tell);
    element.addEventListener('blur', leave);
    return () => {
      for (const kind of moves) element.removeEventListener(kind, tell);
      element.removeEventListener('blur', leave);
      if (element.ownerDocument.activeElement === element) leave();
    };
  }, [field, text, move, node, name, locale]);
}

function ReadTitle({ text, place, placeholder }: { text: Y.Text; place: Place; placeholder: string }) {
  const value = useSyncExternalStore(
    (listener) => {
      text.observe(listener);
      return () => text.unobserve(listener);
    },
    () => text.toString(),
  );
  return (
    <span className="field-read" lang={place.locale}>
      {value || <span className="quiet">{placeholder}</span>}
      <Mark place={place} />
    </span>
  );
}
